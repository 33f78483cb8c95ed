/** One answer in its order, and the loop that reads requests. */
export const serveText = String.raw`
answer() {
	case $2 in seek | look) $2 "$@"; return ;; esac
	id=$1 sections=$2 scan=$3
	shift 3
	known="$*" tries= fresh=
	while :; do
		movement
		moves=$text
		[ "$moves" = "$last_moves" ] || sections=hmfl$sections scan=full last_moves=$moves
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
	case $sections in *l*) log ;; esac
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
	last_p= last_h= last_m= last_f= last_l= last_moves=none
	[ "$unanswered" ] && frame end $1 unfinished
	frame end $1 >&3
	printf '%s=O %s none\n' "$mark" $1 >&3
}

serve() {
	uid=
	while read -r key real effective others; do
		[ "$key" = Uid: ] && uid=$effective && break
	done </proc/self/status
	[ "$uid" ] || uid=$(id -u)
	printf '\nklpscope-probe 1 %s %s %s\n' "$1" "$mark" "$uid"
	shift
	attempt "$@"
	while IFS= read -r request; do
		attempt $request
	done
}
`;
