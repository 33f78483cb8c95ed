/**
 * A second opinion on a tree: what its files say by the kernel's documents alone, read with plain
 * file operations and none of the product's parsers.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Independent {
  readonly patches: readonly {
    readonly name: string;
    readonly enabled: boolean | null;
    readonly inTransition: boolean | null;
    readonly replace: boolean | null;
    readonly stackOrder: number | null;
    /** `object: patched: FUNC,POS FUNC,POS`, sorted. */
    readonly objects: readonly string[];
  }[];
  /** Bottom of the stack first, as `stack_order` or the order of loading has it. */
  readonly order: readonly string[];
  readonly threads: Readonly<Record<'total' | 'done' | 'blocking' | 'undefined', number>> | null;
  readonly blockers: readonly number[];
  /** Per blocking thread the kernel's last word on it, where the log has one. */
  readonly kernelWords: ReadonlyMap<number, string>;
  /** `MODULE REFERENCES`, sorted. */
  readonly ghosts: readonly string[];
}

export function readIndependently(tree: string): Independent {
  const root = join(tree, 'sys/kernel/livepatch');
  const patches = foldersOf(root).map((name) => ({
    name,
    enabled: flagOf(join(root, name, 'enabled')),
    inTransition: flagOf(join(root, name, 'transition')),
    replace: flagOf(join(root, name, 'replace')),
    stackOrder: numberOf(join(root, name, 'stack_order')),
    objects: foldersOf(join(root, name)).map((object) => {
      const folder = join(root, name, object);
      return `${object}: ${flagOf(join(folder, 'patched'))}: ${foldersOf(folder).join(' ')}`;
    }),
  }));
  const moving = patches.find(({ inTransition }) => inTransition === true);
  const states = moving ? statesOf(tree) : null;
  const target = moving?.enabled === true ? '1' : '0';
  const rows = [...(states ?? [])];
  const blockers = rows
    .filter(([, state]) => state !== '-1' && state !== target)
    .map(([tid]) => tid)
    .sort((a, b) => a - b);
  return {
    patches,
    order: orderOf(
      tree,
      patches.map(({ name }) => name),
    ),
    threads: states && {
      total: rows.length,
      done: rows.filter(([, state]) => state === target).length,
      blocking: blockers.length,
      undefined: rows.filter(([, state]) => state === '-1').length,
    },
    blockers,
    kernelWords: kernelWordsOf(tree, blockers),
    ghosts: ghostsOf(
      tree,
      patches.map(({ name }) => name),
    ),
  };
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

function flagOf(path: string): boolean | null {
  const text = textOf(path);
  return text === '0' || text === '1' ? text === '1' : null;
}

function numberOf(path: string): number | null {
  const text = textOf(path);
  return text === null ? null : Number(text);
}

function foldersOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => statSync(join(path, name)).isDirectory())
    .sort();
}

function statesOf(tree: string): Map<number, string> {
  const states = new Map<number, string>();
  for (const pid of foldersOf(join(tree, 'proc')).filter((name) => /^\d+$/.test(name))) {
    for (const tid of foldersOf(join(tree, 'proc', pid, 'task'))) {
      const state = textOf(join(tree, 'proc', pid, 'task', tid, 'patch_state'));
      if (state !== null) states.set(Number(tid), state);
    }
  }
  return states;
}

/** `/proc/modules` lists the newest first; a livepatch enables itself while it loads. */
function orderOf(tree: string, patches: readonly string[]): string[] {
  const reported = patches
    .map((name) => ({
      name,
      place: numberOf(join(tree, 'sys/kernel/livepatch', name, 'stack_order')),
    }))
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  if (reported.every(({ place }) => place !== null)) return reported.map(({ name }) => name);
  const modules = (textOf(join(tree, 'proc/modules')) ?? '').split('\n');
  return modules
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => patches.includes(name))
    .reverse();
}

/** Of the transition that runs: what was logged since the last line that begins one. */
function kernelWordsOf(tree: string, tids: readonly number[]): Map<number, string> {
  const lines = (textOf(join(tree, 'sos_commands/kernel/dmesg')) ?? '').split('\n');
  const start = lines.findLastIndex((line) => /starting (un)?patching transition/.test(line));
  const words = new Map<number, string>();
  for (const line of lines.slice(start)) {
    const [, tid, word] = /klp_try_switch_task: .*:(\d+) (.*)$/.exec(line) ?? [];
    if (word !== undefined && tids.includes(Number(tid))) words.set(Number(tid), word);
  }
  return words;
}

function ghostsOf(tree: string, patches: readonly string[]): string[] {
  const root = join(tree, 'sys/module');
  return foldersOf(root)
    .filter((name) => (textOf(join(root, name, 'taint')) ?? '').includes('K'))
    .filter((name) => textOf(join(root, name, 'initstate')) === 'live' && !patches.includes(name))
    .map((name) => `${name} ${textOf(join(root, name, 'refcnt'))}`);
}
