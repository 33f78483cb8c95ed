/** Which entries of an archive are kept, where they belong, and which are refused. */
import { describe, expect, it } from 'vitest';
import { entriesOf, gzippedArchive, movingHost } from '../../../testing/main/archives';
import { statusFrom } from '../../../testing/main/status';
import { isWanted, placeOf } from './archiveEntries';

describe('the place of an entry', () => {
  it.each([
    ['proc/uptime', '', ['proc', 'uptime']],
    ['./proc//uptime/', '', ['proc', 'uptime']],
    ['sosreport-db1/proc/uptime', 'sosreport-db1', ['proc', 'uptime']],
    [
      'sosreport-db1/sos_commands/kernel/dmesg',
      'sosreport-db1',
      ['sos_commands', 'kernel', 'dmesg'],
    ],
    ['var/log/dmesg', '', ['var', 'log', 'dmesg']],
    // The root's own folders are no top folder, whatever lies in them.
    ['etc/proc/uptime', '', ['etc', 'proc', 'uptime']],
    ['a/b/proc/uptime', '', ['a', 'b', 'proc', 'uptime']],
    ['.', '', []],
  ])('%s', (path, prefix, names) => {
    expect(placeOf(path)).toEqual({ prefix, names });
  });

  it.each([['/proc/uptime'], ['../proc/uptime'], ['proc/../../x'], ['a\0b'], ['x'.repeat(4097)]])(
    'is none for %j',
    (path) => {
      expect(placeOf(path)).toBeNull();
    },
  );

  it('is one for the longest path that Linux takes', () => {
    expect(placeOf('x'.repeat(4096))).not.toBeNull();
  });
});

describe('what is kept', () => {
  const kept = (path: string) => isWanted({ prefix: '', names: path.split('/') });

  it.each([
    'proc',
    'proc/1/task/2/stack',
    'proc/1/cmdline',
    'proc/sys/kernel/random/boot_id',
    'sys/kernel/livepatch/a/vmlinux/f,1',
    'sys/kernel/debug/tracing/enabled_functions',
    'sys/module/x/taint',
    'sos_commands/kernel/dmesg',
  ])('%s', (path) => {
    expect(kept(path)).toBe(true);
  });

  it.each([
    'etc/shadow',
    'proc/1/environ',
    'proc/1/task/2/mem',
    'proc/self/stat',
    'sys/kernel/livepatches/a',
    'sys/module/x/parameters/y',
    'var/log/dmesg.1',
    'x/proc/uptime',
  ])('not %s', (path) => {
    expect(kept(path)).toBe(false);
  });
});

it('names ten of the entries that were left out, and counts the others', async () => {
  const outside = Array.from({ length: 13 }, (_, index) => ({
    header: { name: `../evil${index}` },
    content: 'x',
  }));
  const archive = await gzippedArchive([...entriesOf(movingHost), ...outside]);
  const { problems } = await statusFrom(archive);
  const about = problems.filter(({ path }) => path === archive).map(({ message }) => message);
  expect(about).toHaveLength(11);
  expect(about[9]).toContain('../evil9 was left out');
  expect(about[10]).toBe(`${archive}: 3 more entries were left out for their paths.`);
});
