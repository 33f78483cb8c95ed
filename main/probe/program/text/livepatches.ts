/** What the livepatches say of themselves; nothing here takes a lock of theirs. */
export const livepatchesText = String.raw`
# transition, then enabled, of every livepatch into $text; who is $moving, and the $target.
movement() {
	text= moving= target=
	set -- "$sys"/*/
	[ -d "$1" ] || set --
	for patch; do
		value "$patch"transition
		[ "$line" = 1 ] && moving="$moving $patch"
	done
	for patch; do
		value "$patch"enabled
		[ "$moving" = " $patch" ] && target=$line
	done
}

attributes() {
	[ -d "$sys" ] && text="$text folder $sys$nl"
	for patch in "$sys"/*/; do
		for name in replace replaceable replace_set; do
			value "$patch$name"
		done
		for name in force signal; do
			[ -e "$patch$name" ] && text="$text exists $patch$name$nl"
		done
	done
	for object in "$sys"/*/*/; do
		value "$object"patched
	done
	# Each a line of its own; joined by the shell itself, since there may be thousands.
	IFS=$nl
	set -- "$sys"/*/ "$sys"/*/*/ "$sys"/*/*/*/
	text="$text$*$nl"
	unset IFS
}
`;
