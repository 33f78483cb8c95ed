import { expect, test } from 'vitest';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { hostOf, patch, settled, transition } from '../../testing/renderer/documents';
import { clockText } from './format';
import { seenSeconds } from '../../shared/report/headline';
import { headlineOfHost, headlineText, summaryOf } from './headline';

const lost = { code: 'connection-lost', path: null, message: 'The connection was lost.' } as const;

test('a host that was never read says that it is being read', () => {
  const host = hostOf(null, { phase: 'loading', sampledAt: null });
  expect(headlineOfHost(host).tone).toBe('unknown');
  expect(headlineText(headlineOfHost(host))).toContain('Reading db1');
});

test('a host that can’t be read says why and what to do', () => {
  const host = hostOf(null, {
    phase: 'failed',
    sampledAt: null,
    problem: { code: 'not-found', path: '/x', message: '/x holds neither sys/ nor proc/.' },
  });
  expect(headlineText(headlineOfHost(host))).toContain('could not be read');
  expect(headlineOfHost(host).detail).toContain('/x holds neither sys/ nor proc/.');
  expect(summaryOf(host)).toEqual({ tone: 'unknown', word: 'not found', aside: null });
});

test('a lost host is stale since its last sample, not settled', () => {
  const host = hostOf({ ...settled, patches: [patch('a')] }, { phase: 'failed', problem: lost });
  const { tone, word } = summaryOf(host);
  expect(tone).toBe('unknown');
  expect(word).toBe(`stale since ${clockText('2026-11-21T12:03:11.000Z')}`);
});

test('a host that is lost and never read, or whose last moment is not known, claims no moment', () => {
  const never = hostOf(null, {
    phase: 'failed',
    problem: lost,
    sampledAt: '2026-11-21T12:03:11.000Z',
  });
  expect(headlineText(headlineOfHost(never))).toBe('db1 could not be read');
  expect(summaryOf(never).word).toBe('connection lost');
  const undated = hostOf(settled, { phase: 'failed', problem: lost, sampledAt: null });
  expect(headlineText(headlineOfHost(undated))).toBe('db1 could not be read');
  expect(summaryOf(undated).word).toBe('connection lost');
});

test('the moment of a lost host’s last sample is what stands out, whether it may come back is said', () => {
  const change = { phase: 'failed', problem: lost } as const;
  const { title } = headlineOfHost(hostOf(settled, change));
  const moment = clockText('2026-11-21T12:03:11.000Z');
  expect(title).toEqual([
    { text: 'db1 is out of reach, ', strong: false },
    { text: `stale since ${moment}`, strong: true },
  ]);
  const refused = { code: 'host-key-changed', path: null, message: 'Another key.' } as const;
  const gone = headlineText(headlineOfHost(hostOf(settled, { ...change, problem: refused })));
  expect(gone).toBe(`db1 is not read any more, stale since ${moment}`);
});

test('the one sentence about a host that could not be read is plain', () => {
  const host = hostOf(null, { phase: 'failed', problem: lost });
  expect(headlineOfHost(host).title).toEqual([{ text: 'db1 could not be read', strong: false }]);
  const reading = hostOf(null, { phase: 'loading' });
  expect(headlineOfHost(reading).title).toEqual([{ text: 'Reading db1 …', strong: false }]);
});

test('a host that has failed without a word claims nothing', () => {
  const silent = hostOf(null, { phase: 'failed', problem: null });
  expect(headlineOfHost(silent)).toMatchObject({ tone: 'unknown', title: [] });
});

test('a problem is shown only while the host has failed', () => {
  const ready = hostOf({ ...settled, patches: [patch('a')] }, { problem: lost });
  expect(headlineText(headlineOfHost(ready))).not.toContain('out of reach');
});

test('the time of a transition is said while it is read, not of what is stale', () => {
  const moving = { ...settled, transitionState: 'running' as const, transition: transition() };
  const seen = { transitionSeenAt: '2026-11-21T12:02:30.000Z' };
  expect(summaryOf(hostOf(moving, { ...seen, phase: 'failed', problem: lost })).aside).toBeNull();
  expect(summaryOf(hostOf(moving, { ...seen, phase: 'loading' })).aside).toBeNull();
  const early = { transitionSeenAt: '2026-11-21T12:03:30.000Z' };
  expect(seenSeconds(hostOf(moving, early))).toBe(0);
  expect(seenSeconds(hostOf(moving, { ...seen, sampledAt: null }))).toBeNull();
});

test('while it is read again it keeps saying what it last knew', () => {
  const status = { ...settled, patches: [patch('a')] };
  const reading = hostOf(status, { phase: 'loading' });
  expect(headlineText(headlineOfHost(reading))).toBe(headlineText(headlineOfHost(hostOf(status))));
});

test('a watched transition is timed by the samples, one of a capture is not', () => {
  const status = { ...settled, transitionState: 'running' as const, transition: transition() };
  const watched = hostOf(status, { transitionSeenAt: '2026-11-21T12:02:30.000Z' });
  expect(seenSeconds(watched)).toBe(41);
  expect(summaryOf(watched).aside).toBe('41 s');
  expect(summaryOf(hostOf(status)).aside).toBeNull();
});

test('what was forced is said along with what is applied', () => {
  const findings: StatusDocument['findings'] = [
    {
      code: 'was-forced',
      severity: 'warning',
      subject: 'a',
      message: 'The transition of a was forced.',
      evidence: [],
      remedies: [],
    },
  ];
  const headline = headlineOfHost(hostOf({ ...settled, findings }));
  expect(headlineText(headline)).toContain('No livepatch is applied, after a forced transition');
  expect(headline.detail).toBe('The transition of a was forced.');
});
