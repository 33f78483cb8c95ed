/**
 * The guest's own account of what is done to its files: probes of the kernel's tracing on the one
 * function through which every file is opened by its name, and on those that change names, owners
 * and sizes. Everything that runs in the guest is watched, but for the one session that asks for it
 * (and plays the story's part of the administrator). Who forked whom, and whose rights each login took,
 * tells for whom it was.
 */
import type { Guest } from '../lab/guest';

/** One call that the kernel saw. */
export interface Touch {
  /** User id of the login over SSH under which it happened, sudo or not; null for what is older. */
  readonly login: number | null;
  /** That login's first process: another one for each connection. */
  readonly session: number | null;
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
      `echo 'p:klplab/login __sys_setresuid uid=%di:u32' >>kprobe_events`,
      ...changingFunctions.map((name) => `echo 'p:klplab/${name} ${name}' >>kprobe_events`),
      `echo '${interesting}' >events/klplab/opened/filter`,
      'echo 1 >options/event-fork',
      'echo $PPID $$ >set_event_notrace_pid',
      // Enough for a story that takes many times as long as usual.
      'echo 32768 >buffer_size_kb',
      'echo 1 >events/klplab/enable',
      'echo 1 >events/sched/sched_process_fork/enable',
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
  const origins = new Origins();
  return text.split('\n').flatMap((line): Touch[] => {
    if (line.trim() === '') return [];
    const match = /^\s*(.+)-(\d+) +\[\d+\] .{5} +[\d.]+: (\w+): (.*)$/.exec(line);
    if (match === null) return unreadable(line);
    const [, comm = '', pid, call = '', facts = ''] = match;
    switch (call) {
      case 'sched_process_fork':
        origins.forked(Number(pid), numberIn(facts, / child_pid=(\d+)$/));
        return [];
      case 'login':
        origins.became(Number(pid), numberIn(facts, / uid=(\d+)$/));
        return [];
      case 'opened': {
        const opened = / name="?(.*?)"? flags=0x([0-9a-f]+)$/.exec(facts) ?? unreadable(line);
        const [, path = null, flags = ''] = opened;
        const forWriting = (Number.parseInt(flags, 16) & writingFlags) !== 0;
        return [{ ...origins.of(Number(pid)), comm, call, path, forWriting }];
      }
      default:
        return [{ ...origins.of(Number(pid)), comm, call, path: null, forWriting: true }];
    }
  });
}

/** The sessions, each with its login, that opened this thread's patch_state. */
export function readersOfState(
  touches: readonly Touch[],
  tid: number,
): ReadonlyMap<Touch['session'], Touch['login']> {
  const file = new RegExp(`^(/proc/)?${tid}/task/${tid}/patch_state$`);
  const those = touches.filter(({ path }) => path !== null && file.test(path));
  return new Map(those.map(({ session, login }) => [session, login]));
}

/** Ids of processes come again in time: what is told of one holds until the next line about it. */
class Origins {
  private readonly parents = new Map<number, number>();
  private readonly users = new Map<number, number>();

  forked(parent: number, child: number): void {
    this.parents.set(child, parent);
    this.users.delete(child);
  }

  /** The first user that a process becomes is its login's, the later ones are sudo's. */
  became(pid: number, uid: number): void {
    if (uid !== sameUser && !this.users.has(pid)) this.users.set(pid, uid);
  }

  /** The forefather nearest to the server that took a user's rights. */
  of(pid: number): Pick<Touch, 'login' | 'session'> {
    let found: Pick<Touch, 'login' | 'session'> = { login: null, session: null };
    for (let one: number | undefined = pid; one !== undefined; one = this.parents.get(one)) {
      const uid = this.users.get(one);
      if (uid !== undefined) found = { login: uid, session: one };
    }
    return found;
  }
}

/** What setresuid(2) takes for "as it is". */
const sameUser = 0xffffffff;

function numberIn(facts: string, pattern: RegExp): number {
  return Number((pattern.exec(facts) ?? unreadable(facts))[1]);
}

function unreadable(line: string): never {
  throw new Error(`not a line of the kernel's trace: ${line}`);
}
