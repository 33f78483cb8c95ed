#!/bin/sh
# Saves the livepatch state of this host in one archive, laid out like /.
# Usage: sh capture.sh [--all-threads] [ARCHIVE.tar.gz]      as root, to see all threads
# Stacks are saved of the threads that block a transition; with --all-threads of all, also where no
# transition runs: then klpscope what-if can tell who would block one. That takes a second for about
# a hundred threads.
# It reads /sys and /proc and runs dmesg; it changes nothing on this host but the archive that it
# writes and a temporary folder, which it removes. Open the archive with: klpscope ARCHIVE.tar.gz

# Lists of names are divided into words on purpose: none of them holds a space.
# shellcheck disable=SC2086

# Nothing of the login's environment takes part.
unset -f command unalias basename cat date dmesg echo grep gzip head id mkdir mktemp printf read
unset -f rm tar timeout tr true umask uname xargs
# In some shells no function may have this name.
command unset -f [
unalias -a
unset -v GREP_OPTIONS GZIP GLOBIGNORE CDPATH IFS
unset -v all archive details ending file function host_once host_presence host_with_modules limit
unset -v list_enabled_functions list_kprobes list_modules list_touched_functions livepatch_last
unset -v livepatch_once livepatch_presence
unset -v livepatch_twice livepatches module module_once name object object_once pack patch
unset -v process process_slow process_slow_bytes root state sys taint target thread thread_once
unset -v thread_slow work

set +efvxC -u
umask 077
LC_ALL=C
export LC_ALL

# Without gzip the archive is larger; what it is, is told by its content and not by its name.
pack=gzip
ending=tar.gz
gzip </dev/null >/dev/null 2>&1 || pack=cat ending=tar
all=
case ${1-} in
--all-threads)
	all=yes
	shift
	;;
-*)
	echo 'usage: sh capture.sh [--all-threads] [ARCHIVE.tar.gz]' >&2
	exit 2
	;;
esac
archive=${1:-klpscope-$(uname -n)-$(date -u +%Y%m%dT%H%M%SZ).$ending}
work=$(mktemp -d "${TMPDIR:-/tmp}/klpscope-capture.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root
sys=/sys/kernel/livepatch

# What is read: the list of shared/readings/reads.ts, by folder and way. A test holds the two together.
livepatch_twice='transition enabled'
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
host_presence=/proc/1/patch_state
list_modules=/proc/modules
list_enabled_functions='/sys/kernel/tracing/enabled_functions /sys/kernel/debug/tracing/enabled_functions'
list_touched_functions='/sys/kernel/tracing/touched_functions /sys/kernel/debug/tracing/touched_functions'
list_kprobes=/sys/kernel/debug/kprobes/list

# One file, if it can be read, of at most so many bytes.
save() {
	[ -e "$1" ] || return
	[ -d "$root${1%/*}" ] || mkdir -p "$root${1%/*}"
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
	[ -d "$root${1%/*}" ] || mkdir -p "$root${1%/*}"
	$limit head -c 65536 "$1" >"$root$1" 2>/dev/null || rm -f "$root$1"
}

save_livepatches() {
	[ -d "$sys" ] && mkdir -p "$root$sys"
	for patch in "$sys"/*/; do
		[ -d "$patch" ] || continue
		for name in $livepatch_twice $livepatch_once; do
			save "$patch$name" 4096
		done
		# Nobody can read these; that they are there tells which kernel's rules hold.
		for name in $livepatch_presence; do
			[ -e "$patch$name" ] && mkdir -p "$root$patch" && : >"$root$patch$name"
		done
		for object in "$patch"*/; do
			[ -d "$object" ] || continue
			mkdir -p "$root$object"
			for name in $object_once; do
				save "$object$name" 4096
			done
			# A function is an empty folder.
			for function in "$object"*/; do
				[ -d "$function" ] && mkdir -p "$root$function"
			done
		done
	done
}

save_stack() {
	for name in $thread_slow; do
		save_slow "$1/$name"
	done
}

# A thread, and its process with the first of its threads.
save_thread() {
	for name in $thread_once; do
		save "$1/$name"
	done
	save_stack "$1"
	process=${1%/task/*}
	for name in $process_slow $process_slow_bytes; do
		[ -e "$root$process/$name" ] || save_slow "$process/$name"
	done
}

save_module() {
	for name in $module_once; do
		save "$1/$name" 4096
	done
}

# A list, where it lies first; it has a line for each module or function.
save_list() {
	for file; do
		[ -r "$file" ] && save "$file" 8388608 && break
	done
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
		if [ "$details" -gt 200 ]; then
			save_stack "$thread"
		else
			save_thread "$thread"
		fi
	done
else
	for file in $host_presence; do
		save "$file" 4096
	done
fi

if [ "$all" ]; then
	for thread in /proc/[0-9]*/task/[0-9]*; do
		[ -e "$root$thread/comm" ] || save_thread "$thread"
	done
fi

for file in $host_with_modules; do
	save "$file" 4096
done
save_list $list_modules
livepatches=$(grep -l K /sys/module/*/taint 2>/dev/null)
for taint in $livepatches; do
	save "$taint" 4096
	save_module "${taint%/taint}"
done
for object in "$sys"/*/*/; do
	module=$(basename "$object" | tr - _)
	save_module "/sys/module/$module"
done
save_list $list_enabled_functions
save_list $list_touched_functions
save_list $list_kprobes
mkdir -p "$root/sos_commands/kernel"
dmesg >"$root/sos_commands/kernel/dmesg" 2>/dev/null || rm -f "$root/sos_commands/kernel/dmesg"
# The uptime after the log: it must not seem older than the last line.
for file in $host_once; do
	save "$file" 4096
done
# Takes the lock of all livepatches.
for patch in "$sys"/*/; do
	for name in $livepatch_last; do
		save_slow "$patch$name"
	done
done

tar -cf - -C "$root" . | $pack >"$archive" && echo "$archive"
