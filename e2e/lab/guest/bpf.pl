# Puts a BPF program on a function of the running kernel, without compiler or library: it does nothing but
# return a number. Run as root, through perl's stdin: perl - fentry|fexit|fmod_ret FUNCTION NUMBER. Prints the
# id of a process that holds it; with that process the program goes. (linux/bpf.h, union bpf_attr; the
# function's number is looked up in BTF: Documentation/bpf/btf.rst.)
use strict;
use warnings;

my ($kind, $function, $result) = @ARGV;
my %attach = (fentry => 24, fexit => 25, fmod_ret => 26);

my $btf = do {
    open my $file, '<:raw', '/sys/kernel/btf/vmlinux' or die "the kernel has no BTF: $!\n";
    local $/;
    <$file>;
};
my ($header, $types, $types_length, $strings) = unpack 'x4 L L L L', $btf;
my $name = index($btf, "\0$function\0", $header + $strings) + 1 - $header - $strings;
die "$function is not in the kernel's BTF\n" if $name < 1;

# Bytes behind each kind of type; of some, for each member.
my %fixed = (1 => 4, 3 => 12, 14 => 4, 17 => 4);
my %each = (4 => 12, 5 => 12, 6 => 8, 13 => 8, 15 => 12, 19 => 12);
my ($id, $at, $end) = (0, $header + $types, $header + $types + $types_length);
my $found;
while ($at < $end) {
    my ($name_of, $info) = unpack 'L L', substr $btf, $at, 8;
    my $type = $info >> 24 & 0x1f;
    $id++;
    if ($type == 12 && $name_of == $name) { $found = $id; last }
    $at += 12 + ($fixed{$type} // 0) + ($each{$type} // 0) * ($info & 0xffff);
}
die "$function is no function of the kernel's BTF\n" if !defined $found;

sub bpf {
    my ($command, $attributes) = @_;
    my $answer = syscall 321, $command, $attributes, length $attributes;
    return $answer;
}

# r0 = NUMBER; exit
my $program = pack('C C s l', 0xb7, 0, 0, $result) . pack('C C s l', 0x95, 0, 0, 0);
my $license = "GPL\0";
my $log = "\0" x 65536;
my $loaded = bpf(5, pack 'L L P P L L P L L a16 L L L L Q L L Q L L L',
    26, 2, $program, $license, 1, length $log, $log, 0, 0, 'lab', 0, $attach{$kind},
    0, 0, 0, 0, 0, 0, 0, $found, 0);
if ($loaded < 0) {
    my $why = $!;
    $log =~ s/\0.*//s;
    die "the program was refused: $why\n$log";
}
my $attached = bpf(17, pack 'Q L L', 0, $loaded, 0);
die "the program could not be attached: $!\n" if $attached < 0;

my $holder = fork // die "no process: $!\n";
if ($holder == 0) {
    close STDOUT;
    close STDERR;
    sleep;
    exit;
}
print "$holder\n";
