import { describe, expect, it } from 'vitest';
import { MemoryTree, thread } from '../../testing/shared/memoryTree';
import type { FileReading, ThreadStack, Tree } from './readings';
import { searchTree, seeker, type SoughtCode } from './stackSearch';

const sought: SoughtCode = { symbols: ['f'], modules: ['nfs'], prefixes: ['bpf_prog_'] };

function treeOf(threads: readonly ThreadStack[], files = {}): Tree {
  const tree = new MemoryTree(files);
  return {
    readFile: (path, limit) => tree.readFile(path, limit),
    readFolder: (path) => tree.readFolder(path),
    scanThreads: () => null,
    threadStacks: () => threads,
  };
}
const stack = (...lines: readonly string[]): FileReading => ({
  text: lines.map((line) => `[<0>] ${line}+0x1/0x2\n`).join(''),
  truncated: false,
});
const one = (tid: number, reading: FileReading, state: string | null = 'S', pid = tid) => ({
  pid,
  tid,
  state,
  stack: reading,
});

describe('a search through all stacks', () => {
  it('counts each thread as found, running, unread or free of it; who ended is none', () => {
    const { found, ...counts } = searchTree(
      treeOf([
        one(1, stack('schedule', 'f')),
        one(2, stack('f'), 'R'),
        one(3, { missing: 'denied' }),
        one(4, { missing: 'vanished' }),
        one(5, { missing: 'absent' }),
        one(6, stack('schedule')),
        one(7, stack('f'), null),
        one(8, { missing: 'vanished' }, 'R'),
        one(9, { missing: 'denied' }, 'R'),
      ]),
      sought,
    );
    expect(counts).toMatchObject({
      threads: 7,
      unread: 2,
      running: [
        { pid: 2, tid: 2 },
        { pid: 9, tid: 9 },
      ],
    });
    expect(found.map(({ tid }) => tid)).toEqual([1, 7]);
    expect(found[0]?.frames.map((frame) => frame.function)).toEqual(['schedule', 'f']);
  });

  it('finds by symbol, by module and by how a symbol begins', () => {
    const isSought = seeker(sought);
    const frame = (name: string, module: string | null = null) => ({
      function: name,
      offset: 1,
      size: 2,
      module,
    });
    expect(isSought(frame('f'))).toBe(true);
    expect(isSought(frame('f', 'other'))).toBe(true);
    expect(isSought(frame('g', 'nfs'))).toBe(true);
    expect(isSought(frame('bpf_prog_1a2b'))).toBe(true);
    expect(isSought(frame('g'))).toBe(false);
    expect(isSought(frame('ff'))).toBe(false);
    expect(isSought(frame('my_bpf_prog_'))).toBe(false);
    expect(isSought(frame('nfs', 'ext4'))).toBe(false);
  });

  it('orders by process, then by thread', () => {
    const threads = [
      one(9, stack('f'), 'S', 5),
      one(3, stack('f'), 'S', 7),
      one(8, stack('f'), 'S', 5),
    ];
    expect(searchTree(treeOf(threads), sought).found.map(({ pid, tid }) => [pid, tid])).toEqual([
      [5, 8],
      [5, 9],
      [7, 3],
    ]);
  });

  it('reads the files of the first 200 that it finds', () => {
    const threads = Array.from({ length: 201 }, (_, row) => one(201 - row, stack('f')));
    const files = Object.assign({}, ...threads.map(({ tid }) => thread(tid)));
    const search = searchTree(treeOf(threads, files), sought);
    expect(search.found).toHaveLength(201);
    const comms = [...search.files.keys()].filter((path) => path.endsWith('/comm'));
    expect(comms).toHaveLength(200);
    expect(comms[0]).toBe('/proc/1/task/1/comm');
    expect(search.files.has('/proc/201/task/201/comm')).toBe(false);
    expect(search.files.get('/proc/1/task/1/comm')).toEqual({ text: 'cat\n', truncated: false });
  });
});
