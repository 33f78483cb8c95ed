/** The stacks of all threads, looked through when somebody asks what a livepatch would wait for. */
export const seekText = String.raw`
# Lines of the stacks that hold one of the patterns, why stacks could not be read, and who is running.
# Patterns come as words: an "m" and a module's name, an "s" and how a symbol is printed.
seek() {
	[ "$sought" ] || find_tools
	sought=yes
	timed= patterns=
	[ "$timeout" ] && timed="$timeout 20"
	id=$1
	shift 2
	for word; do
		case $word in
		m*) patterns="$patterns$nl [\${word#m}" ;;
		*) patterns="$patterns$nl \${word#s}" ;;
		esac
	done
	patterns=\${patterns#"$nl"}
	cd /proc
	packed sift [0-9]*/task/[0-9]*
	cd /
	frame end $id
	unanswered= unfinished=
}

sift() {
	told=
	[ -e self/stack ] && told=yes
	frame g $# $told
	{ errors=$(inside=yes; { printf '%s/stack\0' "$@" | $timed xargs -0 grep -aHF -e "$patterns" 2>&1 >&4; case $? in 124 | 137 | 143) echo 'grep: slow' ;; esac; } | sed 's/.*: //' | uniq -c); } 4>&1
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
	unanswered= unfinished=
}
`;
