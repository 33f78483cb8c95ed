/** The tree that an archive is unpacked into. */
import { describe, expect, it } from 'vitest';
import { ArchiveTree, type Leaf } from './archiveTree';

const file = (text: string, truncated = false): Leaf => ({ kind: 'file', text, truncated });
const names = (path: string) => path.split('/');

function treeOf(leaves: Readonly<Record<string, Leaf | 'folder'>>): ArchiveTree {
  const tree = new ArchiveTree();
  for (const [path, leaf] of Object.entries(leaves)) tree.add(names(path), leaf);
  return tree;
}

describe('a file', () => {
  it('is told as cut where the reader or the archive’s limit has cut it', () => {
    const tree = treeOf({ 'proc/a': file('12345'), 'proc/b': file('12345', true) });
    expect(tree.readFile('/proc/a', 6)).toEqual({ text: '12345', truncated: false });
    expect(tree.readFile('/proc/a', 5)).toEqual({ text: '12345', truncated: false });
    expect(tree.readFile('/proc/a', 4)).toEqual({ text: '1234', truncated: true });
    expect(tree.readFile('/proc/b', 6)).toEqual({ text: '12345', truncated: true });
    expect(tree.readFile('/proc/b', 4)).toEqual({ text: '1234', truncated: true });
  });

  it('is what the last entry of its name says, as tar has it', () => {
    const tree = treeOf({ 'proc/a': file('old') });
    tree.add(names('proc/a'), file('new'));
    expect(tree.readFile('/proc/a', 10)).toMatchObject({ text: 'new' });
    expect(tree.readFolder('/proc')).toEqual({ entries: [{ name: 'a', kind: 'file' }] });
  });

  it('is not read where it is something else, or not there', () => {
    const tree = treeOf({ 'proc/a': { kind: 'other' }, proc: 'folder' });
    expect(tree.readFile('/proc/a', 10)).toEqual({
      missing: 'unreadable',
      detail: 'not a regular file',
    });
    expect(tree.readFile('/proc', 10)).toMatchObject({ missing: 'unreadable' });
    expect(tree.readFile('/proc/b', 10)).toEqual({ missing: 'absent' });
    expect(tree.readFile('/proc/a/b', 10)).toEqual({ missing: 'absent' });
  });
});

describe('a folder', () => {
  it('keeps what is in it when it comes again', () => {
    const tree = treeOf({ 'sys/a': file('x') });
    tree.add(['sys'], 'folder');
    expect(tree.readFolder('/sys')).toEqual({ entries: [{ name: 'a', kind: 'file' }] });
    expect(tree.readFolder('/sys/a')).toEqual({ missing: 'unreadable', detail: 'not a folder' });
    expect(tree.readFolder('/proc')).toEqual({ missing: 'absent' });
  });

  it('takes the place of a file that stood there', () => {
    const tree = treeOf({ 'sys/a': file('x'), 'sys/a/b': file('y') });
    expect(tree.readFile('/sys/a/b', 10)).toMatchObject({ text: 'y' });
  });

  it('is at the root only as a folder', () => {
    const tree = treeOf({ sys: file('x'), 'proc/1/stat': file('y') });
    expect([tree.has('sys'), tree.has('proc'), tree.has('1')]).toEqual([false, true, false]);
  });

  it('has no name for the root itself', () => {
    const tree = new ArchiveTree();
    tree.add([], 'folder');
    expect(tree.readFolder('/')).toEqual({ entries: [] });
  });
});

describe('an archive that breaks off', () => {
  const broken = treeOf({
    'sys/kernel/livepatch/a/enabled': file('1\n'),
    'sys/module/b/taint': file('x'),
    'proc/uptime': file('1'),
  });
  broken.breakOffAt(names('sys/kernel/livepatch/a/transition'));

  it.each([
    '/sys/kernel/livepatch/a/transition',
    '/sys/kernel/livepatch/a/later',
    '/sys/kernel/livepatch/b/enabled',
    '/sys/other',
    '/other',
  ])('does not know whether %s was there', (path) => {
    expect(broken.readFile(path, 10)).toEqual({
      missing: 'unreadable',
      detail: 'the archive ends before it',
    });
  });

  it.each(['/proc/modules', '/sys/module/b/refcnt', '/sys/kernel/livepatch/a/enabled/x'])(
    'knows that %s was not: its folder was done',
    (path) => {
      expect(broken.readFile(path, 10)).toEqual({ missing: 'absent' });
    },
  );

  it('lists the folders on the way to the break as cut, and no others', () => {
    for (const path of ['/', '/sys', '/sys/kernel/livepatch', '/sys/kernel/livepatch/a']) {
      expect(broken.readFolder(path)).toMatchObject({ truncated: true });
    }
    for (const path of ['/proc', '/sys/module', '/sys/module/b']) {
      expect(broken.readFolder(path)).not.toHaveProperty('truncated');
    }
  });
});

describe('threads', () => {
  const tree = treeOf({
    'proc/1/task/1/patch_state': file('0\n'),
    'proc/1/task/2/patch_state': file('-1\n'),
    'proc/1/task/3/patch_state': file('7\n'),
    'proc/1/task/4/stat': file(`4 (x) R 1 1${' 0'.repeat(40)}\n`),
    'proc/1/task/5/patch_state': { kind: 'other' },
    'proc/1/task/05/patch_state': file('0\n'),
    'proc/self/task/6/patch_state': file('0\n'),
    'proc/7': file(''),
  });

  it('are scanned with what each lacks', () => {
    expect(tree.scanThreads()).toEqual({
      pids: [1, 1],
      tids: [1, 2],
      states: [0, -1],
      denied: 0,
      vanished: 0,
      absent: 1,
      invalid: [
        { path: '/proc/1/task/3/patch_state', text: '7\n' },
        { path: '/proc/1/task/5/patch_state', text: '(a other)' },
      ],
    });
    expect(treeOf({ 'proc/1/task/1/stat': file('') }).scanThreads()).toBeNull();
    const long = treeOf({ 'proc/1/task/1/patch_state': file('x'.repeat(1000)) });
    expect(long.scanThreads()?.invalid).toEqual([
      { path: '/proc/1/task/1/patch_state', text: 'x'.repeat(64) },
    ]);
  });

  it('have stacks, cut as any file is', () => {
    tree.add(names('proc/1/task/1/stack'), file('12345'));
    const stacks = [...tree.threadStacks(4)];
    expect(stacks.map(({ pid, tid, state }) => [pid, tid, state])).toEqual([
      [1, 1, null],
      [1, 2, null],
      [1, 3, null],
      [1, 4, 'R'],
      [1, 5, null],
    ]);
    expect(stacks[0]?.stack).toEqual({ text: '1234', truncated: true });
    expect(stacks[1]?.stack).toEqual({ missing: 'absent' });
  });
});
