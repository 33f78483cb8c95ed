#!/bin/sh
# Reads a live host for Klpscope: one POSIX sh program, the same for every host and every login. It is
# sent without its comments and indentation, with a last line "serve NONCE ID SECTIONS SCAN DIR..."
# that starts it.
#
# What it may rely on: sh (dash, bash, busybox, ksh), coreutils or busybox (cut, head, id, tail, sed,
# uniq), grep and xargs; gzip, timeout and dmesg are used where they are. It opens files for reading
# only, signals nobody but a reader of its own that takes too long, and leaves nothing behind: when its
# input ends, so does it.
#
# Frames. What it prints is divided by lines that begin with a boundary, a UUID that the host's kernel
# makes up when the program starts. The boundary is printed once, before anything else; it is never an
# argument of another program and never in the environment, so nothing on the host can know it and
# forge a frame. Answers go to standard output. What may take long (stacks, command lines, stack_order) is read
# in the background and goes to standard error, so that it holds up nothing.
#
# Requests are lines "ID SECTIONS SCAN DIR...": SECTIONS is any of h (facts about the host), m
# (modules), f (functions that ftrace redirects, and who else sits on patched ones), l (kernel log), o (stack_order), and of d (details of
# all blocking threads, DIRs included) or n (of newly found ones only), or "-"; SCAN is "full", or
# "known" for the DIRs (/proc/PID/task/TID) and their children only.
#
# "ID seek PATTERN..." and "ID look DIR..." ask about threads alone, and only when somebody wants to
# know what a transition that has not begun would wait for: whose stack holds one of the patterns, and
# details of some threads. Neither waits for a transition. "ID same NAME..." asks for the other names of
# functions.
#
# The order of one answer: transition and enabled of each livepatch, its other attributes, the threads
# if exactly one livepatch is in transition, then transition and enabled again. If they have changed it
# all begins anew, at most twice. They are compared once more behind modules and functions. The builtin read is preferred to programs: a settled host's answer
# starts those that read its log, and hardly any other.
#
# Lists of paths are divided into words on purpose: none of them holds a space.
# shellcheck disable=SC2086

# Nothing of the login's environment takes part: bash takes functions from it, which count before
# programs of their names, and a variable that came from there would be handed on to every program.
unset -f command unalias cat cd cut dmesg echo grep gzip head id kill printf read sed sleep sort
unset -f tail timeout true uniq wait xargs
# In some shells no function may have this name.
command unset -f [
unalias -a
unset -v GREP_OPTIONS GZIP GLOBIGNORE CDPATH IFS
unset -v _others _real _refs _rest _state _users boundary child children commands count cut differ dir effective errors file
unset -v files fresh guard host_once host_presence host_with_modules id key known last last_f
unset -v last_h last_l last_m last_moves last_p last_q last_u line lines list_enabled_functions
unset -v list_kprobes list_modules list_touched_functions
unset -v livepatch_last livepatch_once livepatch_presence livepatches module module_once moves
unset -v moving name names newest nl object object_once pack patch pattern patterns place process process_slow
unset -v process_slow_bytes reader request s scan seconds section sections size sought stacks status
unset -v status_fields sys taint target text thread_once thread_slow timed timeout told total
unset -v tries uid unanswered unfinished who whole word

# What is read: the list of shared/readings/reads.ts, by folder and way. A test holds the two together.
livepatch_once='replace replaceable replace_set'
livepatch_presence='force signal'
livepatch_last=stack_order
object_once=patched
module_once='refcnt initstate'
thread_once='comm stat status wchan'
thread_slow=stack
process_slow=cgroup
process_slow_bytes=cmdline
host_once='/proc/sys/kernel/osrelease /proc/sys/kernel/hostname /proc/sys/kernel/random/boot_id /proc/uptime /proc/2/task/2/stat /sys/kernel/kgraft/in_progress /proc/sys/kernel/ftrace_enabled'
host_with_modules=/proc/sys/kernel/tainted
status_fields='Name|State|Tgid|Pid|PPid|Uid|Kthread'
host_presence=/proc/1/patch_state
list_modules=/proc/modules
list_enabled_functions='/sys/kernel/tracing/enabled_functions /sys/kernel/debug/tracing/enabled_functions'
list_touched_functions='/sys/kernel/tracing/touched_functions /sys/kernel/debug/tracing/touched_functions'
list_kprobes=/sys/kernel/debug/kprobes/list

LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
cd /
# Answers that may be late go to what was standard error; complaints of the tools go nowhere.
exec 3>&2 2>/dev/null
sys=/sys/kernel/livepatch
nl='
'
last_moves=none last_l=''
IFS= read -r boundary </proc/sys/kernel/random/uuid
pack=
command -v gzip >/dev/null && pack=yes

# What runs in a process of its own and starts others there: without this, a shell that may start
# none would go on in it as if it were the first, which waits for it (see attempt).
alone() {
	cut=yes
	command eval '"$@"; status=$? cut='
	[ -z "$cut" ] || exit 2
	return $status
}

frame() {
	printf '\n%s %s\n' "$boundary" "$*"
}

# A section; only "same" where its text is that of the last answer.
send() {
	eval "last=\$last_$1"
	if [ "$2" = "$last" ]; then
		frame "$1" same
		return
	fi
	eval "last_$1=\$2"
	if [ ${#2} -gt 8192 ] && [ "$pack" ]; then
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


# What the livepatches say of themselves; nothing here takes a lock of theirs.

# transition, then enabled, of every livepatch into $text; who is $moving, and the $target.
movement() {
	text='' moving='' target=''
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

# The module that was loaded last: a livepatch that was loaded again between two answers shows nothing else
# that is cheap to read. How often it is used changes all the time, and is left out.
newest() {
	newest=
	IFS=' ' read -r newest size _refs _users _state place _rest <$list_modules
	newest="$newest $size $place"
}

attributes() {
	[ -d "$sys" ] && text="$text folder $sys$nl"
	for patch in "$sys"/*/; do
		for name in $livepatch_once; do
			value "$patch$name"
		done
		for name in $livepatch_presence; do
			[ -e "$patch$name" ] && text="$text exists $patch$name$nl"
		done
	done
	for object in "$sys"/*/*/; do
		for name in $object_once; do
			value "$object$name"
		done
	done
	# Each a line of its own; joined by the shell itself, since there may be thousands.
	IFS=$nl
	set -- "$sys"/*/ "$sys"/*/*/ "$sys"/*/*/*/
	text="$text$*$nl"
	unset IFS
}


# Facts about the host, its modules, the functions that ftrace redirects, and its log.

host() {
	text=
	for file in $host_once; do
		value "$file"
	done
	[ -e /sys/kernel ] && text="$text folder /sys/kernel$nl"
	for file in $host_presence; do
		[ -e "$file" ] && text="$text exists $file$nl"
	done
	send h "$text"
}

of_module() {
	for name in $module_once; do
		value "$1/$name"
	done
}

modules() {
	livepatches=$(grep -l K /sys/module/*/taint)
	text=
	for file in $host_with_modules; do
		# Not by read, which takes a byte at a time: sysctl tells a number to the first read alone.
		if line=$(cat "$file"); then
			text="$text$file:$line$nl"
		else
			value "$file"
		fi
	done
	for taint in $livepatches; do
		value "$taint"
		of_module "${taint%/taint}"
	done
	for object in "$sys"/*/*/; do
		module=${object%/}
		# /sys/module spells them with underscores.
		IFS=-
		set -- ${module##*/}
		IFS=_
		module="$*"
		unset IFS
		[ "$module" = vmlinux ] && continue
		of_module /sys/module/"$module"
	done
	send m "$text$nl$(cat "$list_modules")$nl"
}

# Lines of a list that match a pattern or have the name of a patched function, each with the one behind it,
# which may continue it.
about_functions() {
	# A slash is in no name.
	printf '(^| )%s( |.0x)\n' ${names:-/} | grep -E -A 1 -e "$1" -f - "$2"
	[ $? -lt 2 ]
}

# The first of several places of a list, as a section.
sift_list() {
	section=$1 pattern=$2
	shift 2
	text=
	for file; do
		[ -e "$file" ] && break
	done
	if ! true <"$file"; then
		[ -e "$file" ] && text=" denied $file$nl"
	elif lines=$(alone about_functions "$pattern" "$file"); then
		text="$file:$nl$lines$nl"
	else
		text=" unreadable $file$nl"
	fi
	send $section "$text"
}

# Functions with the flag I, and all that lists of ftrace and kprobes say of those that livepatches patch.
redirected() {
	# The names of functions are of these letters; then comes the position.
	names=
	for name in "$sys"/*/*/*/; do
		name=${name%/}
		name=${name##*/}
		name=${name%%[!A-Za-z0-9_.]*}
		[ "$name" ] && names="$names $name"
	done
	sift_list f '\) [A-Z ]*I' $list_enabled_functions
	if [ "$names" ]; then
		sift_list u '^$' $list_touched_functions
		sift_list q '^$' $list_kprobes
	else
		send u ''
		send q ''
	fi
}

# Lines about livepatches, of modules whose relocations fail, the kernel's own alarms with the modules
# that their traces name, and the last line: its stamp says how far the log goes. Of a long log, lines
# about single threads come behind the others, and are cut.
messages() {
	dmesg 2>&1 </dev/null | sed -n -e '
		/livepatch/b keep
		/TAINT_LIVEPATCH/b keep
		/transition: /b keep
		/ftrace [fh][a-z]* for /b keep
		/Duplicate shadow variable/b keep
		/elocat/b keep
		/Expected nop after/b keep
		/REL[23]4 /b keep
		/-bit offset from PC/b keep
		/WARNING: /b keep
		/BUG: /b keep
		/detected hard LOCKUP/b keep
		/: [0-9a-f]* ilc:/b keep
		/kernel BUG at /b keep
		/Oops: /b keep
		/Internal error: /b keep
		/Unable to handle kernel /b keep
		/general protection fault/b keep
		/divide error: /b keep
		/Kernel panic - /b keep
		/INFO: task .* blocked /b keep
		/INFO: .*detected .*stall/b keep
		/0x[0-9a-f]*\/0x[0-9a-f]* \[/b keep
		/---\[ end trace/b keep
		$ b keep
		b
		:keep
		p
	'
}

of_patches() {
	printf '%s\n' "$lines" | grep -v 'klp_[a-z_]*: ' | tail -n 1000
}

of_threads() {
	printf '%s\n' "$lines" | grep 'klp_[a-z_]*: ' | tail -n 1000
}

# It is asked for all the time: where no program can be started, what is known of it stands for now, and
# whatever else was asked for is answered.
log_again() {
	if [ "$last_l" ]; then
		command eval log
	else
		log
	fi
}

log() {
	lines=$(alone messages) || return
	case ${#lines} in
	?????? | ???????*)
		send l "$(alone of_patches)$nl$(alone of_threads)$nl"
		;;
	*) send l "$lines$nl" ;;
	esac
}


# Every thread's state, or that of the known blocking ones and their children.

# Those of the files on its input that don't say the target; all, where the target can't be told.
unlike_target() {
	case $target in
	0 | 1) exec xargs -0 grep -Hv "^$target\$" ;;
	*) exec xargs -0 grep -H '' ;;
	esac
}

# Every thread: how many there are, why some could not be read, and those that are not at the target.
# Folders are found by listing alone, where each file would be looked at twice; and the kernel finds
# a file sooner, and shells and grep copy less, by a path that begins in /proc.
everyone() {
	cd /proc || exit
	set -- [0-9]*/task/[0-9]*
	if ! [ -e "$1"/patch_state ]; then
		set -- [0-9]*/task/[0-9]*/patch_state
		case $1 in *'['*) cd /; frame t none; return ;; esac
		set -- [0-9]*/task/[0-9]*
	fi
	frame e
	total=$#
	exec 4>&1
	# As alone() does it, without handing tens of thousands of words on.
	differ=$(
		cut=yes
		command eval '{ printf "%s/patch_state\0" "$@" | unlike_target 2>&1 >&5 | sed "s/.*: //" | uniq -c >&4; } 5>&1 && cut='
		[ -z "$cut" ] || exit 2
	) || total=unfinished
	exec 4>&-
	cd /
	if [ ${#differ} -gt 8192 ] && [ "$pack" ]; then
		frame z
		{ frame t $total "$target"; printf '%s\n' "$differ"; } | gzip -c
	else
		frame t $total "$target"
		printf '%s\n' "$differ"
	fi
	fresh=
	# Twenty thousand lines are dear to divide into words: here are more than a hundred.
	if [ ${#differ} -gt 4096 ]; then
		# The first by their numbers: that is whom the reader shows, too.
		case $sections:$target in *d*:[01]) ;; *) return ;; esac
		differ=$(printf '%s\n' "$differ" | grep -v ':-1$' | sort -t / -n -k 1 -k 3 | head -n 200)
	fi
	for line in $differ; do
		case $line in *:-1) continue ;; esac
		line=/proc/${line%/patch_state:*}
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
	text='' fresh='' last=''
	for dir; do
		process=${dir%/task/*}
		line=
		if IFS= read -r line <"$dir"/patch_state; then
			# A folder may hold thousands: it is listed along with details only, and once for all
			# that are known of it. 0 is for not counted.
			case $sections:$process in
			*d*:"$last") ;;
			*d*:*) count "$process"/task/*; last=$process ;;
			*) count=0 ;;
			esac
		elif [ -e "$dir"/patch_state ]; then
			line=denied count=0 last=
		else
			line=gone count=0 last=
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


# Names, stacks and units of threads, and stack_order: what may take long, read in the background.

# What can't be held up: no lock is taken to read these.
details() {
	files='' status=''
	for dir; do
		for name in $thread_once; do
			case $name in
			status) status="$status $dir/$name" ;;
			*) files="$files $dir/$name" ;;
			esac
		done
	done
	frame d
	grep -aH '' $files
	grep -aHE "^($status_fields):" $status
}

# Busybox before 1.30 spells timeout differently, and busybox's cut ends a line at each NUL.
two_lines() {
	printf 'x\0y\n' | cut -b 1-99
}

find_tools() {
	case $(alone two_lines) in
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
	{ errors=$(alone limit 2 grep -aH '' "$@" 2>&1 >&4); } 4>&1
	case $?:$errors in
	# Not one of its programs was started: nothing is known, not even that a file is empty.
	12[567]:* | *:*timeout:* | [2-9]:) return ;;
	124:* | 137:* | 143:*)
		frame "$section"
		errors=
		for file; do
			{ errors="$errors$nl$(alone limit 1 grep -aH '' "$file" 2>&1 >&4)"; } 4>&1
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
	stacks='' commands='' last=''
	for dir; do
		for name in $thread_slow; do
			stacks="$stacks $dir/$name"
		done
		process=${dir%/task/*}
		[ "$process" = "$last" ] && continue
		last=$process
		for name in $process_slow; do
			stacks="$stacks $process/$name"
		done
		for name in $process_slow_bytes; do
			commands="$commands $process/$name"
		done
	done
	if [ "$whole" ]; then
		alone batch k $stacks $commands | cut -b 1-4200
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
		alone "$@" | gzip -1c
	else
		"$@"
	fi
}

late() {
	[ "$sought" ] || find_tools
	sought=yes
	(
		exec >&3
		trap 'frame end $id' EXIT
		alone packed slow "$@"
	) </dev/null &
}

# Takes the lock that a busy transition holds for seconds. Each line is written at once, so that it
# may stand anywhere in between.
orders() {
	(
		exec >&3
		for patch in "$sys"/*/; do
			for name in $livepatch_last; do
				file=$patch$name
				line=
				IFS= read -r line <"$file" && printf '%s=o %s:%s\n' "$boundary" "$file" "$line"
			done
		done
		printf '%s=O %s\n' "$boundary" $id
	) </dev/null &
}


# The stacks of all threads, looked through when somebody asks what a livepatch would wait for.

# Lines of the stacks that hold one of the patterns, why stacks could not be read, and who is running.
# Patterns come as words: an "m" and a module's name, an "s" and how a symbol is printed.
seek() {
	[ "$sought" ] || find_tools
	sought=yes
	timed='' patterns=''
	[ "$timeout" ] && timed="$timeout 20"
	id=$1
	shift 2
	for word; do
		case $word in
		m*) patterns="$patterns$nl [${word#m}" ;;
		*) patterns="$patterns$nl ${word#s}" ;;
		esac
	done
	patterns=${patterns#"$nl"}
	cd /proc || exit
	packed sift [0-9]*/task/[0-9]*
	cd /
	frame end $id
	unanswered='' unfinished=''
}

sift() {
	told=
	[ -e self/stack ] && told=yes
	frame g $# $told
	{ errors=$({ printf '%s/stack\0' "$@" | $timed xargs -0 grep -aHF -e "$patterns" 2>&1 >&4; case $? in 124 | 137 | 143) echo 'grep: slow' ;; esac; } | sed 's/.*: //' | uniq -c); } 4>&1
	frame xg
	printf '%s\n' "$errors"
	frame w
	printf '%s/status\0' "$@" | xargs -0 grep -l '^State:.R'
}

# Some threads more closely, at once.
look() {
	[ "$sought" ] || find_tools
	sought=yes
	id=$1
	shift 2
	packed details "$@"
	packed slow "$@"
	frame end $id
	unanswered='' unfinished=''
}


# The names of one function, which are told by their address.

# Lines of /proc/kallsyms for each symbol that has one of these names.
symbols_named() {
	sed 's/.*/ &([[:space:]]|$)/' | grep -E -f - /proc/kallsyms | grep -v '^0* '
}

# All names of the addresses that these have, and whatever else has one of the names; each as /proc/kallsyms
# has it, with a number in place of the address, which stays here. Without rights every address reads 0.
number_names() {
	lines=$(printf '%s\n' "$@" | symbols_named)
	[ "$lines" ] || return 0
	lines=$(printf '%s\n' "$lines" | cut -d ' ' -f 1 | grep -F -f - /proc/kallsyms)
	lines=$(printf '%s\n' "$lines" | cut -d ' ' -f 3 | cut -f 1 | symbols_named | sort -u)
	last='' count=0
	printf '%s\n' "$lines" | while IFS=' ' read -r place line; do
		[ "$place" = "$last" ] || count=$((count - -1))
		last=$place
		printf '%s %s\n' $count "$line"
	done
}

same() {
	id=$1
	shift 2
	lines=$(alone number_names "$@")
	frame a
	printf '%s\n' "$lines"
	frame end $id
	unanswered='' unfinished=''
}


# One answer in its order, and the loop that reads requests.

answer() {
	case $2 in seek | look | same) $2 "$@"; return ;; esac
	id=$1 sections=$2 scan=$3
	shift 3
	known="$*" tries='' fresh=''
	while :; do
		movement
		moves=$text
		newest
		[ "$moves$newest" = "$last_moves" ] || sections=hmfl$sections scan=full last_moves=$moves$newest
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
	# What a livepatch leaves among modules and functions is compared with what it was before: the two must
	# be of one moment.
	case $sections in
	*m* | *f*)
		movement
		[ "$text" = "$moves" ] || tries=xxx
		;;
	esac
	case $sections in *l*) log_again ;; esac
	# The uptime after the log: it must not seem older than the last line.
	case $sections in *h*) host ;; esac
	case $who in */*) frame late ;; esac
	frame end $id $tries
	unanswered=
	case $sections in *o*) orders ;; esac
}

# A shell that may start no other program gives up all that it was doing. bash ends; the others come
# back here, and go on with the next request.
attempt() {
	unanswered=yes unfinished=yes
	command eval 'answer "$@"; unfinished='
	[ "$unfinished" ] || return
	cd /
	# What was not sent is not the same the next time.
	for name in p h m f l u q; do
		eval "last_$name=''"
	done
	last_moves=none
	[ "$unanswered" ] && frame end $1 unfinished
	frame end $1 >&3
	printf '%s=O %s none\n' "$boundary" $1 >&3
}

serve() {
	uid=
	while read -r key _real effective _others; do
		[ "$key" = Uid: ] && uid=$effective && break
	done </proc/self/status
	[ "$uid" ] || uid=$(id -u)
	printf '\nklpscope-probe 1 %s %s %s\n' "$1" "$boundary" "$uid"
	shift
	attempt "$@"
	while IFS= read -r request; do
		attempt $request
	done
}
