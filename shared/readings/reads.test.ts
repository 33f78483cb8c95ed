import { describe, expect, it } from 'vitest';
import {
  dmesg,
  livepatch,
  MemoryTree,
  modules,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { collect } from './collect';
import { searchTree } from './stackSearch';
import { filesRead, isRead, limitOf, lists, rowOf, savedLog } from './reads';

/** Remembers every path that it is asked for. */
class AskedTree extends MemoryTree {
  readonly asked = new Set<string>();

  override readFile(path: string, limit: number) {
    this.asked.add(path);
    return super.readFile(path, limit);
  }

  override readFolder(path: string) {
    this.asked.add(path);
    return super.readFolder(path);
  }
}

const busy: Files = {
  ...livepatch('lp', { vmlinux: ['f,1'], 'nfs-client': ['g,2'] }, { transition: '1' }),
  ...thread(7),
  ...thread(12_345),
  ...modules('nfs_client 1 0 - Live 0x0', 'lp 1 1 - Live 0x0 (OEK)'),
  ...dmesg('[    1.000000] x'),
  '/sys/module/lp/taint': 'OEK\n',
  '/sys/module/nfs_client/refcnt': '0\n',
};

function askedOf(files: Files, live: boolean): ReadonlySet<string> {
  const tree = new AskedTree(files);
  const options = { target: 't', source: 'directory', takenAt: null, privileged: null } as const;
  collect(tree, { ...options, live });
  searchTree(tree, { symbols: ['f'], modules: [], prefixes: [] });
  return tree.asked;
}

describe('the list of what is read', () => {
  it('holds every path that is asked for', () => {
    const asked = new Set([
      ...askedOf(busy, true),
      ...askedOf(busy, false),
      ...askedOf({ '/proc/version': '', '/sys/kernel/mm/x': '' }, true),
    ]);
    expect(asked.size).toBeGreaterThan(40);
    expect([...asked].filter((path) => !isRead(path))).toEqual([]);
  });

  it.each([
    '/proc',
    '/proc/7',
    '/proc/7/task',
    '/proc/7/task/1234567890',
    '/sys',
    '/sys/module',
    '/sys/module/nfs_client',
    '/sys/kernel/livepatch',
    '/sys/kernel/livepatch/lp/vmlinux/f,1',
    '/var/log',
    '/sos_commands/kernel',
  ])('has the folder %s on its way', (path) => {
    expect(isRead(path)).toBe(true);
  });

  it.each([
    '/etc/shadow',
    '/proc/7/environ',
    '/proc/7/task/7/mem',
    '/proc/self',
    '/proc/12345678901',
    '/proc/7/task/12345678901',
    '/proc/7/task/7/fd',
    '/proc/7x',
    '/proc/7/tasks',
    '/proc/kcore',
    '/x/proc/7',
    '/sys/module/nfs/parameters',
    '/sys/module/nfs/sections/.text',
    '/sys/modules/nfs',
    '/x/sys/module/nfs',
    '/sys/kernel/livepatches/lp',
    '/x/sys/kernel/livepatch/lp/enabled',
    '/home',
    '',
  ])('has nothing of %s', (path) => {
    expect(isRead(path)).toBe(false);
  });
});

describe('a row of the list', () => {
  it.each([
    ['/proc/7/cmdline', 'slow-bytes'],
    ['/proc/7/task/7/stack', 'slow'],
    ['/proc/7/task/7/comm', 'once'],
    ['/proc/1/patch_state', 'presence'],
    ['/proc/2/task/2/stat', 'once'],
    ['/sys/kernel/livepatch/lp/transition', 'twice'],
    ['/sys/kernel/livepatch/lp/stack_order', 'last'],
    ['/sys/kernel/livepatch/lp/vmlinux/patched', 'once'],
    ['/sys/module/lp/taint', 'every'],
    ['/proc/sys/kernel/tainted', 'with-modules'],
    // A leader's, as sosreports save it.
    ['/proc/7/stack', 'slow'],
    ['/proc/7/status', 'once'],
  ])('%s is found by its path', (path, way) => {
    expect(rowOf(path)).toMatchObject({ way });
  });

  it.each([
    // Of a process, not of a thread, and the other way round.
    '/proc/7/task/7/cmdline',
    '/proc/7/patch_state',
    // Of an object, not of a livepatch, and the other way round.
    '/sys/kernel/livepatch/lp/patched',
    '/sys/kernel/livepatch/lp/vmlinux/enabled',
    '/sys/kernel/livepatch/lp/vmlinux/f,1/patched',
    '/sys/module/lp/holders/taint',
    '/proc/x/cmdline',
    '/sys/kernel/livepatch/lp/enabled/',
  ])('%s has none', (path) => {
    expect(rowOf(path)).toBeNull();
  });

  it('is that of a list or a log wherever that may lie', () => {
    for (const row of [...Object.values(lists), savedLog])
      for (const place of row.places) expect(rowOf(place)).toEqual(row);
  });

  it('says how much is read; of what has none, a page of the kernel’s files and a log’s worth of others', () => {
    expect(limitOf('/proc/7/task/7/comm')).toBe(256);
    expect(limitOf('/proc/unheard/of')).toBe(4096);
    expect(limitOf('/sys/unheard/of')).toBe(4096);
    expect(limitOf('/mnt/proc/log')).toBe(savedLog.limit);
    expect(limitOf('/mnt/sys/log')).toBe(savedLog.limit);
  });

  it('is chosen by the way in which it is read, in the order of the list', () => {
    expect(filesRead('livepatch', 'twice')).toEqual(['transition', 'enabled']);
    expect(filesRead('livepatch', 'last', 'presence')).toEqual(['force', 'signal', 'stack_order']);
    expect(filesRead('object', 'last')).toEqual([]);
  });
});
