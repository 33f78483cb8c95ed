/** What /proc/PID/stat (or that of one thread) says. */
export interface ProcStat {
  readonly pid: number;
  /** As the kernel holds it: spaces, parentheses and newlines included. */
  readonly comm: string;
  /** State letter: R S D T t Z X I … */
  readonly state: string;
  readonly ppid: number;
  /** The kernel's PF_* bits. */
  readonly flags: number;
  readonly kthread: boolean;
  /**
   * The bits of a worker that the kernel runs within a user process (io_uring, vhost). Older kernels
   * gave the same bits other meanings (PF_VCPU, PF_USED_ASYNC), so they prove nothing by themselves.
   */
  readonly workerBits: boolean;
  /** Start of the thread in clock ticks after boot. */
  readonly startTicks: number;
}

/** include/linux/sched.h */
const PF_KTHREAD = 0x0020_0000;
/** Since 5.12. */
const PF_IO_WORKER = 0x0000_0010;
/** Since 6.4. */
const PF_USER_WORKER = 0x0000_4000;

/** Fields behind comm, counted from 0: proc(5) counts `state` as field 3. */
const PPID = 1;
const FLAGS = 6;
const START_TIME = 19;

/**
 * Documentation/filesystems/proc.rst, table 1-4, and proc_pid_stat(5). comm is printed as it is, so
 * only the last `)` can be the one that closes it: behind it stand a letter and numbers. Null where
 * the text isn't such a line.
 */
export function parseProcStat(text: string): ProcStat | null {
  const opening = text.indexOf(' (');
  const closing = text.lastIndexOf(') ');
  if (opening < 1 || closing < opening + 2) {
    return null;
  }
  const fields = text
    .slice(closing + 2)
    .trimEnd()
    .split(' ');
  const state = fields[0] ?? '';
  const pid = parseCount(text.slice(0, opening));
  const ppid = parseCount(fields[PPID]);
  const flags = parseCount(fields[FLAGS]);
  const startTicks = parseCount(fields[START_TIME]);
  if (!/^[A-Za-z]$/.test(state) || pid === null || ppid === null) {
    return null;
  }
  if (flags === null || flags > 0xffff_ffff || startTicks === null) {
    return null;
  }
  const comm = text.slice(opening + 2, closing);
  const kthread = (flags & PF_KTHREAD) !== 0;
  const workerBits = (flags & (PF_IO_WORKER | PF_USER_WORKER)) !== 0;
  return { pid, comm, state, ppid, flags, kthread, workerBits, startTicks };
}

function parseCount(digits: string | undefined): number | null {
  if (digits === undefined || !/^\d+$/.test(digits)) {
    return null;
  }
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}
