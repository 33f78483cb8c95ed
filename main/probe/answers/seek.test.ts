/** Stacks looked through by the probe, against the same looked through by this process. */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { cannotFabricate, fabricateRoot } from '../../../testing/sshd/fabricatedRoot';
import {
  searchTree,
  type SoughtCode,
  type StackSearch,
} from '../../../shared/readings/stackSearch';
import { DirectoryTree } from '../../sources/directory/directoryTree';
import { startChild } from '../../ssh/childChannel';
import { unwindBreakers } from '../../../shared/diagnosis/stackForms';
import { skipping } from '../../../testing/main/skipping';
import { firstRequest, LiveHost } from '../liveHost';
import { readSeek, seekWords } from './seek';
import { ProbeSession } from '../wire/session';
import { programText, startArguments } from '../program/start';

const samples = join(dirname(fileURLToPath(import.meta.url)), '../../../samples/linux-6.12');
const impossible = cannotFabricate();
const host =
  impossible === undefined ? fabricateRoot(join(samples, '04-stalled-patching.tar.gz')) : null;
afterAll(() => host?.remove());

const sought: SoughtCode = {
  symbols: ['klp_busy_wait_d', 'worker_thread', 'do_syscall_64'],
  modules: ['klp_busy'],
  prefixes: ['bpf_trampoline'],
};

async function seekIn(argv: readonly string[], code: SoughtCode): Promise<StackSearch> {
  const channel = startChild([...argv, ...startArguments(programText('0a', firstRequest))]);
  if (!channel) throw new Error('no program');
  const opened = await ProbeSession.open(channel, '0a', firstRequest);
  if (!opened.ok) throw new Error(opened.problem.message);
  const { session, first } = opened.value;
  const live = new LiveHost(session, { target: 'x', source: 'ssh' }, first);
  const search = await live.seek(code);
  // It still answers what it is asked next.
  const sampled = await live.sample();
  live.close();
  if (!search.ok) throw new Error(search.problem.message);
  expect(sampled.ok).toBe(true);
  return search.value;
}

/** A live host sends no frames but those that were sought. */
function comparable({ files, found, ...counts }: StackSearch) {
  return {
    ...counts,
    found: found.map(({ pid, tid }) => ({ pid, tid })),
    files: Object.fromEntries([...files].filter(([path]) => /\/(?:stack|comm)$/.test(path))),
  };
}

describe.skipIf(skipping(import.meta.filename, impossible))('all stacks of a host', () => {
  const root = host ?? { path: '', busyboxOnly: [], ownPrograms: [] };
  const known = () => comparable(searchTree(new DirectoryTree(root.path), sought));

  it.each([
    ['busybox only', [...root.busyboxOnly, 'sh']],
    ['dash with GNU tools', [...root.ownPrograms, 'dash']],
    ['bash with GNU tools', [...root.ownPrograms, 'bash']],
  ])('are looked through with %s', async (_, argv) => {
    const search = comparable(await seekIn(argv, sought));
    expect(search.found.length).toBeGreaterThan(3);
    expect(Object.keys(search.files)).toHaveLength(search.found.length * 2);
    expect(search).toEqual(known());
  });

  it('take no symbol for a pattern, nor for anything of the shell’s', async () => {
    const hostile = ['.*', 'schedule;id', '$(id)', '*', '-v', 'a b', '[a-z]', "'", '\n', ''];
    const code = {
      symbols: ['schedul', ...hostile],
      modules: ['k.p_busy', ...hostile],
      prefixes: [],
    };
    const search = await seekIn([...root.busyboxOnly, 'sh'], code);
    expect(search.found).toEqual([]);
    // What could not be looked for at all is owned up to.
    expect(search.unread).toBe(search.threads - search.running.length);
  });

  it('leave out who is running, whatever its name pretends', async () => {
    const tids = readdirSync(join(root.path, 'proc')).filter((name) => /^\d+$/.test(name));
    const [first = '', second = ''] = tids;
    const folder = (tid: string) => join(root.path, 'proc', tid, 'task', tid);
    const before = await seekIn([...root.busyboxOnly, 'sh'], sought);
    writeFileSync(join(folder(first), 'status'), 'Name:\tState:\tR\nState:\tR (running)\n');
    writeFileSync(
      join(folder(first), 'stat'),
      `${first} (x) R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n`,
    );
    appendFileSync(join(folder(second), 'comm'), 'State:\tR\n');
    const after = await seekIn([...root.busyboxOnly, 'sh'], sought);
    expect(after.running).toContainEqual({ pid: Number(first), tid: Number(first) });
    expect(after.running.length).toBe(before.running.length + 1);
  });
});

/** Real kernels, most of which print frames above powerpc's context switch that are none. */
const elsewhere = ['linux-6.12-ppc64le', 'linux-6.12-s390x', 'linux-7.2-arm64'].flatMap((kernel) =>
  readdirSync(join(samples, '..', kernel)).map((file): [string, string] => [kernel, file]),
);

describe.skipIf(skipping(import.meta.filename, impossible))('stacks of other architectures', () => {
  it.each(elsewhere)('are looked through as the files of %s/%s are', async (kernel, file) => {
    const root = fabricateRoot(join(samples, '..', kernel, file));
    try {
      const code: SoughtCode = {
        // Where threads of the captures sleep, and what only lies above a context switch.
        symbols: ['worker_thread', 'do_sys_poll', 'get_page_from_freelist', 'function_graph_enter'],
        modules: ['klp_busy'],
        prefixes: unwindBreakers,
      };
      const files = searchTree(new DirectoryTree(root.path), code);
      expect(files.found.length).toBeGreaterThan(0);
      const junk = new Set(['get_page_from_freelist', 'function_graph_enter']);
      const names = files.found.flatMap(({ frames }) => frames.map(({ function: name }) => name));
      expect(names.filter((name) => junk.has(name) || name.startsWith('0x'))).toEqual([]);
      const live = await seekIn([...root.busyboxOnly, 'sh'], code);
      // A capture's files were read one after another: who ran by one may have slept by the next.
      const { running: _, ...known } = comparable(files);
      expect(comparable(live)).toMatchObject(known);
    } finally {
      root.remove();
    }
  });
});

const frame = (kind: string, words: readonly string[], text: string) => ({
  kind,
  words,
  body: Buffer.from(text),
});

describe('what the probe answers', () => {
  it('to a login that may read no stack, is that none was checked', () => {
    const errors = '     40 Permission denied\n      2 No such process\n';
    const frames = [frame('g', ['42', 'yes'], ''), frame('xg', [], errors), frame('w', [], '')];
    expect(readSeek(frames, sought, true)).toEqual({
      threads: 40,
      unread: 40,
      running: [],
      found: [],
    });
  });

  it('from a kernel without stacks, is that none was checked', () => {
    const errors = '     42 No such file or directory\n';
    const frames = [frame('g', ['42'], ''), frame('xg', [], errors), frame('w', [], '')];
    expect(readSeek(frames, sought, true)).toMatchObject({ threads: 42, unread: 42 });
  });

  it('where a stack did not answer in time, is that only the found ones are known', () => {
    const line = '7/task/7/stack:[<0>] worker_thread+0x1/0x2\n';
    const frames = [
      frame('g', ['9', 'yes'], line),
      frame('xg', [], '      1 slow\n'),
      frame('w', [], ''),
    ];
    expect(readSeek(frames, sought, true)).toMatchObject({ unread: 8, found: [{ tid: 7 }] });
    const gone = [
      frame('g', ['9', 'yes'], line),
      frame('xg', [], '      1 slow\n      3 No such process\n'),
      frame('w', [], '8/task/8/status\n'),
    ];
    // Nine, of which three have ended, one runs, and one was found.
    expect(readSeek(gone, sought, true)).toMatchObject({ threads: 6, unread: 4 });
  });

  it('is nothing where it broke off', () => {
    expect(readSeek([frame('g', ['9', 'yes'], '')], sought, true)).toBeNull();
  });

  it('has room for a great many functions, and says where there is none', () => {
    const symbols = Array.from({ length: 20_000 }, (_, index) => `function_${index}`);
    expect(seekWords({ symbols, modules: [], prefixes: [] }).isWhole).toBe(false);
    expect(seekWords({ symbols: symbols.slice(0, 2000), modules: [], prefixes: [] }).isWhole).toBe(
      true,
    );
  });
});
