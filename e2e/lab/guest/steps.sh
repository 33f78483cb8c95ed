# shellcheck shell=dash
# The steps that scenarios are made of, for the guest's sh (dash). The lab sends this text into a session
# and calls these functions; nothing of it is in the image. Every step waits until it is true and fails,
# with a line on stderr, if that takes too long: what takes a moment has a minute, since an emulated
# guest on a busy machine is slow.

klp=/sys/kernel/livepatch
modules=/usr/lib/klplab
release=/sys/module/klp_busy/parameters/release

fail() {
	echo "$*" >&2
	return 1
}

# until_true SECONDS WHAT COMMAND…
until_true() {
	ticks=$(($1 * 10)) what=$2
	shift 2
	while ! "$@"; do
		ticks=$((ticks - 1))
		[ "$ticks" -gt 0 ] || { fail "it did not come true: $what"; return 1; }
		sleep 0.1
	done
}

loaded() {
	[ -d "/sys/module/$1" ] && [ "$(cat "/sys/module/$1/initstate" 2>/dev/null)" = live ]
}

in_transition() {
	grep -qs 1 $klp/*/transition
}

settled() {
	! in_transition
}

gone() {
	[ ! -e "$klp/$1" ]
}

# load MODULE [PARAMETER…]: does not wait for a transition that it may start.
load() {
	module=$1
	shift
	insmod "$modules/$module.ko" "$@"
}

# A module that was just disabled keeps its reference until the kernel has freed the livepatch.
try_unload() {
	rmmod "$1" 2>/dev/null
}

unload() {
	until_true 60 "$1 can be unloaded" try_unload "$1"
}

# settle [SECONDS]
settle() {
	until_true "${1:-60}" 'no transition' settled
}

# apply LIVEPATCH: loaded, and every thread has switched.
apply() {
	load "$1" && settle 60
}

# disable LIVEPATCH: only starts it.
disable() {
	echo 0 >"$klp/$1/enabled"
}

# retire LIVEPATCH: disabled to the end; the module stays.
retire() {
	disable "$1" && until_true 60 "$1 is gone from sysfs" gone "$1"
}

let_go_until_gone() {
	let_go all
	gone "$1"
}

# dismiss LIVEPATCH: as retire, and whoever sleeps in klp_busy or in its code is let go for it.
dismiss() {
	disable "$1" && until_true 60 "$1 is gone from sysfs" let_go_until_gone "$1"
}

# reverse LIVEPATCH: to the other direction, while in transition.
reverse() {
	case $(cat "$klp/$1/enabled") in
	0) echo 1 >"$klp/$1/enabled" ;;
	1) echo 0 >"$klp/$1/enabled" ;;
	esac
}

force() {
	echo 1 >"$klp/$1/force"
}

in_function() {
	grep -q "$2" "/proc/$1/wchan" 2>/dev/null
}

# sleeper d|s: prints the id of a process of admin's that sleeps in klp_busy's function, whoever's
# version of it: klp_busy_wait_d or LIVEPATCH_wait_d.
sleeper() {
	pid=$(start-reader "$1") || { fail "no reader could be started"; return 1; }
	until_true 60 "process $pid sleeps in a function that waits" in_function "$pid" "_wait_$1" || return
	echo "$pid"
}

# kthread: prints the id of klp_busy's kernel thread, once it sleeps where it can be patched.
kthread() {
	pid=$(pgrep -x klp_busy_kt) || { fail 'klp_busy has no kernel thread'; return 1; }
	until_true 60 'the kernel thread sleeps in a function that waits' in_function "$pid" kwait || return
	echo "$pid"
}

# let_go d|s|k|all
let_go() {
	[ ! -e $release ] || echo "$1" >$release
}

named_by_kernel() {
	dmesg | awk -v thread=":$1 " '
		/starting .*patching transition/ { named = 0 }
		/klp_try_switch_task/ && index($0, thread) { named = 1 }
		END { exit !named }'
}

# kernel_names TID…: waits until the kernel has said of each, in this transition, that it doesn't switch.
kernel_names() {
	for tid; do
		until_true 60 "the kernel names thread $tid" named_by_kernel "$tid" || return
	done
}

has_state() {
	[ "$(cat "/proc/$1/patch_state" 2>/dev/null)" = "$2" ]
}

# wait_state PID STATE
wait_state() {
	until_true 60 "process $1 has patch_state $2" has_state "$1" "$2"
}

# How often the kernel has tried to switch threads: all that are left within milliseconds, once a second.
rounds() {
	dmesg | awk '
		/klp_try_switch_task: / {
			match($0, /[0-9]+\.[0-9]+/)
			at = substr($0, RSTART, RLENGTH) + 0
			if (at > last + 0.5) count++
			last = at
		}
		END { print count + 0 }'
}

round_begins() {
	[ "$(rounds)" -ge "$1" ]
}

# next_round: waits for one whole round of the kernel's: it was whole when the one after it begins.
next_round() {
	until_true 60 'the kernel tries two times more' round_begins $(($(rounds) + 2))
}

log_has() {
	dmesg | grep -q "$1"
}

# wait_log SECONDS TEXT
wait_log() {
	until_true "$1" "the kernel's log has: $2" log_has "$2"
}

# threads PROCESSES THREADS [DEVICE COUNT]…
threads() {
	total=$(($1 * $2))
	echo $((total + 4096)) >/proc/sys/kernel/threads-max
	echo 4194304 >/proc/sys/kernel/pid_max
	in-unit workers.service klp_threads "$@" </dev/null >/run/klp_threads.log 2>&1 ||
		fail "$(cat /run/klp_threads.log)"
}

# Prints the ids of those threads of klp_threads that read a device.
reading_threads() {
	for pid in $(pgrep -x klp_threads); do
		grep -sE '_wait_[ds]' "/proc/$pid"/task/*/wchan
	done | cut -d/ -f5
}

our_modules() {
	cut -d' ' -f1 /proc/modules | grep -E '^(lp|klp)_'
}

# A livepatch that was removed by force keeps its module for ever: the reference stays, the folder went.
pinned() {
	for module in $(our_modules); do
		case $module in
		lp_*) ;;
		*) continue ;;
		esac
		if [ ! -e "$klp/$module" ] && [ "$(cat "/sys/module/$module/refcnt")" -gt 0 ]; then
			return 0
		fi
	done
	return 1
}

# One round of taking everything away; true once nothing is left.
unwind_once() {
	let_go all
	for patch in "$klp"/*/; do
		if [ -e "$patch" ] && settled; then
			echo 0 >"${patch}enabled"
		fi
	done
	for module in $(our_modules); do
		try_unload "$module"
	done
	[ -z "$(our_modules)" ]
}

# Back to a kernel without livepatches; false where that takes a reboot. The kernel frees a disabled
# livepatch a moment after its folder went, so only what stays pinned for some rounds is pinned; what
# can't be taken away for another reason does not hold up the next scenario for ever.
unwind() {
	pkill -9 -x klp_threads
	patience=6 rounds=300
	while ! unwind_once; do
		rounds=$((rounds - 1))
		[ "$rounds" -gt 0 ] || return 1
		if pinned; then
			patience=$((patience - 1))
			[ "$patience" -gt 0 ] || return 1
		fi
		sleep 0.1
	done 2>/dev/null
}
