/**
 * The guest's own account of what is done to its files: probes of the kernel's tracing on the one
 * function through which every file is opened by its name, and on those that change names, owners
 * and sizes. Everything that runs in the guest is watched, but for the one session that asks for it
 * (and plays the story's part of the administrator): nobody has to know who is who.
 */
import type { Guest } from '../lab/guest';

/** One call that the kernel saw. */
export interface Touch {
  /** Name of the thread that did it: a program's, or the shell's that is about to become one. */
  readonly comm: string;
  /** `opened`, or the kernel function that changes something else. */
  readonly call: string;
  /** What was opened. */
  readonly path: string | null;
  readonly forWriting: boolean;
}

/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC (include/uapi/asm-generic/fcntl.h). */
const writingFlags = 0x243;

const changingFunctions = [
  'chmod_common',
  'chown_common',
  'do_linkat',
  'do_mkdirat',
  'do_mknodat',
  'do_renameat2',
  'do_rmdir',
  'do_symlinkat',
  'do_unlinkat',
  'vfs_setxattr',
  'vfs_truncate',
  'vfs_utimes',
];

const tracing = '/sys/kernel/tracing';

/**
 * Begins to watch. Of what is opened for reading only `patch_state` is noted: the proof that the
 * product's readings are seen at all, among thousands of others.
 */
export async function watchOpenings(guest: Guest): Promise<void> {
  const interesting = `flags & ${writingFlags} || name ~ "*/patch_state"`;
  await guest.run(
    [
      `cd ${tracing}`,
      // struct filename begins with the name, struct open_flags with the flags of open(2).
      `echo 'p:klplab/opened do_filp_open name=+0(+0(%si)):string flags=+0(%dx):x32' >kprobe_events`,
      ...changingFunctions.map((name) => `echo 'p:klplab/${name} ${name}' >>kprobe_events`),
      `echo '${interesting}' >events/klplab/opened/filter`,
      'echo 1 >options/event-fork',
      'echo $PPID $$ >set_event_notrace_pid',
      'echo 8192 >buffer_size_kb',
      'echo 1 >events/klplab/enable',
      'cd /',
    ].join(' && '),
  );
}

/** All that was noted since; fails where the kernel had to forget something. */
export async function openings(guest: Guest): Promise<readonly Touch[]> {
  const lost = await guest.run(
    `grep -h -E '^(overrun|dropped events)' ${tracing}/per_cpu/cpu*/stats`,
  );
  if (!/^overrun: 0\ndropped events: 0$/.test(lost)) throw new Error(`events were lost: ${lost}`);
  const text = await guest.run(`grep -v '^#' ${tracing}/trace || :`);
  return text.split('\n').flatMap((line): Touch[] => {
    const match =
      /^\s*(.+)-\d+ +\[\d+\] .{5} +[\d.]+: (\w+): \(.*?\)(?: name="?(.*?)"? flags=0x([0-9a-f]+))?$/.exec(
        line,
      );
    if (match === null) return line.trim() === '' ? [] : unreadable(line);
    const [, comm = '', call = '', path = null, flags] = match;
    const forWriting = call !== 'opened' || (Number.parseInt(flags ?? '', 16) & writingFlags) !== 0;
    return [{ comm, call, path, forWriting }];
  });
}

function unreadable(line: string): never {
  throw new Error(`not a line of the kernel's trace: ${line}`);
}
