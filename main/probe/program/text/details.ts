/** Names, stacks and units of threads, and stack_order: what may take long, read in the background. */
export const detailsText = String.raw`
# What can't be held up: no lock is taken to read these.
details() {
	files= status=
	for dir; do
		files="$files $dir/comm $dir/stat $dir/wchan"
		status="$status $dir/status"
	done
	frame d
	grep -aH '' $files
	grep -aHE '^(Name|State|Tgid|Pid|PPid|TracerPid|Uid|Gid|Threads|Kthread):' $status
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
		for file in "$sys"/*/stack_order; do
			line=
			IFS= read -r line <"$file" && printf '%s=o %s:%s\n' "$mark" "$file" "$line"
		done
		printf '%s=O %s\n' "$mark" $id
	) </dev/null &
}
`;
