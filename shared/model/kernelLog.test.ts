import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnosis/diagnosis';
import { dmesg, livepatch, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { buildState } from './buildState';

const host = { '/sys/kernel/livepatch/': '', '/proc/uptime': '500.00 1.00\n' };
const read = (files: Files, ...lines: readonly string[]) =>
  buildState(readingsOf({ ...host, ...files, ...dmesg(...lines) }));
const refused = "livepatch: failed to enable patch 'a'";

describe('a log of another boot', () => {
  it.each([
    [
      'by its kernel',
      { '/proc/sys/kernel/osrelease': '6.8.0-45\n' },
      ['[    0.000000] Linux version 6.8.0-44 (x)', `[  100.000000] ${refused}`],
    ],
    [
      'by journald',
      { '/proc/sys/kernel/random/boot_id': '01234567-89ab-cdef-0123-456789abcdef\n' },
      [JSON.stringify({ MESSAGE: refused, _TRANSPORT: 'kernel', _BOOT_ID: 'f'.repeat(32) })],
    ],
  ])('tells nothing, and is named: %s', (_, files, lines) => {
    const { log, problems } = read(files, ...lines);
    expect(log).toBeNull();
    expect(problems).toMatchObject([{ code: 'invalid-content' }]);
    expect(problems[0]?.message).toContain('another boot');
  });

  it('is told by dates that lie before the host was started', () => {
    const line = (time: string, text: string) => `2026-09-${time}:00Z db1 kernel: ${text}`;
    const { log } = read({}, line('01T10:00', refused), line('03T08:00', 'x'));
    expect(log?.entries).toEqual([]);
    expect(read({}, line('03T07:58', refused), line('03T08:00', 'x')).log?.entries).toHaveLength(1);
  });
});

describe('a log that is not understood', () => {
  it('is a problem, and an empty one of a tree is none', () => {
    expect(read({}, 'milk', 'bread').problems).toMatchObject([{ code: 'not-understood' }]);
    expect(read({}, '').problems).toEqual([]);
  });
});

describe('dates alone', () => {
  it('tell how long a transition has run', () => {
    const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
    const thread = { '/proc/7/task/7/patch_state': '0\n' };
    const state = read(
      { ...moving, ...thread },
      "Sep 14 03:49:55 db1 kernel: livepatch: 'a': starting patching transition",
      'Sep 14 03:51:25 db1 kernel: usb 1-1: x',
    );
    const stalled = diagnose(state).findings.find(({ code }) => code === 'transition-stalled');
    expect(stalled?.message).toContain('for 90 s');
  });
});
