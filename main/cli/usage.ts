/** What the command line understands, and how it says so. */

/** Wrong usage: the message of one line, and the command whose help may serve. */
export interface UsageError {
  readonly usage: string;
  readonly command: string | null;
}

export const exitStatus = {
  settled: 0,
  transition: 1,
  error: 2,
  unreadable: 3,
  usage: 64,
} as const;

export const generalHelp = `Klpscope shows the kernel livepatch state of a Linux host. It never writes to one.

Usage: klpscope COMMAND [OPTION...] TARGET

Commands:
  status TARGET        one reading, for people or as JSON
  watch TARGET         a line for each change
  record TARGET        keeps what is read, sample by sample, in a file
  what-if TARGET       what would change if a livepatch were disabled, reversed, forced or replaced
  forget-key NAME      forgets the key of a host that was accepted in Klpscope
  capture-script       prints a shell script that saves a host's state into an archive
  open [TARGET...]     opens the window on these targets

A TARGET is
  local                this machine
  HOST                 a host over SSH: an alias of ssh's configuration, [user@]host[:port],
                       or ssh://[user@]host[:port]
  dir:PATH             a folder laid out like /: an extracted capture or sosreport
  FILE                 a capture or sosreport archive: .tar.gz, .tgz, .tar.xz, .tar
  FILE.klprec          a recording; status shows its end, watch all of it
  demo[:STORY]         a demo host that plays a story; status shows its end
  demo:FILE.json       the same, with a story of your own (docs/scenario-file.md)

Options:
  --help               this text, or a command's own with COMMAND --help
  --version            the version
`;

const liveHelp = `  --sudo               read a live host through sudo; without, only what the login may read
  --transport NAME     ssh2 (the default) or openssh, the system's own ssh
  --identity FILE      a key to offer beside those of ssh's configuration
  --accept-new         take the key of an unknown host; a changed one never`;

export const watchHelp = `Usage: klpscope watch [OPTION...] TARGET

Reads the target again and again and prints a line for each change, the state first. A recording is
told at once, by its own times.

Options:
  --json               JSON Lines: one event of klpscope/watch in each
  --until settled      ends when no transition runs
  --for S              ends after S seconds
  --interval S         seconds between two readings (default 1 in a transition, 5 settled)
  --timeout S          gives up on one answer after S seconds
${liveHelp}

Exit status: that of the last state, as of status; 3 where the host was lost.
`;

export const recordHelp = `Usage: klpscope record [OPTION...] TARGET -o FILE.klprec

Reads the target again and again and keeps each sample, until interrupted. The file opens like any
other target, also where the recording broke off. It holds what was read and no password or key; of
a demo host it says so.

Options:
  -o, --output FILE    the file to write
  --duration S         ends after S seconds
  --interval S         seconds between two samples (default 1 in a transition, 5 settled)
  --overwrite          replaces a file that is there already
  --log FILE           a kernel log to read along with a tree or archive
  --timeout S          gives up on one answer after S seconds
${liveHelp}

Exit status: 0 done; 3 the target could not be read, was lost at the end, or the file could not be
written; 64 wrong usage.
`;

export const whatIfHelp = `Usage: klpscope what-if [OPTION...] ACTION TARGET

Works out what an action would change, and which threads would block now: their stacks are looked
through once. Nothing is tried.

Actions, one of them:
  --disable NAME       disable a livepatch
  --reverse NAME       reverse the transition of a livepatch
  --force NAME         force the transition of a livepatch
  --replace-with FILE  replace all by a livepatch with the functions that FILE lists, one in a line:
                       OBJECT:FUNCTION[,POSITION], or @NAME for all of a livepatch that is there;
                       without such a file, NAME of a livepatch that is there. OBJECT is vmlinux or
                       a module, POSITION counts symbols of that name from 1.

Options:
  --json               the document klpscope/what-if on standard output
  --log FILE           a kernel log to read along with a tree or archive
  --timeout S          gives up after S seconds (default 60)
${liveHelp}

Exit status: 0 done, also where the kernel would refuse; 3 the target could not be read; 64 wrong usage.
`;

export const statusHelp = `Usage: klpscope status [OPTION...] TARGET

Reads the target once and prints what is applied, whether a transition runs, and what blocks it.

Options:
  --json               the status document and nothing else on standard output
  --log FILE           a kernel log to read along with a tree or archive
  --timeout S          gives up after S seconds (default 60)
${liveHelp}

Questions (host key, passphrase, password, code) are asked on the terminal only.

Exit status:
  0  settled
  1  a transition is in progress, or its state is unknown
  2  there is a finding of severity error
  3  the target could not be read
  64 wrong usage
`;

export const captureScriptHelp = `Usage: klpscope capture-script > capture.sh

Prints a POSIX sh script. Run as root on a host that can't be reached from here, it writes one
archive beside itself, which opens here like any other target. It changes nothing on the host.
`;

export const forgetKeyHelp = `Usage: klpscope forget-key NAME

Forgets the host keys that were accepted in Klpscope under this name: host, or [host]:port where the
port is not 22. Keys in known_hosts stay; ssh-keygen -R removes those.
`;

export const openHelp = `Usage: klpscope open [TARGET...]

Opens the window on the targets; without one, on the start screen.
`;
