import { describe, expect, it } from 'vitest';
import { buildState } from '../model/buildState';
import { dmesg, livepatch, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { asEvidence, currentTransition, secondsSinceBoot } from './logOfTransition';

const patching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const unpatching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });
const undirected = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: 'x' });

const logOf = (patch: Files, ...lines: readonly string[]) =>
  currentTransition(buildState(readingsOf({ '/proc/version': '', ...patch, ...dmesg(...lines) })));
const starting = (verb: string, patch = 'a', second = 10) =>
  `[   ${second}.000000] livepatch: '${patch}': starting ${verb} transition`;
const complete = (verb: string, patch = 'a') =>
  `[    5.000000] livepatch: '${patch}': ${verb} complete`;
const signal = '[   25.000000] livepatch: signaling remaining tasks';

describe('the log of the transition that runs', () => {
  it('begins at the last line that started one', () => {
    const log = logOf(
      patching,
      starting('patching', 'b', 1),
      complete('patching', 'b'),
      starting('patching'),
      signal,
    );
    expect(log?.start).toMatchObject({ line: 3, seconds: 10 });
    expect(log?.entries.map(({ event }) => event.kind)).toEqual(['signaling']);
    expect(log?.isReversal).toBe(false);
  });

  it.each([
    ['was of the other direction', patching, [starting('unpatching'), signal]],
    ['was of the other direction', unpatching, [starting('patching'), signal]],
    ['was of another livepatch', patching, [starting('patching', 'b'), signal]],
    ['has ended', patching, [starting('patching'), complete('patching')]],
  ] as const)('is none where the last one %s', (_, patch, lines) => {
    expect(logOf(patch, ...lines)).toBeNull();
  });

  it('is the last one of this livepatch where the direction is unknown', () => {
    expect(logOf(undirected, starting('unpatching'))?.start).toMatchObject({ line: 1 });
  });

  it('is all that there is where its beginning has left the log', () => {
    const log = logOf(patching, signal);
    expect(log).toMatchObject({ start: null, isReversal: false });
    expect(log?.entries).toHaveLength(1);
  });

  it('is none without a log, and without a transition', () => {
    const without = buildState(readingsOf({ '/proc/version': '', ...patching }));
    expect(currentTransition(without)).toBeNull();
    expect(logOf(livepatch('a', { vmlinux: ['f,1'] }), starting('patching'))).toBeNull();
  });

  it.each([
    [
      'two starts of one livepatch with no end between them',
      [starting('patching'), starting('unpatching')],
      true,
    ],
    [
      'an end between them',
      [starting('patching'), complete('patching'), starting('unpatching')],
      false,
    ],
    [
      'a start of another livepatch before',
      [starting('patching', 'b'), starting('unpatching')],
      false,
    ],
    ['one start', [starting('unpatching')], false],
  ] as const)('is that of a reversal with %s: %#', (_, lines, isReversal) => {
    expect(logOf(unpatching, ...lines)?.isReversal).toBe(isReversal);
  });
});

describe('the clock', () => {
  const clockOf = (files: Files) =>
    secondsSinceBoot(buildState(readingsOf({ '/proc/version': '', ...files })));

  it('is the log’s or the uptime, whichever is later', () => {
    const log = dmesg('[   50.500000] something');
    expect(clockOf({ ...log, '/proc/uptime': '60.25 1.00\n' })).toBe(60.25);
    // An uptime before the last line is a livepatch's work.
    expect(clockOf({ ...log, '/proc/uptime': '40.00 1.00\n' })).toBe(50.5);
    expect(clockOf(log)).toBe(50.5);
    expect(clockOf({ '/proc/uptime': '60.25 1.00\n' })).toBe(60.25);
    expect(clockOf({})).toBeNull();
  });
});

describe('a line of the log as evidence', () => {
  const entry = { line: 1, wall: null, event: { kind: 'other' } } as const;

  it('has the stamp as the kernel prints it, where it has one', () => {
    expect(asEvidence({ ...entry, seconds: 7.319935, text: 'livepatch: x' })).toBe(
      '[    7.319935] livepatch: x',
    );
    expect(asEvidence({ ...entry, seconds: null, text: 'livepatch: x' })).toBe('livepatch: x');
  });

  it('is escaped and cut', () => {
    expect(asEvidence({ ...entry, seconds: null, text: 'a\u001b[2J' })).toBe(String.raw`a\x1b[2J`);
    const long = asEvidence({ ...entry, seconds: 1, text: 'x'.repeat(1000) });
    expect(long).toHaveLength(400);
    expect(long.endsWith('x…')).toBe(true);
  });
});
