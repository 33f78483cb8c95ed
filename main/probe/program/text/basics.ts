/** What the program starts with: its tools, its mark, frames, and how one file is read. */
export const basicsText = String.raw`
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

# What runs in a process of its own and starts others there: without this, a shell that may start
# none would go on in it as if it were the first, which waits for it (see attempt).
alone() {
	cut=yes
	command eval '"$@"; status=$? cut='
	[ -z "$cut" ] || exit 2
	return $status
}

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
`;
