import { describe, expect, it } from 'vitest';
import { blocker, finding, patch, settled, transition } from '../../testing/shared/documents';
import type { Change } from './change';
import { changeLine, changeSentence, renderChange } from './watchText';

const at = '2026-11-21T12:03:11.482Z';

/** Clears a screen, goes back to the line's beginning, and writes from right to left. */
const hostile = 'x\u001b[2J\r\u202ey';
const shown = String.raw`x\x1b[2J\r\u202ey`;

const sentences: readonly (readonly [change: Change, sentence: string])[] = [
  [{ event: 'patch-appeared', subject: 'a' }, 'a appeared'],
  [{ event: 'patch-enabled', subject: 'a' }, 'a is enabled'],
  [{ event: 'patch-disabled', subject: 'a' }, 'a is disabled'],
  [{ event: 'patch-gone', subject: 'a' }, 'a is gone'],
  [
    { event: 'transition-started', subject: 'a', direction: 'unpatching' },
    'a: transition started (unpatching)',
  ],
  [
    { event: 'transition-started', subject: 'a', direction: null },
    'a: transition started (direction unknown)',
  ],
  [
    { event: 'transition-reversed', subject: 'a', direction: 'patching' },
    'a: transition reversed (now patching)',
  ],
  [
    { event: 'transition-completed', subject: 'a', direction: 'unpatching' },
    'a: transition completed (unpatching)',
  ],
  [
    {
      event: 'progress',
      subject: 'a',
      threads: { total: 9, done: 0, blocking: 8, undefined: 1 },
    },
    'a: 0 of 9 threads have switched, 8 block',
  ],
  [
    {
      event: 'progress',
      subject: 'a',
      threads: { total: 9, done: null, blocking: null, undefined: 0 },
    },
    'a: ? of 9 threads have switched, ? block',
  ],
  [{ event: 'progress', subject: 'a' }, 'a: ? of ? threads have switched, ? block'],
  [{ event: 'blocker', subject: '7', blocker: blocker(7) }, 'cat (7) sleeps in klp_busy_wait_d'],
  [
    { event: 'unblocked', subject: '7', blocker: blocker(7, { comm: null }) },
    'thread (7) blocks no more',
  ],
  [{ event: 'object-patched', subject: 'a:nfs' }, 'a:nfs is patched'],
  [{ event: 'object-unpatched', subject: 'a:nfs' }, 'a:nfs is not patched any more'],
  [
    {
      event: 'finding',
      subject: 'overlap',
      finding: finding('overlap', { message: 'a and b patch f.' }),
    },
    'warning: a and b patch f.',
  ],
  [
    {
      event: 'lost',
      subject: null,
      problem: { code: 'timeout', path: null, message: 'No answer.' },
    },
    'lost: No answer. Try again, or allow more time.',
  ],
  [
    {
      event: 'lost',
      subject: null,
      problem: { code: 'host-key-changed', path: null, message: 'It has changed.' },
      waitsForHuman: true,
    },
    'lost: It has changed. Do not connect until the host’s administrator has confirmed the new key. It waits for somebody, and is not tried again by itself.',
  ],
  [
    {
      event: 'lost',
      subject: null,
      problem: { code: 'connection-lost', path: null, message: 'It is gone.' },
      waitsForHuman: true,
    },
    'lost: It is gone. It waits for somebody, and is not tried again by itself.',
  ],
  [{ event: 'lost', subject: null }, 'lost'],
  [{ event: 'back', subject: null }, 'back'],
  [
    { event: 'state', subject: null, status: { ...settled, patches: [patch('a')] } },
    'a is applied. Every thread runs the new code.',
  ],
  [
    {
      event: 'state',
      subject: null,
      status: { ...settled, transitionState: 'running', transition: transition() },
    },
    'livepatch_b is being applied: 3 of 812 threads have not switched',
  ],
];

describe('a change in words', () => {
  it.each(sentences)('%j: %s', (change, sentence) => {
    expect(changeSentence(change)).toBe(sentence);
    expect(renderChange(at, change)).toBe(`12:03:11Z  ${sentence}`);
    expect(changeLine('db1', at, change, false)).toBe(`12:03:11Z  ${sentence}\n`);
  });

  it('says of the state of a demo host that it is none of a real machine', () => {
    const status = { ...settled, source: 'demo' } as const;
    expect(changeSentence({ event: 'state', subject: null, status })).toBe(
      'No livepatch is applied. The kernel runs its original code. (A demo host: no real machine.)',
    );
  });

  it('is an event of the contract klpscope/watch as a line of JSON', () => {
    const change = { event: 'patch-gone', subject: hostile } as const;
    const line = changeLine('db1', at, change, true);
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      format: 'klpscope/watch',
      version: 1,
      target: 'db1',
      at,
      event: 'patch-gone',
      subject: hostile,
    });
  });
});

describe('what a host named', () => {
  it.each([
    'patch-appeared',
    'patch-enabled',
    'patch-disabled',
    'patch-gone',
    'transition-started',
    'transition-reversed',
    'transition-completed',
    'progress',
    'object-patched',
    'object-unpatched',
    'blocker',
    'unblocked',
  ] as const)('is escaped in %s', (event) => {
    expect(changeSentence({ event, subject: hostile })).toContain(shown);
    expect(changeSentence({ event, subject: hostile })).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each(['blocker', 'unblocked'] as const)('is escaped in the name of a thread: %s', (event) => {
    const change = { event, subject: '7', blocker: blocker(7, { comm: hostile }) };
    expect(changeSentence(change)).toMatch(/^x\\x1b\[2J\\r\\u202ey \(7\) /);
  });

  it('is escaped in what a failing host said', () => {
    const problem = { code: 'protocol-error', path: null, message: `It said ${hostile}.` } as const;
    expect(changeSentence({ event: 'lost', subject: null, problem })).toBe(
      `lost: It said ${shown}. Try again; if it stays, report it with the log.`,
    );
  });
});
