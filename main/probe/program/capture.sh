#!/bin/sh
# Saves the livepatch state of this host in one archive, laid out like /.
# Usage: sh capture.sh [ARCHIVE.tar.gz]      as root, to see all threads
# It reads /sys and /proc and runs dmesg; it changes nothing on this host but the archive that it
# writes and a temporary folder, which it removes. Open the archive with: klpscope ARCHIVE.tar.gz

# Nothing of the login's environment takes part.
unset -f command unalias basename cat date dmesg echo grep gzip head id mkdir mktemp printf read
unset -f rm tar timeout tr true umask uname xargs
# In some shells no function may have this name.
command unset -f [
unalias -a
unset -v GREP_OPTIONS GZIP GLOBIGNORE CDPATH IFS
unset -v archive details ending file function limit livepatches module name object pack patch
unset -v process root state sys taint target thread work

set +efvxC -u
umask 077
LC_ALL=C
export LC_ALL

# Without gzip the archive is larger; what it is, is told by its content and not by its name.
pack=gzip
ending=tar.gz
gzip </dev/null >/dev/null 2>&1 || pack=cat ending=tar
archive=${1:-klpscope-$(uname -n)-$(date -u +%Y%m%dT%H%M%SZ).$ending}
work=$(mktemp -d "${TMPDIR:-/tmp}/klpscope-capture.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root
sys=/sys/kernel/livepatch

# One file, if it can be read, of at most so many bytes.
save() {
	[ -e "$1" ] || return
	mkdir -p "$root${1%/*}"
	head -c "${2:-65536}" <"$1" >"$root$1" 2>/dev/null || rm -f "$root$1"
}

# Busybox before 1.30 spells it differently.
limit=
if timeout 5 true 2>/dev/null; then
	limit='timeout 5'
elif timeout -t 5 true 2>/dev/null; then
	limit='timeout -t 5'
fi

# What takes a lock that can be held for long.
save_slow() {
	[ -e "$1" ] || return
	mkdir -p "$root${1%/*}"
	$limit head -c 65536 "$1" >"$root$1" 2>/dev/null || rm -f "$root$1"
}

save_livepatches() {
	[ -d "$sys" ] && mkdir -p "$root$sys"
	for patch in "$sys"/*/; do
		[ -d "$patch" ] || continue
		for name in transition enabled replace replaceable replace_set; do
			save "$patch$name" 4096
		done
		# Nobody can read these; that they are there tells which kernel's rules hold.
		for name in force signal; do
			[ -e "$patch$name" ] && mkdir -p "$root$patch" && : >"$root$patch$name"
		done
		for object in "$patch"*/; do
			[ -d "$object" ] || continue
			mkdir -p "$root$object"
			save "$object"patched 4096
			# A function is an empty folder.
			for function in "$object"*/; do
				[ -d "$function" ] && mkdir -p "$root$function"
			done
		done
	done
}

save_thread() {
	for name in patch_state comm stat status wchan; do
		save "$1/$name"
	done
	save_slow "$1/stack"
}

mkdir -p "$root/proc" "$root/sys/kernel"
save_livepatches
target=
for patch in "$sys"/*/; do
	[ "$(cat "$patch"transition 2>/dev/null)" = 1 ] && target=$(cat "$patch"enabled)
done

# In a transition every thread's state counts; outside one all are -1.
if [ -n "$target" ]; then
	for thread in /proc/[0-9]*/task/[0-9]*; do
		printf '%s\0' "$root$thread"
	done | xargs -0 mkdir -p
	details=0
	for file in /proc/[0-9]*/task/[0-9]*/patch_state; do
		state=
		read -r state <"$file" 2>/dev/null || continue
		thread=${file%/patch_state}
		echo "$state" 2>/dev/null >"$root$file" || continue
		case $state in
		"$target" | -1) continue ;;
		esac
		details=$((details + 1))
		[ "$details" -gt 200 ] && continue
		save_thread "$thread"
		process=${thread%/task/*}
		for name in cmdline cgroup; do
			save_slow "$process/$name"
		done
	done
else
	save /proc/1/patch_state 4096
fi

for name in osrelease hostname random/boot_id tainted; do
	save /proc/sys/kernel/$name 4096
done
save /proc/modules 8388608
livepatches=$(grep -l K /sys/module/*/taint 2>/dev/null)
for taint in $livepatches; do
	for name in taint refcnt initstate; do
		save "${taint%taint}$name" 4096
	done
done
for object in "$sys"/*/*/; do
	module=$(basename "$object" | tr - _)
	save "/sys/module/$module/refcnt" 4096
	save "/sys/module/$module/initstate" 4096
done
for file in /sys/kernel/tracing/enabled_functions /sys/kernel/debug/tracing/enabled_functions; do
	[ -r "$file" ] && save "$file" 8388608 && break
done
mkdir -p "$root/sos_commands/kernel"
dmesg >"$root/sos_commands/kernel/dmesg" 2>/dev/null || rm -f "$root/sos_commands/kernel/dmesg"
# The uptime after the log, stack_order last: it takes the lock of all livepatches.
save /proc/uptime 4096
for patch in "$sys"/*/; do
	save_slow "$patch"stack_order
done

tar -cf - -C "$root" . | $pack >"$archive" && echo "$archive"
