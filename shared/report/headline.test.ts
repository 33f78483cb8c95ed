import { describe, expect, it } from 'vitest';
import {
  blocker,
  finding,
  patch,
  settled,
  transition,
  unseenBlocker,
} from '../../testing/shared/documents';
import { headlineOf, percentDone, type Headline, type Tone } from './headline';
import type { StatusDocument, TransitionEntry } from './statusDocument';

const textOf = ({ title }: Headline) => title.map(({ text }) => text).join('');
/** What is to be seen first. */
const strongOf = ({ title }: Headline) =>
  title.filter(({ strong }) => strong).map(({ text }) => text);

const applied: StatusDocument = { ...settled, patches: [patch('a')] };
const error = (code: 'load-refused' | 'ftrace-conflict') => finding(code, { severity: 'error' });

function running(
  change: Partial<TransitionEntry> = {},
  more: Partial<StatusDocument> = {},
): StatusDocument {
  return { ...settled, transitionState: 'running', transition: transition(change), ...more };
}
const threads = (total: number, blocking: number, undecided = 0) => ({
  threads: { total, done: total - blocking - undecided, blocking, undefined: undecided },
});

describe('the headline of a host where no transition runs', () => {
  const cases: readonly (readonly [
    what: string,
    change: Partial<StatusDocument>,
    expected: { tone: Tone; text: string; detail: string; short: string },
  ])[] = [
    [
      'without a livepatch',
      {},
      {
        tone: 'settled',
        text: 'No livepatch is applied',
        detail: 'The kernel runs its original code.',
        short: 'no livepatch',
      },
    ],
    [
      'with one that is disabled',
      { patches: [patch('a', { enabled: false })] },
      {
        tone: 'settled',
        text: 'No livepatch is applied',
        detail: 'The kernel runs its original code.',
        short: 'no livepatch',
      },
    ],
    [
      'with one that is unreadable: neither that it is applied nor that none is',
      { patches: [patch('a', { enabled: false }), patch('b', { enabled: null })] },
      {
        tone: 'unknown',
        text: 'Whether a livepatch is applied could not be read',
        detail: 'Of some it could not be read: what runs is not known.',
        short: 'state unknown',
      },
    ],
    [
      'with one that is applied and one that is unreadable',
      { patches: [patch('a'), patch('b', { enabled: null })] },
      {
        tone: 'settled',
        text: 'a is applied',
        detail: 'Whether b is applied could not be read.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'that changed while it was read',
      { patches: [patch('a')], coverage: { ...settled.coverage, unread: ['one-moment'] } },
      {
        tone: 'unknown',
        text: 'a is read as applied, while that changed',
        detail: 'The livepatches changed while they were read: what runs is not known.',
        short: '1 livepatch, changed while read',
      },
    ],
    [
      'with one',
      { patches: [patch('a\u001b[2J')] },
      {
        tone: 'settled',
        text: String.raw`a\x1b[2J is applied`,
        detail: 'Every thread runs the new code.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'with two, of which one replaced or disabled module can go',
      {
        patches: [patch('a'), patch('b')],
        ghosts: [{ module: 'old', refcount: 0, kind: 'leftover' }],
      },
      {
        tone: 'settled',
        text: '2 livepatches are applied',
        detail: '1 replaced or disabled module can be removed.',
        short: 'settled, 2 livepatches, 1 left over',
      },
    ],
    [
      'with modules that are pinned, left over, and unknown',
      {
        ghosts: [
          { module: 'one', refcount: 1, kind: 'pinned' },
          { module: 'two', refcount: 0, kind: 'leftover' },
          { module: 'three', refcount: 0, kind: 'leftover' },
          { module: 'four', refcount: null, kind: 'unknown' },
        ],
      },
      {
        tone: 'settled',
        text: 'No livepatch is applied',
        detail: '2 replaced or disabled modules can be removed.',
        short: 'no livepatch, 1 pinned',
      },
    ],
    [
      'with a module of which nobody knows whether it is in use',
      { ghosts: [{ module: 'one', refcount: null, kind: 'unknown' }] },
      {
        tone: 'settled',
        text: 'No livepatch is applied',
        detail:
          'A module that is no livepatch any more is in use, or may be: threads may still run its code.',
        short: 'no livepatch, 1 left over',
      },
    ],
    [
      'with exactly one error',
      { patches: [patch('a')], findings: [finding('overlap'), error('load-refused')] },
      {
        tone: 'stuck',
        text: 'a is applied, and there is 1 error',
        detail: 'About load-refused.',
        short: 'settled, 1 livepatch, 1 error',
      },
    ],
    [
      'with two errors: the first is told',
      { findings: [error('ftrace-conflict'), error('load-refused')] },
      {
        tone: 'stuck',
        text: 'No livepatch is applied, and there are 2 errors',
        detail: 'About ftrace-conflict.',
        short: 'no livepatch, 2 errors',
      },
    ],
    [
      'with a warning and some information: the warning is told',
      {
        patches: [patch('a')],
        findings: [finding('object-not-loaded', { severity: 'info' }), finding('overlap')],
      },
      {
        tone: 'settled',
        text: 'a is applied',
        detail: 'About overlap.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'with information only',
      { patches: [patch('a')], findings: [finding('object-not-loaded', { severity: 'info' })] },
      {
        tone: 'settled',
        text: 'a is applied',
        detail: 'Every thread runs the new code.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'after a forced transition',
      { patches: [patch('a')], findings: [finding('was-forced')] },
      {
        tone: 'settled',
        text: 'a is applied, after a forced transition',
        detail: 'About was-forced.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'that has no livepatching',
      { livepatch: { supported: false, tainted: false } },
      {
        tone: 'unknown',
        text: 'No livepatching was found here',
        detail:
          'There is no /sys/kernel/livepatch in what was saved: either the kernel was built without CONFIG_LIVEPATCH, or the folder was not saved.',
        short: 'no livepatching found',
      },
    ],
    [
      'that has no livepatching, read as it runs',
      { source: 'ssh', livepatch: { supported: false, tainted: false } },
      {
        tone: 'unknown',
        text: 'This kernel has no livepatching',
        detail: 'There is no /sys/kernel/livepatch: the kernel was built without CONFIG_LIVEPATCH.',
        short: 'no livepatching found',
      },
    ],
    [
      'of which nothing tells whether it has livepatching',
      { livepatch: { supported: null, tainted: null } },
      {
        tone: 'unknown',
        text: 'No livepatch state was found here',
        detail: 'The capture holds no /sys/kernel/livepatch: what was loaded is unknown.',
        short: 'state unknown',
      },
    ],
    [
      'of which nothing tells that but its livepatch',
      { livepatch: { supported: null, tainted: null }, patches: [patch('a')] },
      {
        tone: 'settled',
        text: 'a is applied',
        detail: 'Every thread runs the new code.',
        short: 'settled, 1 livepatch',
      },
    ],
    [
      'of which it is not known whether one runs: the content that made no sense says why',
      {
        transitionState: 'unknown',
        problems: [
          { code: 'permission-denied', path: '/x', message: '/x may not be read.' },
          { code: 'invalid-content', path: '/y', message: 'Two run at once.' },
        ],
      },
      {
        tone: 'unknown',
        text: 'Whether a transition runs could not be read',
        detail: 'Two run at once.',
        short: 'transition unknown',
      },
    ],
    [
      'of which it is not known: else the first problem, if there is one',
      {
        transitionState: 'unknown',
        problems: [{ code: 'truncated', path: null, message: 'It breaks off.' }],
      },
      {
        tone: 'unknown',
        text: 'Whether a transition runs could not be read',
        detail: 'It breaks off.',
        short: 'transition unknown',
      },
    ],
    [
      'of which it is not known, and nothing says why',
      { transitionState: 'unknown' },
      {
        tone: 'unknown',
        text: 'Whether a transition runs could not be read',
        detail: '',
        short: 'transition unknown',
      },
    ],
  ];

  it.each(cases)('%s', (_, change, { text, ...expected }) => {
    const headline = headlineOf({ ...settled, ...change });
    expect(textOf(headline)).toBe(text);
    expect(headline).toMatchObject(expected);
  });

  it('shows errors and force before the rest', () => {
    expect(strongOf(headlineOf({ ...applied, findings: [error('load-refused')] }))).toEqual([
      '1 error',
    ]);
    expect(strongOf(headlineOf({ ...applied, findings: [finding('was-forced')] }))).toEqual([
      ', after a forced transition',
    ]);
    expect(strongOf(headlineOf(applied))).toEqual([]);
  });
});

describe('the headline of a transition', () => {
  it.each([
    ['patching', [], 'livepatch_b is being applied'],
    ['unpatching', [], 'livepatch_b is being removed'],
    [null, [], 'livepatch_b is in transition'],
    ['patching', [patch('livepatch_b', { replace: true })], 'livepatch_b is being applied'],
    [
      'patching',
      [patch('a'), patch('livepatch_b', { replace: false })],
      'livepatch_b is being applied',
    ],
    [
      'patching',
      [patch('a', { replace: true }), patch('livepatch_b', { replace: null })],
      'livepatch_b is being applied',
    ],
    [
      'patching',
      [patch('a'), patch('livepatch_b', { replace: true })],
      'livepatch_b is replacing 1 livepatch',
    ],
    [
      'patching',
      [patch('a'), patch('c'), patch('livepatch_b', { replace: true })],
      'livepatch_b is replacing 2 livepatches',
    ],
    [
      'unpatching',
      [patch('a'), patch('livepatch_b', { replace: true })],
      'livepatch_b is being removed',
    ],
  ] as const)('says where it leads: %s', (direction, patches, doing) => {
    const [first] = headlineOf(running({ direction }, { patches: [...patches] })).title;
    expect(first?.text).toBe(`${doing}: `);
  });

  it('says how many threads have not switched, and since when, if somebody watched', () => {
    const one = headlineOf(running(threads(812, 1)), 41.9);
    expect(one.tone).toBe('moving');
    expect(textOf(one)).toBe(
      'livepatch_b is being applied: 1 of 812 threads has not switched, for 41 s',
    );
    expect(strongOf(one)).toEqual(['1 of 812 threads has not switched']);
    expect(one.short).toBe('patching, 99.87 %');
    const many = headlineOf(running({ ...threads(12_000, 3000), direction: null }));
    expect(textOf(many)).toBe(
      'livepatch_b is in transition: 3,000 of 12,000 threads have not switched',
    );
    expect(many.short).toBe('in transition, 75.0 %');
    expect(many.title).toHaveLength(2);
  });

  it('is stuck once it is stalled, and counts those that have switched', () => {
    const findings = [finding('transition-stalled', { severity: 'error' })];
    const one = headlineOf(running(threads(1200, 1, 4), { findings }), 60);
    expect(one.tone).toBe('stuck');
    expect(textOf(one)).toBe('livepatch_b is being applied and is stuck on 1 thread, for 60 s');
    expect(strongOf(one)).toEqual(['stuck on 1 thread']);
    expect(one.detail).toBe('1,195 of 1,200 have switched.');
    expect(one.short).toBe('stuck: 1 of 1,200 threads');
    const unwatched = headlineOf(running(threads(9, 2), { findings }));
    expect(textOf(unwatched)).toBe('livepatch_b is being applied and is stuck on 2 threads');
  });

  it('with no blocking thread says that what can’t be seen may hold it', () => {
    const headline = headlineOf(running({ ...threads(9, 0), direction: 'unpatching' }));
    expect(headline).toMatchObject({
      tone: 'moving',
      short: 'unpatching, none seen blocking',
      detail: 'Idle CPUs, or threads that can’t be seen from here, may hold it.',
    });
    expect(textOf(headline)).toBe('livepatch_b is being removed: every thread seen has switched');
    expect(strongOf(headline)).toEqual(['every thread seen has switched']);
    const status = running(threads(9, 0));
    const denied = headlineOf({ ...status, coverage: { ...status.coverage, threadsDenied: 3 } });
    expect(strongOf(denied)).toEqual(['no thread is seen blocking it']);
  });

  it('does not say that threads of an undefined state have switched', () => {
    expect(textOf(headlineOf(running(threads(9, 0, 2))))).toBe(
      'livepatch_b is being applied: no thread is seen blocking it',
    );
  });

  it.each([
    { total: null, done: null, blocking: null, undefined: null },
    { total: 9, done: null, blocking: null, undefined: 0 },
  ])('says that its progress can’t be seen: %j', (unknown) => {
    const headline = headlineOf(running({ direction: null, threads: unknown }));
    expect(headline.tone).toBe('moving');
    expect(textOf(headline)).toBe('livepatch_b is in transition; how far it is can’t be seen');
    expect(strongOf(headline)).toEqual(['how far it is can’t be seen']);
    expect(headline.short).toBe('in transition, progress unknown');
    expect(headline.detail).toContain(
      unknown.total === null ? 'root’s alone' : 'not which threads block it',
    );
  });

  it('names the first two that block and counts the others', () => {
    const detail = (...blockers: StatusDocument['blockers']) =>
      headlineOf(running({}, { blockers })).detail;
    const cat = 'cat (1) sleeps in klp_busy_wait_d, which is being patched';
    const dog = blocker(2, { comm: 'd\u001bg' });
    const second = String.raw`d\x1bg (2) sleeps in klp_busy_wait_d, which is being patched`;
    expect(detail(blocker(1))).toBe(`${cat}.`);
    expect(detail(blocker(1), dog)).toBe(`${cat}; ${second}.`);
    expect(detail(blocker(1), dog, blocker(3))).toBe(`${cat}; ${second}; and 1 more.`);
    expect(detail(blocker(1), unseenBlocker(2))).toBe(`${cat}; and 1 more.`);
    expect(detail(unseenBlocker(1))).toBe('');
  });
});

describe('the share of threads that have switched', () => {
  it.each([
    [0, 812, '0.0 %'],
    [1, 3, '33.3 %'],
    [2, 3, '66.6 %'],
    [29, 100, '29.0 %'],
    [99, 100, '99.0 %'],
    [991, 1000, '99.10 %'],
    [199, 200, '99.50 %'],
    [19_999, 20_000, '99.99 %'],
    [99_999_999, 100_000_000, '99.99 %'],
    [7, 7, '100 %'],
    [0, 0, 'progress unknown'],
    [null, 5, 'progress unknown'],
    [null, null, 'progress unknown'],
  ])('%s of %s: %s', (done, total, text) => {
    const counts = { total, done, blocking: null, undefined: null };
    expect(percentDone(transition({ threads: counts }), { threadsDenied: 0 })).toBe(text);
  });

  it('is never all of them where some may not be read', () => {
    const threads = { total: 2, done: 2, blocking: 0, undefined: 0 };
    expect(percentDone(transition({ threads }), { threadsDenied: 61 })).toBe('3.1 %');
    expect(percentDone(transition({ threads }), { threadsDenied: null })).toBe('100 %');
    const hidden = { threadsDenied: 0, unread: ['processes' as const] };
    expect(percentDone(transition({ threads }), hidden)).toBe('progress unknown');
  });
});
