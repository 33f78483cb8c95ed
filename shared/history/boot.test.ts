import { expect, test } from 'vitest';
import { succeed } from '../base/problem';
import { blocker, patch, settled, transition } from '../../testing/shared/documents';
import type { StatusDocument } from '../report/statusDocument';
import { isAnotherBoot, type Boot } from './boot';
import { Watcher } from './watcher';
import { changeSentence } from './watchText';

const first = '11111111-2222-4333-8444-555555555555';
const second = '99999999-2222-4333-8444-555555555555';

test.each<[string, Boot, Boot, boolean]>([
  ['one id', { bootId: first, uptimeSeconds: 90 }, { bootId: first, uptimeSeconds: 91 }, false],
  // A livepatch may patch the uptime; the id counts.
  [
    'one id, less uptime',
    { bootId: first, uptimeSeconds: 90 },
    { bootId: first, uptimeSeconds: 5 },
    false,
  ],
  ['another id', { bootId: first, uptimeSeconds: 90 }, { bootId: second, uptimeSeconds: 99 }, true],
  ['less uptime', { bootId: null, uptimeSeconds: 90 }, { bootId: null, uptimeSeconds: 40 }, true],
  [
    'less uptime, one id',
    { bootId: first, uptimeSeconds: 90 },
    { bootId: null, uptimeSeconds: 40 },
    true,
  ],
  [
    'as good as one uptime',
    { bootId: null, uptimeSeconds: 90 },
    { bootId: null, uptimeSeconds: 89 },
    false,
  ],
  ['more uptime', { bootId: null, uptimeSeconds: 90 }, { bootId: null, uptimeSeconds: 91 }, false],
  ['no uptime', { bootId: null, uptimeSeconds: null }, { bootId: null, uptimeSeconds: 3 }, false],
  [
    'no uptime later',
    { bootId: first, uptimeSeconds: 90 },
    { bootId: null, uptimeSeconds: null },
    false,
  ],
])('%s', (_name, before, after, expected) => {
  expect(isAnotherBoot(before, after)).toBe(expected);
});

const inBoot = (bootId: string, change: Partial<StatusDocument> = {}): StatusDocument => ({
  ...settled,
  host: { ...settled.host, bootId },
  ...change,
});
const stall: Partial<StatusDocument> = {
  patches: [patch('livepatch_b', { inTransition: true })],
  transitionState: 'running',
  transition: transition(),
  blockers: [blocker(389)],
};

test('all of a boot ends with it: nothing is gone, completed or switched', () => {
  const watcher = new Watcher();
  watcher.see(succeed(inBoot(first, stall)), 0);
  watcher.see({ ok: false, problem: { code: 'connection-lost', path: null, message: '' } }, 1);
  const changes = watcher.see(succeed(inBoot(second)), 60_000);
  expect(changes.map(({ event }) => event)).toEqual(['back', 'rebooted', 'state']);
  expect(changes[1]).toEqual({
    event: 'rebooted',
    subject: null,
    ended: {
      patches: ['livepatch_b'],
      transition: { patch: 'livepatch_b', direction: 'patching' },
    },
  });
  expect(changeSentence(changes[1] ?? { event: 'back', subject: null })).toMatch(
    /^The host was booted again while livepatch_b was in transition \(patching\).*nobody knows/,
  );
  expect(watcher.lostTransition).toEqual({ patch: 'livepatch_b', direction: 'patching' });
  expect(watcher.transition).toBeNull();
  watcher.see(succeed(inBoot(second)), 61_000);
  expect(watcher.lostTransition).toBeNull();
});

test('the same livepatch in transition in the next boot is another transition', () => {
  const watcher = new Watcher();
  watcher.see(succeed(inBoot(first, stall)), 0);
  watcher.see(succeed(inBoot(first, stall)), 29_000);
  const changes = watcher.see(succeed(inBoot(second, stall)), 40_000);
  expect(changes.map(({ event }) => event)).toEqual(['rebooted', 'state']);
  expect(watcher.transition).toMatchObject({ seenAt: 40_000, drain: [[0, 3]] });
  expect(watcher.status?.findings).toEqual([]);
});

test('of a boot in which nothing ran, only that it ended is told', () => {
  const watcher = new Watcher();
  watcher.see(succeed(inBoot(first)), 0);
  const [told] = watcher.see(succeed(inBoot(second)), 1);
  expect(told).toEqual({
    event: 'rebooted',
    subject: null,
    ended: { patches: [], transition: null },
  });
  expect(watcher.lostTransition).toBeNull();
});

test('where it was not known whether a transition ran, that is what is said', () => {
  const watcher = new Watcher();
  watcher.see(succeed(inBoot(first, { transitionState: 'unknown' })), 0);
  const [told] = watcher.see(succeed(inBoot(second)), 1);
  expect(told?.ended?.transition).toEqual({ patch: null, direction: null });
  expect(told && changeSentence(told)).toMatch(/; whether a transition ran until then/);
});
