/** A host on disk, file by file: what is read, what is missing and why, and what is never opened. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostFolder, type HostFiles } from '../../../testing/main/folders';
import { DirectoryTree } from './directoryTree';
import { readOutsideLog, withLog } from './outsideLog';

function treeOf(files: HostFiles) {
  const folder = hostFolder({ '/proc/': '', ...files });
  return { folder, tree: new DirectoryTree(folder) };
}

const text = (value: string) => ({ text: value, truncated: false });

describe('a file', () => {
  it('is read up to the limit, under its path', () => {
    const { tree } = treeOf({ '/proc/modules': 'one\n' });
    expect(tree.readFile('/proc/modules', 100)).toEqual(text('one\n'));
    expect(tree.readFile('/proc/modules', 2)).toEqual({ text: 'on', truncated: true });
  });

  it('is absent where it never was, and vanished where its folder was listed and is gone', () => {
    const { tree, folder } = treeOf({ '/sys/a/x': '1', '/sys/b/x': '1', '/proc/y': '' });
    expect(tree.readFile('/sys/c/x', 9)).toEqual({ missing: 'absent' });
    expect(tree.readFile('/proc/y/z', 9)).toEqual({ missing: 'absent' });
    expect(tree.readFolder('/sys')).toEqual({
      entries: expect.arrayContaining([
        { name: 'a', kind: 'folder' },
        { name: 'b', kind: 'folder' },
      ]),
    });
    rmSync(join(folder, 'sys/a'), { recursive: true });
    rmSync(join(folder, 'sys/b/x'));
    expect(tree.readFile('/sys/a/x', 9)).toEqual({ missing: 'vanished' });
    expect(tree.readFolder('/sys/a')).toEqual({ missing: 'vanished' });
    expect(tree.readFile('/sys/b/x', 9)).toEqual({ missing: 'absent' });
    // Nobody has listed it: it may never have been.
    expect(new DirectoryTree(folder).readFile('/sys/a/x', 9)).toEqual({ missing: 'absent' });
  });

  it('is none that is a folder, and no folder is a file', () => {
    const { tree } = treeOf({ '/proc/modules': '' });
    expect(tree.readFile('/proc', 9)).toEqual({
      missing: 'unreadable',
      detail: 'not a regular file',
    });
    expect(tree.readFolder('/proc/modules')).toEqual({
      missing: 'unreadable',
      detail: 'not a folder',
    });
  });

  it('is not opened where it is a pipe', () => {
    const { tree, folder } = treeOf({});
    execFileSync('mkfifo', [join(folder, 'proc/modules')]);
    expect(tree.readFile('/proc/modules', 9)).toMatchObject({ missing: 'unreadable' });
    expect(tree.readFolder('/proc')).toEqual({ entries: [{ name: 'modules', kind: 'other' }] });
  });

  it('is read through links that stay inside, also from the host’s own root', () => {
    const { tree, folder } = treeOf({ '/etc/real': 'x' });
    symlinkSync('/etc/real', join(folder, 'proc/absolute'));
    symlinkSync('../etc/real', join(folder, 'proc/relative'));
    symlinkSync('../../etc/passwd', join(folder, 'proc/outside'));
    symlinkSync('nowhere', join(folder, 'proc/dangling'));
    expect(tree.readFile('/proc/absolute', 9)).toEqual(text('x'));
    expect(tree.readFile('/proc/relative', 9)).toEqual(text('x'));
    expect(tree.readFile('/proc/outside', 9)).toMatchObject({ missing: 'link' });
    expect(tree.readFile('/proc/dangling', 9)).toMatchObject({ missing: 'link' });
    const folderReading = tree.readFolder('/proc');
    const entries = 'entries' in folderReading ? folderReading.entries : [];
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['link']));
  });

  it('of this machine is read by the root that has no name', () => {
    const tree = new DirectoryTree('');
    expect(tree.readFile('/proc/sys/kernel/ostype', 99)).toEqual(text('Linux\n'));
    expect(tree.readFolder('/')).toHaveProperty('entries');
  });
});

describe('threads', () => {
  const thread = (pid: number, tid: number, files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [`/proc/${pid}/task/${tid}/${name}`, content]),
    );

  it('are scanned with what each lacks or says wrongly', () => {
    const { tree, folder } = treeOf({
      ...thread(1, 1, { patch_state: '0\n' }),
      ...thread(1, 12, { patch_state: '1\n' }),
      ...thread(20, 20, { patch_state: '-1\n' }),
      ...thread(21, 21, { patch_state: '1' }),
      ...thread(22, 22, { patch_state: '7\n' }),
      ...thread(23, 23, { patch_state: '10' }),
      ...thread(24, 24, { patch_state: '' }),
      ...thread(30, 30, { comm: 'no state\n' }),
      '/proc/040/task/40/patch_state': '0\n',
      '/proc/self/task/1/patch_state': '0\n',
      '/proc/50/task/x/patch_state': '0\n',
      '/proc/60/comm': '',
      '/proc/61': 'a file',
    });
    symlinkSync('1', join(folder, 'proc/70'));
    mkdirSync(join(folder, 'proc/71'));
    symlinkSync('../1/task', join(folder, 'proc/71/task'));
    mkdirSync(join(folder, 'proc/72/task/72'), { recursive: true });
    symlinkSync('../../../1/task/1/patch_state', join(folder, 'proc/72/task/72/patch_state'));
    mkdirSync(join(folder, 'proc/73/task/73/patch_state'), { recursive: true });
    const scan = tree.scanThreads();
    if (!scan) throw new Error('no scan');
    const rows = scan.tids.map((tid, row) => [scan.pids[row], tid, scan.states[row]]);
    expect(rows.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      [1, 1, 0],
      [1, 12, 1],
      [20, 20, -1],
      [21, 21, 1],
    ]);
    expect([scan.denied, scan.vanished, scan.absent]).toEqual([0, 0, 1]);
    const invalid = [...scan.invalid].sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(invalid).toEqual([
      { path: '/proc/22/task/22/patch_state', text: '7\n' },
      { path: '/proc/23/task/23/patch_state', text: '10' },
      { path: '/proc/24/task/24/patch_state', text: '' },
      { path: '/proc/70', text: '(a symbolic link)' },
      { path: '/proc/71/task', text: '(a symbolic link)' },
      { path: '/proc/72/task/72/patch_state', text: '(a symbolic link)' },
      { path: '/proc/73/task/73/patch_state', text: '(not a regular file)' },
    ]);
  });

  it('keep no more of what makes no sense than its beginning', () => {
    const { tree } = treeOf(thread(1, 1, { patch_state: 'x'.repeat(1000) }));
    expect(tree.scanThreads()?.invalid).toEqual([
      { path: '/proc/1/task/1/patch_state', text: 'x'.repeat(64) },
    ]);
  });

  it('are unknown where none has a state, or there is no proc', () => {
    expect(treeOf(thread(1, 1, { comm: 'x' })).tree.scanThreads()).toBeNull();
    const { tree, folder } = treeOf({});
    expect(tree.scanThreads()).toBeNull();
    rmSync(join(folder, 'proc'), { recursive: true });
    expect(tree.scanThreads()).toBeNull();
    expect([...tree.threadStacks(9)]).toEqual([]);
    writeFileSync(join(folder, 'proc'), '');
    expect(tree.scanThreads()).toBeNull();
    expect([...tree.threadStacks(9)]).toEqual([]);
  });

  it('have stacks, up to the limit, and the state in which they are', () => {
    const stat = (state: string) =>
      `7 (a b) ${state} 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n`;
    const { tree, folder } = treeOf({
      ...thread(7, 7, { stat: stat('S'), stack: '[<0>] f+0x1/0x2\n' }),
      ...thread(7, 8, { stat: stat('R') }),
      ...thread(9, 9, { stack: 'x'.repeat(100) }),
      '/proc/10/comm': '',
      '/proc/x/task/1/stack': '',
    });
    mkdirSync(join(folder, 'proc/11/task/11/stack'), { recursive: true });
    mkdirSync(join(folder, 'proc/12'));
    symlinkSync('../7/task', join(folder, 'proc/12/task'));
    const stacks = [...tree.threadStacks(50)].sort((a, b) => a.tid - b.tid);
    expect(stacks).toEqual([
      { pid: 7, tid: 7, state: 'S', stack: text('[<0>] f+0x1/0x2\n') },
      { pid: 7, tid: 8, state: 'R', stack: { missing: 'absent' } },
      { pid: 9, tid: 9, state: null, stack: { text: 'x'.repeat(50), truncated: true } },
      {
        pid: 11,
        tid: 11,
        state: null,
        stack: { missing: 'unreadable', detail: 'not a regular file' },
      },
    ]);
  });
});

describe('a log beside a tree', () => {
  it('is read under its own path, and nothing else changes', async () => {
    const { tree, folder } = treeOf({
      '/proc/modules': 'm',
      '/proc/1/task/1/patch_state': '0\n',
      '/proc/1/task/1/stack': '',
    });
    const outside = hostFolder({ 'saved/kernel.log': 'the log' });
    const log = join(outside, 'saved/kernel.log');
    const both = withLog(tree, await readOutsideLog(log));
    expect(both.readFile(log, 99)).toEqual(text('the log'));
    expect(both.readFile('/proc/modules', 99)).toEqual(text('m'));
    expect(both.readFolder('/proc')).toEqual(tree.readFolder('/proc'));
    expect(both.scanThreads()).toEqual(tree.scanThreads());
    expect([...both.threadStacks(9)]).toEqual([...tree.threadStacks(9)]);
    expect(withLog(tree, null)).toBe(tree);
    rmSync(log);
    expect((await readOutsideLog(log)).reading).toMatchObject({ missing: 'absent' });
    expect(folder).not.toBe(outside);
  });
});
