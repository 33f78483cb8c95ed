#!/bin/sh
# What makes Debian's packages the lab's second guest. mmdebstrap runs it with the new root as $1, as
# (what that root takes for) its root; beside it lies the package of the kernel.
set -eu
root=$1
here=$(dirname "$0")

# The kernel's modules and configuration, as if it were installed; nobody makes an initramfs of it.
dpkg-deb --fsys-tarfile "$here"/kernel.deb |
	tar -x --no-same-owner --keep-directory-symlink -C "$root" --exclude './usr/share/doc/*'
for modules in "$root"/lib/modules/*; do
	chroot "$root" depmod "${modules##*/}"
done

# add_user NAME ID SHELL COMMENT [OPTION…]
add_user() {
	name=$1 id=$2 shell=$3 comment=$4
	shift 4
	chroot "$root" useradd --create-home --uid "$id" --shell "$shell" --comment "$comment" "$@" "$name"
}
add_user admin 1000 /bin/bash 'sudo without a password'
# Debian has a group of this name.
add_user operator 1001 /bin/bash 'sudo that asks for a password' --gid operator
add_user viewer 1002 /bin/sh 'no sudo'

# There is no udev: a unit that waits for a device would wait in vain. Nothing is to be cleaned, trimmed
# or saved at a time that comes while a test looks. And what this machine has no use for, such as file
# systems of a container's or of firmware's, would make an emulated boot half as long again.
chroot "$root" systemctl mask \
	getty@tty1.service getty-static.service serial-getty@ttyS0.service \
	dpkg-db-backup.timer fstrim.timer systemd-tmpfiles-clean.timer \
	dev-hugepages.mount sys-fs-fuse-connections.mount sys-kernel-config.mount \
	proc-sys-fs-binfmt_misc.automount systemd-binfmt.service kmod-static-nodes.service \
	modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service \
	modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service \
	systemd-pstore.service systemd-repart.service systemd-update-utmp-runlevel.service

# Every image has a host key of its own, and only that.
rm "$root"/etc/ssh/ssh_host_*_key*
# mmdebstrap puts this machine's there.
rm -f "$root"/etc/resolv.conf "$root"/etc/hostname
