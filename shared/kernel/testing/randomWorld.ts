/**
 * Random lives of a host, for properties and benches: every operation that there is, sensible ones
 * and ones that the kernel refuses. The same seed gives the same life.
 */
import type {
  CallLiteral,
  FunctionLiteral,
  HostLiteral,
  LivepatchLiteral,
  ModuleLiteral,
  PostureLiteral,
} from '../state/literals';
import type { Operation } from '../operations/operation';
import type { Random } from '../state/random';

export interface WorldSize {
  /** Name of the emulated kernel. */
  readonly kernel: string;
  readonly livepatches: number;
  /** Functions that livepatches patch and threads sleep in, over all objects. */
  readonly functions: number;
  readonly threads: number;
}

const moduleNames = ['nfs_client', 'dm_crypt', 'virt_net'];
const objects = ['vmlinux', 'vmlinux', ...moduleNames];

/** Numbers of the threads that a world begins with: from here upwards. */
const firstTid = 1000;

export function randomHost(size: WorldSize, random: Random): HostLiteral {
  return {
    name: `host-${random.below(1_000_000)}`,
    kernel: size.kernel,
    cpus: 1 + random.below(4),
    deepIdleCpus: random.below(2),
    seed: random.below(1_000_000),
    uptime: 100,
    modules: moduleNames.filter(() => random.chance(0.7)).map(moduleOf),
    threads: Array.from({ length: size.threads }, (_, index) => ({
      comm: `task-${index % 50}`,
      tid: firstTid + index,
      kthread: index % 10 === 0,
      posture: posture(size, random),
    })),
  };
}

type Choice = readonly [weight: number, make: (size: WorldSize, random: Random) => Operation];

const choices: readonly Choice[] = [
  [30, (_, random) => ({ do: 'pass', seconds: random.chance(0.7) ? 1 : random.next() * 8 })],
  [14, (size, random) => ({ do: 'enter', tid: tid(size, random), posture: posture(size, random) })],
  [14, (size, random) => ({ do: 'wake', tid: tid(size, random) })],
  [5, (size, random) => createThread(size, random)],
  [3, (size, random) => ({ do: 'exit', tid: tid(size, random), zombie: random.chance(0.3) })],
  [1, (size, random) => ({ do: 'reap', tid: tid(size, random) })],
  [1, (size, random) => ({ do: 'kill', tid: tid(size, random) })],
  [10, (size, random) => ({ do: 'load', livepatch: livepatch(size, random), ...window(random) })],
  [
    10,
    (size, random) => ({
      do: 'write-enabled',
      patch: patchName(size, random),
      value: random.chance(0.3),
      ...window(random),
    }),
  ],
  [2, (size, random) => ({ do: 'force', patch: patchName(size, random) })],
  [1, (size, random) => ({ do: 'signal', patch: patchName(size, random) })],
  [3, (_, random) => ({ do: 'load-module', module: moduleOf(moduleName(random)) })],
  [3, (_, random) => ({ do: 'unload', module: moduleName(random) })],
  [4, (size, random) => ({ do: 'unload', module: patchName(size, random) })],
  [1, () => ({ do: 'poke-cpus' })],
  [2, (size, random) => shadowOperation(size, random)],
  [1, (size, random) => probeOperation(size, random)],
];

const totalWeight = choices.reduce((sum, [weight]) => sum + weight, 0);

export function randomOperation(size: WorldSize, random: Random): Operation {
  let point = random.next() * totalWeight;
  for (const [weight, make] of choices) {
    point -= weight;
    if (point < 0) return make(size, random);
  }
  return { do: 'pass', seconds: 1 };
}

/** Function number `index` of a world lies always in the same object. */
function functionAt(index: number): CallLiteral & { readonly object: string } {
  return { object: objects[index % objects.length] ?? 'vmlinux', name: `do_work_${index}` };
}

function moduleOf(name: string): ModuleLiteral {
  return { name, foreign: true };
}

function moduleName(random: Random): string {
  return random.pick(moduleNames) ?? 'nfs_client';
}

function patchName(size: WorldSize, random: Random): string {
  return `livepatch_${random.below(size.livepatches)}`;
}

function tid(size: WorldSize, random: Random): number {
  return firstTid + random.below(size.threads + 10);
}

function livepatch(size: WorldSize, random: Random): LivepatchLiteral {
  const name = patchName(size, random);
  const count = random.below(5);
  const chosen = new Set(Array.from({ length: count }, () => random.below(size.functions)));
  const byObject = new Map<string, FunctionLiteral[]>();
  for (const index of chosen) {
    const { object, name: functionName } = functionAt(index);
    const replacement = random.chance(0.5) ? functionName : `${name}_${functionName}`;
    const known = byObject.get(object) ?? [];
    known.push({ name: functionName, replacement, immediate: random.chance(0.05) });
    byObject.set(object, known);
  }
  // An object with callbacks alone; a livepatch module that another one patches.
  if (random.chance(0.1) && !byObject.has('dm_crypt')) byObject.set('dm_crypt', []);
  if (random.chance(0.1)) byObject.set(patchName(size, random), [{ name: 'init_work' }]);
  return {
    name,
    replace: random.chance(0.3),
    replaceSet: random.below(2),
    immediate: random.chance(0.02),
    objects: [...byObject].map(([object, functions]) => ({
      name: object,
      functions,
      shadowTypes: random.chance(0.5) ? [{ id: 1 + random.below(3) }] : [],
      callbacks: random.chance(0.05) ? { prePatch: { fails: 'ENODEV' } } : {},
    })),
    states: random.chance(0.1) ? [{ id: 1 + random.below(2), version: 1 + random.below(3) }] : [],
  };
}

function posture(size: WorldSize, random: Random): PostureLiteral {
  const letter = random.chance(0.7)
    ? 'S'
    : (random.pick(['D', 'D', 'D', 'R', 'T', 'I'] as const) ?? 'S');
  const calls: (string | CallLiteral)[] = ['vfs_read'];
  while (random.chance(0.12)) calls.push(functionAt(random.below(size.functions)));
  return {
    calls,
    state: letter,
    killable: random.chance(0.3),
    unreliable: random.chance(0.005),
    yields: random.chance(0.5),
    leavesOnWake: random.chance(0.5),
  };
}

function createThread(size: WorldSize, random: Random): Operation {
  const number = tid(size, random);
  return {
    do: 'create-thread',
    maker: tid(size, random),
    thread: {
      comm: 'child',
      tid: number,
      pid: random.chance(0.5) ? number : firstTid + 1,
      kthread: random.chance(0.1),
      ...(random.chance(0.5) ? { posture: posture(size, random) } : {}),
    },
  };
}

/** Now and then an operation takes its time. */
function window(random: Random): { window?: number } {
  return random.chance(0.15) ? { window: 0.01 + random.next() } : {};
}

function shadowOperation(size: WorldSize, random: Random): Operation {
  const object = `${random.below(5)}`;
  const id = 1 + random.below(3);
  const actions = ['get', 'alloc', 'get-or-alloc', 'update', 'free', 'free-all'] as const;
  const action = random.pick(actions) ?? 'alloc';
  return {
    do: 'shadow',
    action: action === 'free-all' ? { action, id } : { action, object, id },
    ...(random.chance(0.7) ? { by: patchName(size, random) } : {}),
    ...(random.chance(0.1) ? { fails: 'ENOMEM' } : {}),
  };
}

function probeOperation(size: WorldSize, random: Random): Operation {
  const concerned = functionAt(random.below(size.functions));
  return random.chance(0.5)
    ? { do: 'add-kprobe', function: concerned, postHandler: random.chance(0.5) }
    : { do: 'remove-kprobe', function: concerned };
}
