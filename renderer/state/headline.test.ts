import { expect, test } from 'vitest';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { hostOf, patch, settled, transition } from '../testing/documents';
import { clockText } from './format';
import { headlineOfHost, headlineText, seenSeconds, summaryOf } from './headline';

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
