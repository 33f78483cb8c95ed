/** Every thread's state, or that of the known blocking ones and their children. */
export const threadsText = String.raw`
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
`;
