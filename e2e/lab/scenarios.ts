/**
 * The states that the lab can bring a guest into. Each is a function of steps; its documented end is
 * what is true when it returns, and `selfcheck.ts` proves it on every kernel. A scenario begins with
 * nothing loaded.
 */
import type { Guest } from './guest.js';

/** The words that scenarios are written in: a guest knows them, and so may what stands for one. */
export type Steps = Pick<
  Guest,
  | 'apply'
  | 'disable'
  | 'force'
  | 'kthread'
  | 'letGo'
  | 'load'
  | 'namedByKernel'
  | 'nextRound'
  | 'retire'
  | 'reverse'
  | 'run'
  | 'settle'
  | 'sleeper'
  | 'unload'
  | 'waitGone'
  | 'waitLog'
  | 'waitState'
>;

export interface ScenarioOptions {
  /** many-threads only: how many of the threads are blocked; the default is none. */
  readonly blocked?: number | undefined;
}

/** What a scenario leaves behind that one can't guess. */
export interface Outcome {
  /** The livepatch in transition, if there is one. */
  readonly inTransition: string | null;
  /** Ids of threads that the transition waits for. */
  readonly blocked: readonly number[];
  /** Ids of other threads of the scenario: they have switched, or nothing asks them to. */
  readonly others: readonly number[];
}

export interface Scenario {
  /** One sentence: what this is. */
  readonly summary: string;
  /** What is true at the end. */
  readonly end: string;
  /** The guest's memory that it takes, where that is more than any guest has. */
  readonly memoryMb?: number;
  readonly run: (guest: Steps, options: ScenarioOptions) => Promise<Outcome>;
}

const quiet: Outcome = { inTransition: null, blocked: [], others: [] };

function stalled(
  inTransition: string,
  blocked: readonly number[],
  others: readonly number[] = [],
): Outcome {
  return { inTransition, blocked, others };
}

/** lp_busy being applied over two others, while a D and an S sleeper sit in what it patches. */
async function stallPatching(guest: Steps): Promise<{ d: number; s: number }> {
  await guest.apply('lp_one');
  await guest.apply('lp_two');
  await guest.load('klp_busy');
  const d = await guest.sleeper('d');
  const s = await guest.sleeper('s');
  await guest.load('lp_busy');
  await guest.namedByKernel(d, s);
  return { d, s };
}

/** lp_busy applied while nobody slept, then a D and an S sleeper in its own functions. */
async function sleepInLivepatch(guest: Steps): Promise<{ d: number; s: number }> {
  await guest.apply('lp_one');
  await guest.apply('lp_two');
  await guest.load('klp_busy');
  await guest.apply('lp_busy');
  return { d: await guest.sleeper('d'), s: await guest.sleeper('s') };
}

async function manyThreads(
  guest: Steps,
  processes: number,
  each: number,
  blocked: number,
): Promise<Outcome> {
  await guest.load('klp_busy');
  const [d, s] = [Math.ceil(blocked / 2), Math.floor(blocked / 2)];
  await guest.run(`threads ${processes} ${each} /dev/klp_busy_d ${d} /dev/klp_busy_s ${s}`);
  if (blocked === 0) {
    await guest.run('load lp_busy && settle 120');
    return quiet;
  }
  const readers = (await guest.run('reading_threads')).split('\n').map(Number);
  await guest.load('lp_busy');
  // Every thread is asked once; on one emulated processor that takes its time.
  await guest.run(`until_true 120 'the kernel names thread' named_by_kernel ${readers.at(-1)}`);
  return stalled('lp_busy', readers);
}

const definitions = {
  none: {
    summary: 'A kernel that can livepatch, and nobody has.',
    end: 'Nothing below /sys/kernel/livepatch; every patch_state is -1.',
    run: async () => quiet,
  },

  one: {
    summary: 'One livepatch, applied.',
    end: 'lp_one is enabled and patches cmdline_proc_show in vmlinux; /proc/cmdline says so.',
    run: async (guest) => {
      await guest.apply('lp_one');
      return quiet;
    },
  },

  'two-stacked': {
    summary: 'Two livepatches of the same function, one on top of the other.',
    end: 'lp_one and lp_two are enabled, neither replaces; the code of lp_two runs.',
    run: async (guest) => {
      await guest.apply('lp_one');
      await guest.apply('lp_two');
      return quiet;
    },
  },

  'stalled-patching': {
    summary: 'A livepatch can not be applied: two threads sleep in functions that it patches.',
    end:
      'lp_busy (over lp_one and lp_two) has enabled 1, transition 1. Blocked, patch_state 0: a cat in ' +
      'D that sleeps in klp_busy_wait_d and one in S in klp_busy_wait_s. All others have 1. After 15 s ' +
      'the kernel signals, and the one in S gets away.',
    run: async (guest) => {
      const { d, s } = await stallPatching(guest);
      return stalled('lp_busy', [d, s]);
    },
  },

  signalled: {
    summary: "The kernel's signal after 15 s frees the interruptible sleeper only.",
    end:
      'As stalled-patching, and the log has "signaling remaining tasks". The cat in S was sent back ' +
      "into lp_busy's code and has patch_state 1; the one in D is the only one blocked.",
    run: async (guest) => {
      const { d, s } = await stallPatching(guest);
      await guest.waitLog('livepatch: signaling remaining tasks', 120);
      await guest.waitState(s, 1);
      await guest.nextRound();
      return stalled('lp_busy', [d], [s]);
    },
  },

  'reversed-stalled': {
    summary: 'A stalled patching is turned round; those who already ran the new code now block.',
    end:
      'lp_busy has enabled 0, transition 1. Blocked, patch_state 1: two readers that came during the ' +
      'transition and sleep in lp_busy_wait_d and lp_busy_wait_s. The first two, in the old code, have 0.',
    run: async (guest) => {
      const first = await stallPatching(guest);
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.reverse('lp_busy');
      await guest.namedByKernel(d, s);
      return stalled('lp_busy', [d, s], [first.d, first.s]);
    },
  },

  're-reversed': {
    summary: 'Turned round twice: patching again, and the first readers block again.',
    end:
      'lp_busy has enabled 1, transition 1. Blocked, patch_state 0: the two readers in klp_busy_wait_d ' +
      'and klp_busy_wait_s. Those in lp_busy_wait_d and lp_busy_wait_s have 1.',
    run: async (guest) => {
      const first = await stallPatching(guest);
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.reverse('lp_busy');
      await guest.namedByKernel(d, s);
      await guest.reverse('lp_busy');
      await guest.namedByKernel(first.d, first.s);
      return stalled('lp_busy', [first.d, first.s], [d, s]);
    },
  },

  'stalled-disabling': {
    summary: 'A livepatch can not be disabled: two threads sleep in its own code.',
    end:
      'lp_busy (over lp_one and lp_two) has enabled 0, transition 1. Blocked, patch_state 1: a cat in D ' +
      'in lp_busy_wait_d, one in S in lp_busy_wait_s. The kernel names the functions that were patched.',
    run: async (guest) => {
      const { d, s } = await sleepInLivepatch(guest);
      await guest.disable('lp_busy');
      await guest.namedByKernel(d, s);
      return stalled('lp_busy', [d, s]);
    },
  },

  'stalled-atomic-replace': {
    summary: 'An atomic replace of two livepatches stalls.',
    end:
      'lp_cumul_busy (replace) has enabled 1, transition 1, and shows cmdline_proc_show as a nop, for ' +
      'what it takes back; lp_one and lp_two are still listed and enabled. Blocked, patch_state 0: a cat ' +
      'in D in klp_busy_wait_d, one in S in klp_busy_wait_s.',
    run: async (guest) => {
      await guest.apply('lp_one');
      await guest.apply('lp_two');
      await guest.load('klp_busy');
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.load('lp_cumul_busy');
      await guest.namedByKernel(d, s);
      return stalled('lp_cumul_busy', [d, s]);
    },
  },

  'after-atomic-replace': {
    summary: 'The same replace, completed.',
    end:
      'lp_cumul_busy alone is listed, without the nop; lp_one and lp_two are loaded modules with ' +
      'reference count 0 that nothing uses; /proc/cmdline is the real one again.',
    run: async (guest) => {
      await guest.apply('lp_one');
      await guest.apply('lp_two');
      await guest.load('klp_busy');
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.load('lp_cumul_busy');
      await guest.namedByKernel(d, s);
      await guest.letGo('all');
      await guest.settle();
      await guest.waitGone('lp_one');
      await guest.waitGone('lp_two');
      return quiet;
    },
  },

  'stalled-replace-over-livepatched-sleeper': {
    summary: "A sleeper in an older livepatch's code blocks the one that replaces it.",
    end:
      'lp_cumul_busy (replace) has enabled 1, transition 1 over lp_busy. Blocked, patch_state 0: a cat ' +
      "in D in lp_busy_wait_d, one in S in lp_busy_wait_s: the kernel looks for lp_busy's code, not " +
      'for the original.',
    run: async (guest) => {
      await guest.load('klp_busy');
      await guest.apply('lp_busy');
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.load('lp_cumul_busy');
      await guest.namedByKernel(d, s);
      return stalled('lp_cumul_busy', [d, s]);
    },
  },

  'forced-disable': {
    summary:
      'A stalled disabling was forced: the livepatch is gone, its module can never be removed.',
    end:
      'Nothing below /sys/kernel/livepatch; lp_cumul_busy is loaded with reference count 1 for ever; ' +
      'two readers still sleep in its code. Only a reboot cleans up: the next scenario does that.',
    run: async (guest) => {
      await guest.load('klp_busy');
      await guest.apply('lp_cumul_busy');
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.disable('lp_cumul_busy');
      await guest.namedByKernel(d, s);
      await guest.force('lp_cumul_busy');
      await guest.waitGone('lp_cumul_busy');
      return { ...quiet, others: [d, s] };
    },
  },

  'forced-replace': {
    summary: 'A stalled atomic replace was forced: the replaced livepatch stays pinned.',
    end:
      'lp_cumul_busy is enabled; lp_busy is gone from sysfs, its module keeps reference count 1; two ' +
      'readers still sleep in its code. Only a reboot cleans up: the next scenario does that.',
    run: async (guest) => {
      await guest.load('klp_busy');
      await guest.apply('lp_busy');
      const d = await guest.sleeper('d');
      const s = await guest.sleeper('s');
      await guest.load('lp_cumul_busy');
      await guest.namedByKernel(d, s);
      await guest.force('lp_cumul_busy');
      await guest.settle();
      await guest.waitGone('lp_busy');
      return { ...quiet, others: [d, s] };
    },
  },

  'object-not-loaded': {
    summary: 'A livepatch names a module that is not loaded.',
    end: 'lp_later is enabled; vmlinux is patched, its object klp_later has patched 0.',
    run: async (guest) => {
      await guest.apply('lp_later');
      return quiet;
    },
  },

  'object-loaded-late': {
    summary: 'The module that a livepatch names is loaded afterwards, and patched as it comes.',
    end: 'lp_later is enabled, klp_later has patched 1; /proc/klp_later shows the code of lp_later.',
    run: async (guest) => {
      await guest.apply('lp_later');
      await guest.load('klp_later');
      return quiet;
    },
  },

  'object-unloaded-during-transition': {
    summary: 'A module is removed while a livepatch of it is in transition.',
    end:
      'lp_objects has enabled 1, transition 1; its object klp_later was unloaded and has patched 0, ' +
      'klp_busy has 1. Blocked, patch_state 0: a cat in D in klp_busy_wait_d.',
    run: async (guest) => {
      await guest.load('klp_later');
      await guest.load('klp_busy');
      const d = await guest.sleeper('d');
      await guest.load('lp_objects');
      await guest.namedByKernel(d);
      await guest.unload('klp_later');
      return stalled('lp_objects', [d]);
    },
  },

  'object-removal-ends-stall': {
    summary: 'The module in whose code a kernel thread slept is removed: that ends the stall.',
    end: 'lp_kthread is enabled and not in transition; its object klp_busy is unloaded, patched 0.',
    run: async (guest) => {
      await guest.load('klp_busy', 'kthread=1');
      const thread = await guest.kthread();
      await guest.load('lp_kthread');
      await guest.namedByKernel(thread);
      await guest.unload('klp_busy');
      await guest.settle();
      return quiet;
    },
  },

  'middle-of-stack-disabled': {
    summary: 'Of three livepatches of the same function the middle one was disabled.',
    end: 'lp_one and lp_three are enabled, the code of lp_three runs; lp_two is a left-over module.',
    run: async (guest) => {
      await guest.apply('lp_one');
      await guest.apply('lp_two');
      await guest.apply('lp_three');
      await guest.retire('lp_two');
      return quiet;
    },
  },

  shadow: {
    summary: 'A livepatch attached shadow variables.',
    end:
      'lp_shadow is enabled; seven shadow variables are in memory, each logged as "lp_shadow: attach ' +
      'obj=… id=… data=…".',
    run: async (guest) => {
      await guest.apply('lp_shadow');
      return quiet;
    },
  },

  kthread: {
    summary: 'A kernel thread sleeps in the function that is being patched; no signal helps.',
    end:
      'lp_kthread has enabled 1, transition 1. Blocked, patch_state 0: the kernel thread klp_busy_kt, ' +
      'state I, in klp_busy_kwait.',
    run: async (guest) => {
      await guest.load('klp_busy', 'kthread=1');
      const thread = await guest.kthread();
      await guest.load('lp_kthread');
      await guest.namedByKernel(thread);
      return stalled('lp_kthread', [thread]);
    },
  },

  'module-removed': {
    summary: 'A livepatch was disabled and its module removed.',
    end: 'Nothing is listed or loaded; the kernel stays tainted (K), and the log tells the story.',
    run: async (guest) => {
      await guest.apply('lp_one');
      await guest.retire('lp_one');
      await guest.unload('lp_one');
      return quiet;
    },
  },

  'many-threads-20000': {
    summary: 'Eight processes of 2,500 threads; on request some of them block.',
    end:
      'lp_busy is applied; with blocked N it has transition 1, and N threads (not the first of their ' +
      'process) sleep in klp_busy_wait_d and klp_busy_wait_s, half in each.',
    memoryMb: 1024,
    run: (guest, { blocked = 0 }) => manyThreads(guest, 8, 2500, blocked),
  },

  'many-threads-60000': {
    summary: 'Twenty-four processes of 2,500 threads; on request some of them block.',
    end: 'As many-threads-20000, beyond what fits into an argument list.',
    memoryMb: 3072,
    run: (guest, { blocked = 0 }) => manyThreads(guest, 24, 2500, blocked),
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof definitions;

/** Every scenario by its name, in the order in which a demonstration would show them. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = definitions;

/** Whether there is a scenario of this name. */
export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}
