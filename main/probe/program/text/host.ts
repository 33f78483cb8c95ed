/** Facts about the host, its modules, the functions that ftrace redirects, and its log. */
export const hostText = String.raw`
host() {
	text=
	for name in osrelease hostname random/boot_id; do
		value /proc/sys/kernel/$name
	done
	value /proc/uptime
	[ -e /sys/kernel ] && text="$text folder /sys/kernel$nl"
	[ -e /proc/1/patch_state ] && text="$text exists /proc/1/patch_state$nl"
	send h "$text"
}

modules() {
	set -- $(grep -l K /sys/module/*/taint)
	# Not by read, which takes a byte at a time: sysctl tells a number to the first read alone.
	if text=$(cat /proc/sys/kernel/tainted); then
		text=/proc/sys/kernel/tainted:$text$nl
	else
		text=
		value /proc/sys/kernel/tainted
	fi
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
messages() {
	dmesg 2>&1 </dev/null | sed -n -e '/livepatch/b keep' -e '/TAINT_LIVEPATCH/b keep' -e '/Duplicate shadow variable/b keep' -e '$b keep' -e b -e ':keep' -e p
}

of_patches() {
	printf '%s\n' "$lines" | grep -v 'klp_[a-z_]*: ' | tail -n 1000
}

of_threads() {
	printf '%s\n' "$lines" | grep 'klp_[a-z_]*: ' | tail -n 1000
}

log() {
	lines=$(alone messages) || return
	case \${#lines} in
	?????? | ???????*)
		send l "$(alone of_patches)$nl$(alone of_threads)$nl"
		;;
	*) send l "$lines$nl" ;;
	esac
}
`;
