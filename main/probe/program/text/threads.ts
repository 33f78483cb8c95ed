/** Every thread's state, or that of the known blocking ones and their children. */
export const threadsText = String.raw`
# Every thread: how many there are, why some could not be read, and those that are not at the target.
# Folders are found by listing alone, where each file would be looked at twice; and the kernel finds
# a file sooner, and shells and grep copy less, by a path that begins in /proc.
everyone() {
	cd /proc
	set -- [0-9]*/task/[0-9]*
	if ! [ -e "$1"/patch_state ]; then
		set -- [0-9]*/task/[0-9]*/patch_state
		case $1 in *'['*) cd /; frame t none; return ;; esac
		set -- [0-9]*/task/[0-9]*
	fi
	frame e
	total=$#
	exec 4>&1
	case $target in
	0 | 1) pick=-Hv pattern="^$target\$" ;;
	*) pick=-H pattern= ;;
	esac
	# As alone() does it, without handing tens of thousands of words on.
	differ=$(
		cut=yes
		command eval '{ printf "%s/patch_state\0" "$@" | xargs -0 grep $pick "$pattern" 2>&1 >&5 | sed "s/.*: //" | uniq -c >&4; } 5>&1 && cut='
		[ -z "$cut" ] || exit 2
	) || total=unfinished
	exec 4>&-
	cd /
	if [ \${#differ} -gt 8192 ] && [ "$pack" ]; then
		frame z
		{ frame t $total "$target"; printf '%s\n' "$differ"; } | gzip -c
	else
		frame t $total "$target"
		printf '%s\n' "$differ"
	fi
	fresh=
	# Twenty thousand lines are dear to divide into words: here are more than a hundred.
	if [ \${#differ} -gt 4096 ]; then
		# The first by their numbers: that is whom the reader shows, too.
		case $sections:$target in *d*:[01]) ;; *) return ;; esac
		differ=$(printf '%s\n' "$differ" | grep -v ':-1$' | sort -t / -n -k 1 -k 3 | head -n 200)
	fi
	for line in $differ; do
		case $line in *:-1) continue ;; esac
		line=/proc/\${line%/patch_state:*}
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
	text= fresh= last=
	for dir; do
		process=\${dir%/task/*}
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
`;
