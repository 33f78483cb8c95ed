/**
 * The text that runs on a host: one POSIX sh program, the same for every host and every login.
 *
 * What it may rely on: `sh` (dash, bash, busybox), coreutils or busybox (`cut`, `head`, `id`, `tail`,
 * `sed`, `uniq`), `grep` and `xargs`; `gzip`, `timeout` and `dmesg` are used where they are. It
 * opens files for reading only, signals nobody but a reader of its own that takes too long, and
 * leaves nothing behind: when its input ends, so does it.
 *
 * **Frames.** What it prints is divided by lines that begin with a mark, a UUID that the host's
 * kernel makes up when the program starts. The mark is printed once, before anything else; it is
 * never an argument of another program and never in the environment, so nothing on the host can know
 * it and forge a frame. Answers go to standard output. What may take long (stacks, command lines,
 * `stack_order`) is read in the background and goes to standard error, so that it holds up nothing.
 *
 * **Requests** are lines `ID SECTIONS SCAN DIR…`: `SECTIONS` is any of `h` (facts about the host),
 * `m` (modules), `f` (functions that ftrace redirects), `l` (kernel log), `o` (stack_order), and of
 * `d` (details of all blocking threads, DIRs included) or `n` (of newly found ones only), or `-`;
 * `SCAN` is `full`, or `known` for the DIRs (`/proc/PID/task/TID`) and their children only.
 *
 * The order of one answer: `transition` and `enabled` of each livepatch, its other attributes, the
 * threads if exactly one livepatch is in transition, then `transition` and `enabled` again. If they
 * have changed it all begins anew, at most twice. The builtin `read` is preferred to programs: a
 * settled host's answer starts one or two processes.
 */
const text = String.raw`
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
cd /
# Answers that may be late go to what was standard error; complaints of the tools go nowhere.
exec 3>&2 2>/dev/null
sys=/sys/kernel/livepatch
nl='
'
last_moves=none
IFS= read -r mark </proc/sys/kernel/random/uuid
pack=
command -v gzip >/dev/null && pack=yes

frame() {
	printf '\n%s %s\n' "$mark" "$*"
}

# A section; only "same" where its text is that of the last answer.
send() {
	eval "last=\$last_$1"
	if [ "$2" = "$last" ]; then
		frame "$1" same
		return
	fi
	eval "last_$1=\$2"
	if [ \${#2} -gt 8192 ] && [ "$pack" ]; then
		frame z
		{ frame "$1"; printf '%s' "$2"; } | gzip -1c
	else
		frame "$1"
		printf '%s' "$2"
	fi
}

# The first line of a file, into $line; PATH:LINE, or why there is none, is appended to $text.
# What is absent is not mentioned.
value() {
	line=
	if IFS= read -r line <"$1" || [ "$line" ]; then
		text="$text$1:$line$nl"
	elif true <"$1"; then
		text="$text empty $1$nl"
	elif [ -r "$1" ]; then
		text="$text unreadable $1$nl"
	elif [ -e "$1" ]; then
		text="$text denied $1$nl"
	fi
}

# transition, then enabled, of every livepatch into $text; who is $moving, and the $target.
movement() {
	text= moving= target=
	set -- "$sys"/*/
	[ -d "$1" ] || set --
	for patch; do
		value "$patch"transition
		[ "$line" = 1 ] && moving="$moving $patch"
	done
	for patch; do
		value "$patch"enabled
		[ "$moving" = " $patch" ] && target=$line
	done
}

attributes() {
	[ -d "$sys" ] && text="$text folder $sys$nl"
	for patch in "$sys"/*/; do
		for name in replace replaceable replace_set; do
			value "$patch$name"
		done
	done
	for object in "$sys"/*/*/; do
		value "$object"patched
	done
	text="$text$(printf ' folder %s\n' "$sys"/*/ "$sys"/*/*/ "$sys"/*/*/*/)$nl"
}

host() {
	text=
	for name in osrelease hostname random/boot_id tainted; do
		value /proc/sys/kernel/$name
	done
	value /proc/uptime
	[ -e /sys/kernel ] && text="$text folder /sys/kernel$nl"
	[ -e /proc/1/patch_state ] && text="$text exists /proc/1/patch_state$nl"
	send h "$text"
}

modules() {
	set -- $(grep -l K /sys/module/*/taint)
	text=
	for taint; do
		value "$taint"
		value "\${taint%taint}refcnt"
		value "\${taint%taint}initstate"
	done
	for object in "$sys"/*/*/; do
		module=\${object%/}
		# /sys/module spells them with underscores.
		IFS=-
		set -- \${module##*/}
		IFS=_
		module="$*"
		unset IFS
		[ "$module" = vmlinux ] && continue
		value /sys/module/"$module"/refcnt
		value /sys/module/"$module"/initstate
	done
	send m "$text$nl$(cat /proc/modules)$nl"
}

# Only functions with the flag I, and the lines that continue them.
redirected() {
	file=/sys/kernel/tracing/enabled_functions
	[ -e "$file" ] || file=/sys/kernel/debug/tracing/enabled_functions
	text=
	if true <"$file"; then
		text="$file:$nl$(grep -E '\) [A-Z ]*I' "$file")$nl"
	elif [ -e "$file" ]; then
		text=" denied $file$nl"
	fi
	send f "$text"
}

# Lines about livepatches, and the last one: its stamp says how far the log goes. Of a
# long log, lines about single threads come behind the others, and are cut.
log() {
	lines=$(dmesg 2>&1 </dev/null | sed -n -e '/livepatch/b keep' -e '/TAINT_LIVEPATCH/b keep' -e '/Duplicate shadow variable/b keep' -e '$b keep' -e b -e ':keep' -e p)
	case \${#lines} in
	?????? | ???????*)
		send l "$(printf '%s\n' "$lines" | grep -v 'klp_[a-z_]*: ' | tail -n 1000)$nl$(printf '%s\n' "$lines" | grep 'klp_[a-z_]*: ' | tail -n 1000)$nl"
		;;
	*) send l "$lines$nl" ;;
	esac
}

# Every thread: how many there are, why some could not be read, and those that are not at the target.
everyone() {
	set -- /proc/[0-9]*/task/[0-9]*/patch_state
	case $1 in *'['*) frame t none; return ;; esac
	frame e
	total=$#
	exec 4>&1
	case $target in
	0 | 1) pick=-Hv pattern="^$target\$" ;;
	*) pick=-H pattern= ;;
	esac
	differ=$({ printf '%s\0' "$@" | xargs -0 grep $pick "$pattern" 2>&1 >&5 | sed 's/.*: //' | uniq -c >&4; } 5>&1)
	exec 4>&-
	set -- $differ
	if [ $# -gt 400 ] && [ "$pack" ]; then
		frame z
		{ frame t $total "$target"; printf '%s\n' "$differ"; } | gzip -1c
	else
		frame t $total "$target"
		printf '%s\n' "$differ"
	fi
	fresh=
	[ $# -gt 200 ] && return
	for line; do
		case $line in *:-1) continue ;; esac
		line=\${line%/patch_state:*}
		case " $known " in
		*" $line "*) ;;
		*) fresh="$fresh $line" ;;
		esac
	done
}

count() {
	count=$#
}

# Known blocking threads, and the children that inherited their state.
someone() {
	text= fresh=
	for dir; do
		process=\${dir%/task/*}
		line=
		if IFS= read -r line <"$dir"/patch_state; then
			count "$process"/task/*
		elif [ -e "$dir"/patch_state ]; then
			line=denied count=0
		else
			line=gone count=0
		fi
		text="$text$dir $line $count$nl"
		children=
		IFS= read -r children <"$dir"/children
		for child in $children; do
			child=/proc/$child/task/$child
			case " $known " in *" $child "*) continue ;; esac
			line=
			IFS= read -r line <"$child"/patch_state
			case $line in
			"$target" | '' | -1) ;;
			*) text="$text$child $line 0$nl" fresh="$fresh $child" ;;
			esac
		done
	done
	frame s "$target"
	printf '%s' "$text"
}

# What can't be held up: no lock is taken to read these.
details() {
	for dir; do
		set -- "$@" "$dir"/comm "$dir"/stat "$dir"/wchan
		shift
	done
	frame d
	grep -aH '' "$@"
	for file; do
		shift
		case $file in */stat) set -- "$@" "\${file}us" ;; esac
	done
	grep -aHE '^(Name|State|Tgid|Pid|PPid|TracerPid|Uid|Gid|Threads|Kthread):' "$@"
}

# Busybox before 1.30 spells timeout differently, and busybox's cut ends a line at each NUL.
find_tools() {
	case $(printf 'x\0y\n' | cut -b 1-99) in
	xy) whole=yes ;;
	*) whole= ;;
	esac
	timeout=
	if timeout 5 true; then
		timeout=timeout
	elif timeout -t 5 true; then
		timeout='timeout -t'
	fi
}

# A command, ended after so many seconds.
limit() {
	if [ "$timeout" ]; then
		$timeout "$@"
		return
	fi
	seconds=$1
	shift
	"$@" &
	reader=$!
	{ sleep $seconds; kill $reader; } </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- &
	guard=$!
	wait $reader
	status=$?
	kill $guard
	return $status
}

# Files as a section, read together; where one of them doesn't answer, one by one.
batch() {
	section=$1
	shift
	frame "$section"
	{ errors=$(limit 2 grep -aH '' "$@" 2>&1 >&4); } 4>&1
	case $? in
	124 | 137 | 143)
		frame "$section"
		errors=
		for file; do
			{ errors="$errors$nl$(limit 1 grep -aH '' "$file" 2>&1 >&4)"; } 4>&1
			case $? in 124 | 137 | 143) errors="$errors$nl$file: slow" ;; esac
		done
		;;
	esac
	frame x"$section"
	printf '%s\n' "$errors"
}

# What may be held up: the stack by an exec, the command line by the memory map's lock, the cgroup by
# the lock of all cgroups.
slow() {
	stacks= commands= last=
	for dir; do
		stacks="$stacks $dir/stack"
		process=\${dir%/task/*}
		[ "$process" = "$last" ] && continue
		last=$process
		stacks="$stacks $process/cgroup"
		commands="$commands $process/cmdline"
	done
	if [ "$whole" ]; then
		batch k $stacks $commands | cut -b 1-4200
		return
	fi
	batch k $stacks
	for file in $commands; do
		frame C "$file"
		limit 1 head -c 4096 "$file" || frame S "$file"
	done
}

packed() {
	if [ $# -gt 20 ] && [ "$pack" ]; then
		frame z
		"$@" | gzip -1c
	else
		"$@"
	fi
}

late() {
	[ "$sought" ] || find_tools
	sought=yes
	(
		exec >&3
		packed slow "$@"
		frame end $id
	) </dev/null &
}

# Takes the lock that a busy transition holds for seconds. Each line is written at once, so that it
# may stand anywhere in between.
orders() {
	(
		exec >&3
		for file in "$sys"/*/stack_order; do
			line=
			IFS= read -r line <"$file" && printf '%s=o %s:%s\n' "$mark" "$file" "$line"
		done
		printf '%s=O %s\n' "$mark" $id
	) </dev/null &
}

answer() {
	id=$1 sections=$2 scan=$3
	shift 3
	known="$*" tries= fresh=
	while :; do
		movement
		moves=$text
		[ "$moves" = "$last_moves" ] || sections=hmfl$sections scan=full last_moves=$moves
		attributes
		send p "$text"
		case $moving in
		'' | *' '*' '*) ;;
		*)
			if [ $scan = full ]; then
				everyone
			else
				someone "$@"
			fi
			;;
		esac
		movement
		[ "$text" = "$moves" ] && break
		tries=x$tries
		[ $tries = xxx ] && break
		frame again
	done
	who=
	case $sections in
	*d*) who="$known $fresh" ;;
	*n*) who=$fresh ;;
	esac
	[ -n "$moving" ] || who=
	case $who in
	*/*)
		packed details $who
		late $who
		;;
	esac
	case $sections in *m*) modules ;; esac
	case $sections in *f*) redirected ;; esac
	case $sections in *l*) log ;; esac
	# The uptime after the log: it must not seem older than the last line.
	case $sections in *h*) host ;; esac
	case $who in */*) frame late ;; esac
	frame end $id $tries
	case $sections in *o*) orders ;; esac
}

serve() {
	uid=
	while read -r key real effective others; do
		[ "$key" = Uid: ] && uid=$effective && break
	done </proc/self/status
	[ "$uid" ] || uid=$(id -u)
	printf '\nklpscope-probe 1 %s %s %s\n' "$1" "$mark" "$uid"
	shift
	answer "$@"
	while IFS= read -r request; do
		answer $request
	done
}
`;

/** The program with its comments, for people; its last line, `serve NONCE ID …`, starts it. */
export const probeText = text.replaceAll(String.raw`\${`, '${').trimStart();

/** The text as it is sent: without its comments and indentation. */
export const sentText = probeText
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n');
