/** Whether a transition runs, where it leads, and which threads have not arrived. */
import { unitOfCgroup } from '../readings/files/cgroup';
import { livepatchRoot, patchPath, threadPath } from '../readings/paths';
import type { ProblemCode } from '../base/problem';
import { parseProcStat, type ProcStat } from '../readings/files/procStat';
import { parseProcStatus } from '../readings/files/procStatus';
import type { ThreadScan } from '../readings/readings';
import { beginsInKernel, parseStack, type StackFrame } from '../readings/files/stack';
import { capText, oneLine } from '../base/text';
import { blockingThreads, readThreads } from '../readings/threads';
import { areOfContainer } from './container';
import type { ReadingsReader } from './reader';
import type {
  BlockingThread,
  Livepatch,
  SystemState,
  ThreadCounts,
  ThreadDetails,
  Transition,
} from './systemState';

type TransitionFacts = Pick<SystemState, 'transitionState' | 'transition'>;

/** A thread's name in the document; the kernel's own are at most 63 characters (workqueues). */
const commLimit = 64;
const cmdlineLimit = 4096;

/**
 * At most one livepatch is in transition (kernel/livepatch/transition.c, klp_transition_patch): two
 * at once, or one that can't be read while none reads 1, is a torn or damaged sample.
 *
 * @param isLeftOut the tree was saved without the livepatches that there were
 */
export function readTransition(
  reader: ReadingsReader,
  patches: readonly Livepatch[],
  isLeftOut = false,
): TransitionFacts {
  const moving = patches.filter(({ inTransition }) => inTransition === true);
  const [patch] = moving;
  if (patch && moving.length === 1) {
    return { transitionState: 'running', transition: describe(reader, patch) };
  }
  const gap =
    whyMoreMayBe(reader) ?? (patches.length === 0 ? whyNothingIsKnown(reader, isLeftOut) : null);
  if (gap !== null) {
    reader.note(gap.code, livepatchRoot, `Whether a transition runs is unknown: ${gap.why}.`);
    return { transitionState: 'unknown', transition: null };
  }
  if (patches.every(({ inTransition }) => inTransition === false)) {
    return { transitionState: 'none', transition: null };
  }
  const why =
    moving.length > 1
      ? `${moving.length} livepatches read as being in transition at once, which the kernel does not allow`
      : 'transition could not be read of every livepatch';
  reader.note('invalid-content', livepatchRoot, `Whether a transition runs is unknown: ${why}.`);
  return { transitionState: 'unknown', transition: null };
}

interface Gap {
  readonly code: ProblemCode;
  readonly why: string;
}

/** A capture that breaks off among the livepatches may have lost the one in transition. */
function whyMoreMayBe({ readings }: ReadingsReader): Gap | null {
  const folder = readings.folders.get(livepatchRoot);
  return folder && 'entries' in folder && folder.truncated === true
    ? { code: 'truncated', why: `the capture breaks off within ${livepatchRoot}` }
    : null;
}

/**
 * That no livepatch was seen means that there is none only where the folder of livepatches was
 * listed, or the folder around it was and does not hold it (no livepatching, or saved without its
 * empty folders).
 */
function whyNothingIsKnown({ readings }: ReadingsReader, isLeftOut: boolean): Gap | null {
  const folder = readings.folders.get(livepatchRoot);
  if (folder && 'entries' in folder) return null;
  if (folder && folder.missing !== 'absent') {
    return { code: 'invalid-content', why: `${livepatchRoot} could not be listed` };
  }
  const around = readings.folders.get('/sys/kernel');
  if (around && 'entries' in around && !isLeftOut) return null;
  return { code: 'not-found', why: `there is no ${livepatchRoot}` };
}

function describe(reader: ReadingsReader, patch: Livepatch): Transition {
  const scan = reader.readings.threads;
  const { enabled } = patch;
  if (enabled === null) {
    const path = `${patchPath(patch.name)}/enabled`;
    reader.note(
      'invalid-content',
      path,
      'The direction of the transition is unknown: enabled could not be read.',
    );
  }
  const blocking =
    scan && enabled !== null
      ? blockingThreads(scan, enabled).map(({ pid, tid }) => readThread(reader, pid, tid))
      : null;
  return {
    patch: patch.name,
    direction: enabled === null ? null : enabled ? 'patching' : 'unpatching',
    threads: countThreads(scan, blocking?.length ?? null),
    unscannedThreads: scan === null ? unscanned(reader) : [],
    blockingThreads: blocking ?? [],
    hiddenBlockersPossible: mayHide(scan, blocking, reader),
  };
}

function countThreads(scan: ThreadScan | null, blocking: number | null): ThreadCounts {
  if (!scan) return { total: null, done: null, blocking: null, undefined: null };
  const total = readThreads(scan);
  const undecided = scan.states.filter((state) => state === -1).length;
  return {
    total,
    done: blocking === null ? null : total - undecided - blocking,
    blocking,
    undefined: undecided,
  };
}

/**
 * Idle tasks take part but have no entry in /proc; denied threads and those of other pid namespaces
 * can't be seen either.
 */
function mayHide(
  scan: ThreadScan | null,
  blocking: readonly BlockingThread[] | null,
  reader: ReadingsReader,
): boolean | null {
  if (!scan) return true;
  if (scan.denied > 0 || reader.readings.privileged === false) return true;
  const proc = reader.readings.folders.get('/proc');
  if (proc && 'entries' in proc && proc.truncated === true) return true;
  // A saved tree in which most threads lack the file was taken without root's rights.
  if (scan.absent > scan.states.length) return true;
  if (blocking === null) return null;
  return blocking.length === 0 || areOfContainer(reader.readings, blocking) === true;
}

/** Threads whose stacks a report has, although nobody's `patch_state` was saved. */
function unscanned(reader: ReadingsReader): BlockingThread[] {
  return [...reader.readings.files]
    .map(([path, reading]) => ({ match: threadStackFile.exec(path), reading }))
    .filter(({ match, reading }) => match !== null && 'text' in reading)
    .map(({ match }) => readThread(reader, Number(match?.[1]), Number(match?.[2])));
}

const threadStackFile = /^\/proc\/(\d{1,10})\/task\/(\d{1,10})\/stack$/;

function readThread(reader: ReadingsReader, pid: number, tid: number): BlockingThread {
  const path = threadPath(pid, tid);
  const wasLookedAt = ['comm', 'stack'].some((name) =>
    reader.readings.files.has(`${path}/${name}`),
  );
  return { pid, tid, details: wasLookedAt ? readDetails(reader, path, `/proc/${pid}`) : null };
}

/** Details of a thread of which no file was read. */
export const nothingRead: ThreadDetails = {
  comm: null,
  cmdline: null,
  state: null,
  kthread: null,
  userWorker: null,
  uid: null,
  startTicks: null,
  unit: null,
  stack: null,
  wchan: null,
};

/**
 * What a thread's files say.
 *
 * @param thread folder of the thread
 * @param process folder of its process
 */
export function readDetails(
  reader: ReadingsReader,
  thread: string,
  process: string,
): ThreadDetails {
  const stat = reader.value(`${thread}/stat`, parseProcStat, 'the fields of proc(5)');
  const status = reader.value(`${thread}/status`, parseProcStatus, 'the fields of proc(5)');
  const comm = reader.text(`${thread}/comm`);
  const cmdline = reader.text(`${process}/cmdline`);
  const stack = reader.text(`${thread}/stack`);
  const wchan = reader.text(`${thread}/wchan`);
  const cgroup = reader.text(`${process}/cgroup`);
  const name = comm === null ? (stat?.comm ?? status?.name ?? null) : oneLine(comm);
  // Kernel threads are children of kthreadd, whose number is 2; before 6.8 `status` has no word for them.
  const kthread = stat?.kthread ?? status?.kthread ?? (status?.ppid === 2 ? true : null);
  const frames = stack === null ? null : parseStack(stack);
  return {
    comm: name === null ? null : capText(name, commLimit),
    cmdline: cmdline === null ? null : capText(argumentsOf(cmdline), cmdlineLimit),
    state: stat?.state ?? status?.state ?? null,
    kthread,
    userWorker: isUserWorker(kthread, stat, name, frames),
    uid: status?.uid ?? null,
    startTicks: stat?.startTicks ?? null,
    unit: cgroup === null ? null : unitOfCgroup(cgroup),
    stack: frames,
    wchan: wchan === null ? null : oneLine(wchan),
  };
}

/**
 * io_uring/io-wq.c and io_uring/sqpoll.c name their workers `iou-wrk-PID` and `iou-sqp-PID`,
 * kernel/vhost_task.c `vhost-PID`; a name alone could be anybody's.
 */
const workerName = /^(?:iou-(?:wrk|sqp)|vhost)-\d+$/;

/** Its stack begins in the kernel; without a stack, its bits and its name tell. */
function isUserWorker(
  kthread: boolean | null,
  stat: ProcStat | null,
  name: string | null,
  stack: readonly StackFrame[] | null,
): boolean | null {
  if (kthread !== false) return kthread === null ? null : false;
  if (stack !== null && stack.length > 0) return beginsInKernel(stack);
  return stat !== null && stat.workerBits && name !== null && workerName.test(name);
}

/** Arguments are separated, and ended, by NUL (proc(5)). */
function argumentsOf(cmdline: string): string {
  let end = cmdline.length;
  while (end > 0 && cmdline[end - 1] === '\0') end -= 1;
  return cmdline.slice(0, end).replaceAll('\0', ' ');
}
