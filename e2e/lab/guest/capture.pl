# Writes what a live inspector would read to stdout, as a tar archive laid out like /. Run as root by the
# lab, through perl's stdin; nothing is written in the guest. Files are read one after another, so a
# capture of a running transition is as little atomic as any reading of a live host.
use strict;
use warnings;

binmode STDOUT;
my $now = time;
my %made;

# One entry; the name is below /, folders end with a slash.
sub entry {
    my ($name, $mode, $content) = @_;
    return if length $name > 99;
    my $header = pack 'a100 a8 a8 a8 a12 a12 A8 a1 a100 a6 a2 a32 a32 a8 a8 a155 x12',
        "./$name", sprintf('%07o', $mode), '0000000', '0000000', sprintf('%011o', length $content),
        sprintf('%011o', $now), '', "./$name" =~ m{/$} ? 5 : 0, '', 'ustar', '00', 'root', 'root', '', '', '';
    substr $header, 148, 7, sprintf "%06o\0", unpack '%24C*', $header;
    print $header, $content, "\0" x (-length($content) % 512);
}

sub folder {
    my ($name) = @_;
    return if $name eq '' || $made{$name}++;
    folder($name =~ m{^(.*)/} ? $1 : '');
    entry("$name/", 0755, '');
}

# The whole text of a file in one go, or undef: absent, vanished and refused are all the same here.
sub text {
    my ($name) = @_;
    open my $file, '<', "/$name" or return undef;
    my $content = '';
    while (1) {
        my $got = sysread $file, $content, 65536, length $content;
        return undef if !defined $got;
        return $content if !$got;
    }
}

sub take {
    my ($name) = @_;
    my $content = text($name);
    return if !defined $content;
    folder($name =~ m{^(.*)/} ? $1 : '');
    entry($name, 0644, $content);
}

sub names {
    my ($folder) = @_;
    opendir my $handle, "/$folder" or return ();
    return sort grep { !/^\.\.?$/ } readdir $handle;
}

sub given {
    my ($name, $content) = @_;
    folder($name =~ m{^(.*)/} ? $1 : '');
    entry($name, 0644, $content);
}

# Folders without files count too (they are the functions), and nobody can read "force".
sub tree {
    my ($folder) = @_;
    folder($folder);
    for my $name (names($folder)) {
        my $path = "$folder/$name";
        if (-d "/$path") { tree($path) }
        elsif ($name eq 'force') { entry($path, 0200, '') }
        else { take($path) }
    }
}

entry('', 0755, '');
tree('sys/kernel/livepatch');

my @threads_only = qw(comm stat status wchan stack patch_state);
for my $pid (sort { $a <=> $b } grep { /^\d+$/ } names('proc')) {
    take("proc/$pid/$_") for @threads_only, qw(cmdline cgroup);
    for my $tid (sort { $a <=> $b } names("proc/$pid/task")) {
        take("proc/$pid/task/$tid/$_") for @threads_only;
    }
}

for my $module (names('sys/module')) {
    take("sys/module/$module/$_") for qw(taint refcnt initstate coresize version srcversion);
}
take($_) for qw(
    proc/modules proc/version proc/uptime proc/cmdline proc/loadavg proc/stat etc/os-release
    proc/sys/kernel/tainted proc/sys/kernel/osrelease proc/sys/kernel/hostname
    proc/sys/kernel/ftrace_enabled proc/sys/kernel/random/boot_id
    sys/kernel/tracing/enabled_functions sys/kernel/debug/tracing/enabled_functions
    sys/kernel/debug/kprobes/list
);
given('sos_commands/kernel/dmesg', scalar `dmesg`);
print "\0" x 1024;
