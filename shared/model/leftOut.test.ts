/** A saved tree that lacks the folder of livepatches, of a host that has loaded one. */
import { expect, test } from 'vitest';
import { modules, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { statusOf } from '../report/status';
import { renderStatusText } from '../report/statusText';

const tainted: Files = { '/proc/sys/kernel/tainted': '32768\n' };
const loaded = modules('lp 16384 1 - Live 0x0 (OEK)', 'ext4 1 0 - Live 0x0');
const sysfs: Files = { '/sys/kernel/mm/x': '' };

test.each<[string, Files]>([
  ['a module', { ...sysfs, ...loaded }],
  ['a module that nobody uses', { ...sysfs, ...modules('lp 16384 0 - Live 0x0 (OEK)') }],
  ['the taint', { ...sysfs, ...tainted, ...modules('ext4 1 0 - Live 0x0') }],
  ['the taint of a module in sysfs', { ...sysfs, '/sys/module/lp/taint': 'OEK\n' }],
])('is not said to be of a kernel without livepatching: %s', (_, files) => {
  for (const source of ['directory', 'archive'] as const) {
    const status = statusOf(readingsOf(files, { source }));
    expect(status.livepatch.supported).toBeNull();
    expect(status.transitionState).toBe('unknown');
    expect(status.ghosts).toEqual([]);
    expect(status.coverage.unread).toContain('livepatches');
    const text = renderStatusText(status, { width: 100, colour: false, unicode: true });
    expect(text).not.toMatch(
      /No livepatch (?!was seen)|built without|can be removed|nothing is in transition/,
    );
  }
});

test('a tree that holds nothing of one, and one of another engine, stay as they are', () => {
  const none = statusOf(readingsOf({ ...sysfs, ...modules('ext4 1 0 - Live 0x0') }));
  expect(none.livepatch.supported).toBe(false);
  const graft = statusOf(
    readingsOf({
      ...sysfs,
      ...tainted,
      ...modules('kgraft_patch_1 1 1 - Live 0x0 (OEK)'),
      '/sys/kernel/kgraft/in_progress': '0\n',
    }),
  );
  expect(graft.livepatch.supported).toBe(false);
});

test('a live host that has no such folder has none', () => {
  const live = statusOf(readingsOf({ ...sysfs, ...loaded }, { source: 'local' }));
  expect(live.livepatch.supported).toBe(false);
});
