/** Why a thread has not switched, as clauses that follow its name. Host text comes escaped. */
import { sentence, type Premise } from './sentence';

interface InFunction {
  /** How the thread is in it: sleeps, runs, is stopped. */
  readonly verb: string;
  /** What was seen. */
  readonly seen: string;
  /** The patched function where what was seen is a livepatch's code for it. */
  readonly replaces: string | null;
  readonly direction: 'patching' | 'unpatching' | null;
}

/** Of code that a thread is in: what it is to the transition is known by where that leads. */
function inFunction<const Source extends Premise>(source: Source) {
  return sentence<Source | 'enabled', InFunction>(
    [source, 'enabled'],
    ({ verb, seen, replaces, direction }: InFunction) => {
      const where = `${verb} ${seen}`;
      if (direction === 'patching') {
        return replaces === null
          ? `${where}, which is being patched`
          : `${where}, an older livepatch’s version of ${replaces}`;
      }
      return replaces === null
        ? `${where}, which the livepatch is to leave`
        : `${where}, the livepatch’s version of ${replaces}`;
    },
    ({ verb, seen }) => `${verb} ${seen}`,
  );
}

interface InKernel {
  readonly isWorker: boolean;
  readonly isUncheckable: boolean;
}

function howItSwitches(isUncheckable: boolean): string {
  return isUncheckable
    ? ': on this architecture the kernel can’t check stacks, so it never switches'
    : ': it switches only when the kernel finds it asleep outside the code that is to be left';
}

const untold = 'blocks; what was read does not tell why';

export const reasonWords = {
  inByStack: inFunction('stack'),
  inByWchan: inFunction('wchan'),
  inByLog: inFunction('log'),
  idles: sentence(['log'], () => 'has not gone round its idle loop, where its idle task switches'),
  kernelThreadRuns: sentence(
    ['state', 'kind'],
    () => 'runs on a CPU: the kernel looks at it again when it sleeps',
    () => 'runs on a CPU',
  ),
  runs: sentence(
    ['state', 'kind'],
    () => 'runs on a CPU and switches when it crosses between kernel and user space',
    (_: void, lacking) => (lacking === 'state' ? untold : 'runs on a CPU'),
  ),
  ran: sentence(['log'], () => 'ran on a CPU each time that the kernel looked, as its log says'),
  tracerOnStack: sentence(
    ['stack'],
    (symbol: string) =>
      `has a stack that the kernel can’t check (${symbol}, of tracing or BPF, is on it)`,
  ),
  unreliableByLog: sentence(['log'], () => 'has a stack that the kernel can’t check'),
  bareAddress: sentence(
    ['stack'],
    () => 'has a stack that the kernel can hardly check (an address without a symbol is on it)',
  ),
  endsEarly: sentence(
    ['stack'],
    () =>
      'has a stack that ends before its system call began, so that the kernel can hardly check it',
  ),
  stopped: sentence(
    ['state'],
    () => 'is stopped and returns to user space only when it is continued',
  ),
  uninterruptible: sentence(
    ['state'],
    () => 'sleeps uninterruptibly, usually for a device or storage',
  ),
  neverLeaves: sentence(
    ['kind'],
    ({ isWorker, isUncheckable }: InKernel) =>
      `${isWorker ? 'is a worker of the kernel in this process (io_uring or vhost), which never leaves the kernel' : 'is a kernel thread'}${howItSwitches(isUncheckable)}`,
    ({ isUncheckable }) => `never leaves the kernel${howItSwitches(isUncheckable)}`,
  ),
  waitsUnchecked: sentence(
    ['log', 'state'],
    () => 'sleeps in the kernel and switches when it returns to user space',
  ),
  waits: sentence(
    ['stack', 'state', 'kind', 'functions', 'enabled', 'oneMoment'],
    ({ isStalled }: { readonly isStalled: boolean }) =>
      isStalled
        ? 'sleeps, and no code that is to be left was seen on its stack, yet the kernel’s tries have not switched it: perhaps the kernel can’t check that stack. It switches when it returns to user space'
        : 'sleeps, and no code that is to be left was seen on its stack; it switches at one of the kernel’s next tries, or when it returns to user space',
    (_, lacking) => {
      switch (lacking) {
        case 'stack':
          return 'sleeps; its stack was not read. It switches when it returns to user space, or when the kernel finds its stack free';
        case 'state':
          return untold;
        case 'kind':
          return 'sleeps; whether it is a thread of the kernel was not read. It switches when the kernel finds its stack free';
        default:
          return 'sleeps; which code is to be left was not read in full. It switches when it returns to user space, or when the kernel finds its stack free';
      }
    },
  ),
} as const;

/** What is not known of it. */
export const reasonGaps = {
  codeToLeave: 'code that is to be left',
  notLookedAt: 'blocks; why was not looked at or could not be read',
  notTold: untold,
} as const;

/** Where a reason comes from. */
export const certaintyWords = {
  certain: sentence(['log'], () => 'The kernel’s own word, from its log.'),
  likely: sentence(
    ['stack', 'state'],
    () => 'Inferred from the thread’s state and kernel stack.',
    (_: void, lacking) =>
      lacking === 'stack'
        ? 'Inferred from what else was read of the thread; its kernel stack was not.'
        : 'Inferred from the thread’s kernel stack.',
  ),
} as const;
