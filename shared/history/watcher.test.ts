import { expect, test } from 'vitest';
import { succeed, type ProblemCode } from '../base/problem';
import type { StatusDocument } from '../report/statusDocument';
import { blocker, patch, settled, transition } from '../../testing/shared/documents';
import { Watcher } from './watcher';

const calm: StatusDocument = { ...settled, patches: [patch('livepatch_b')] };
const running: StatusDocument = {
  ...calm,
  patches: [patch('livepatch_b', { inTransition: true })],
  transitionState: 'running',
  transition: transition(),
  blockers: [blocker(389)],
};
const lost = {
  ok: false,
  problem: { code: 'connection-lost', path: null, message: 'The connection was lost.' },
} as const;

const events = (changes: ReturnType<Watcher['see']>) => changes.map(({ event }) => event);

test('a host is lost once and back once, and what was known of it stays meanwhile', () => {
  const watcher = new Watcher();
  expect([watcher.status, watcher.transition, watcher.isLost]).toEqual([null, null, false]);
  expect(events(watcher.see(succeed(running), 0))).toEqual(['state']);
  expect(watcher.see(lost, 1000)).toEqual([
    { event: 'lost', subject: null, problem: lost.problem, waitsForHuman: false },
  ]);
  expect(watcher.isLost).toBe(true);
  expect(watcher.see(lost, 2000)).toEqual([]);
  expect(watcher.status).toEqual(running);
  expect(watcher.transition).toMatchObject({ seenAt: 0, drain: [[0, 3]] });
  expect(watcher.see(succeed(running), 3000)).toEqual([{ event: 'back', subject: null }]);
  expect(watcher.isLost).toBe(false);
  expect(watcher.transition?.drain).toEqual([
    [0, 3],
    [3, 3],
  ]);
});

test('each new reason of being lost is told, and what waits for a person says so', () => {
  const watcher = new Watcher();
  watcher.see(succeed(running), 0);
  const fails = (code: ProblemCode, message: string, waits?: boolean) =>
    watcher
      .see({ ok: false, problem: { code, path: null, message } }, 1, { waits })
      .map(({ problem, waitsForHuman }) => [problem?.code, problem?.message, waitsForHuman]);
  expect(fails('connection-lost', 'a')).toEqual([['connection-lost', 'a', false]]);
  expect(fails('unreachable', 'b')).toEqual([['unreachable', 'b', false]]);
  // Tries that take turns in failing make no stream of events.
  expect([...fails('connection-lost', 'c'), ...fails('unreachable', 'd')]).toEqual([]);
  expect(fails('host-key-changed', 'k')).toEqual([['host-key-changed', 'k', true]]);
  expect(fails('host-key-changed', 'k')).toEqual([]);
  expect(fails('host-key-changed', 'another')).toEqual([['host-key-changed', 'another', true]]);
  // A login that somebody has to answer is not tried again either.
  expect(fails('connection-lost', 'e', true)).toEqual([['connection-lost', 'e', true]]);
  watcher.see(succeed(running), 2);
  expect(fails('unreachable', 'f')).toEqual([['unreachable', 'f', false]]);
});

test('what happened while a host was lost is told when it is back', () => {
  const watcher = new Watcher();
  watcher.see(succeed(running), 0);
  watcher.see(lost, 1000);
  expect(events(watcher.see(succeed(calm), 2000))).toEqual(['back', 'transition-completed']);
  expect(watcher.transition).toBeNull();
});

test('a host that was lost before it was ever read begins with its state', () => {
  const watcher = new Watcher();
  expect(events(watcher.see(lost, 0))).toEqual(['lost']);
  expect(events(watcher.see(succeed(calm), 1000))).toEqual(['back', 'state']);
});

test('a stall that only watching shows is a finding of the state, and told once', () => {
  const watcher = new Watcher();
  watcher.see(succeed(running), 0);
  expect(events(watcher.see(succeed(running), 29_999))).toEqual([]);
  expect(watcher.see(succeed(running), 30_000)).toMatchObject([
    { event: 'finding', subject: 'transition-stalled', finding: { severity: 'error' } },
  ]);
  expect(watcher.status?.findings.map(({ code }) => code)).toEqual(['transition-stalled']);
  expect(watcher.see(succeed(running), 31_000)).toEqual([]);
});
