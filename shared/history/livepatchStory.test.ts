import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { succeed } from '../base/problem';
import { readKernel } from '../../testing/shared/kernelAgreement';
import { dmesg, livepatch, readingsOf, thread, type Files } from '../../testing/shared/memoryTree';
import { Kernel } from '../kernel/kernel';
import { randomHost, randomOperation } from '../kernel/testing/randomWorld';
import { Random } from '../kernel/state/random';
import { kernelVersions } from '../kernel/state/version';
import { parseKernelLog } from '../readings/log/kernelLog';
import type { Change } from './change';
import { Watcher } from './watcher';

const nothing: Files = { '/sys/kernel/livepatch/': '' };
const patch = (attributes: Parameters<typeof livepatch>[2]): Files =>
  livepatch('a', { vmlinux: ['f,1'] }, attributes);
const on = patch({});
const patching = { ...patch({ transition: '1' }), ...thread(1) };
const unpatching = { ...patch({ transition: '1', enabled: '0' }), ...thread(1, { state: '1' }) };

/** What is told of the second reading; `files` alone, where there is no log. */
function told(before: Files, after: Files, ...news: readonly string[]): string[] {
  const watcher = new Watcher();
  const old = '[    1.000000] livepatch: an older line';
  const live = { live: true, takenAt: '2026-11-21T12:00:30.000Z' };
  const uptime = { '/proc/uptime': '40.00 1.00\n' };
  const log = news.length > 0;
  watcher.follow(succeed(readingsOf({ ...before, ...(log ? dmesg(old) : {}) }, live)), 0);
  const lines = news.map((line, index) => `[   ${20 + index}.500000] livepatch: ${line}`);
  return watcher
    .follow(
      succeed(readingsOf({ ...after, ...uptime, ...(log ? dmesg(old, ...lines) : {}) }, live)),
      1000,
    )
    .filter(({ event }) => /^patch|^trans|^changed|^signal/.test(event))
    .map(({ event, subject, direction, from, at }) =>
      [event, subject, direction, from, at?.slice(17, 21)].filter(Boolean).join(' '),
    );
}

const enabling = "enabling patch 'a'";
const started = (direction: string) => `'a': starting ${direction} transition`;
const completed = (direction: string) => `'a': ${direction} complete`;

test.each<[string, Files, Files, string[], string[]]>([
  [
    'a livepatch that came and went between two readings is told whole',
    nothing,
    nothing,
    [
      enabling,
      started('patching'),
      completed('patching'),
      started('unpatching'),
      completed('unpatching'),
    ],
    [
      'patch-appeared a log 10.5',
      'transition-started a patching log 11.5',
      'transition-completed a patching log 12.5',
      'transition-started a unpatching log 13.5',
      'transition-completed a unpatching log 14.5',
      'patch-gone a log 14.5',
    ],
  ],
  [
    'one that was reversed is told to have been',
    patching,
    unpatching,
    ["'a': reversing transition from patching to unpatching", started('unpatching')],
    ['transition-reversed a unpatching log 11.5', 'patch-disabled a'],
  ],
  [
    'one that completed before the opposite one began is not told as reversed',
    patching,
    unpatching,
    [completed('patching'), started('unpatching')],
    [
      'transition-completed a patching log 10.5',
      'transition-started a unpatching log 11.5',
      'patch-disabled a',
    ],
  ],
  [
    'a reload is gone and appeared',
    on,
    on,
    [
      started('unpatching'),
      completed('unpatching'),
      enabling,
      started('patching'),
      completed('patching'),
    ],
    [
      'transition-started a unpatching log 10.5',
      'transition-completed a unpatching log 11.5',
      'patch-gone a log 11.5',
      'patch-appeared a log 12.5',
      'transition-started a patching log 13.5',
      'transition-completed a patching log 14.5',
    ],
  ],
  [
    'what the kernel could not enable began no transition',
    nothing,
    nothing,
    [
      enabling,
      "failed to patch object 'vmlinux'",
      completed('unpatching'),
      "failed to enable patch 'a'",
    ],
    [],
  ],
  [
    'the first signals are told with the line’s time',
    patching,
    patching,
    ['signaling remaining tasks'],
    ['signal-round a log 10.5', 'signal-round a computed 25.5'],
  ],
  [
    'without a log a turn is not called a reversal',
    patching,
    unpatching,
    [],
    ['patch-disabled a', 'changed-meanwhile a unpatching'],
  ],
  [
    'without a log an end that leads elsewhere is not called completed',
    patching,
    nothing,
    [],
    ['patch-gone a', 'changed-meanwhile a'],
  ],
  [
    'without a log an end is believed where the livepatch shows it',
    patching,
    on,
    [],
    ['transition-completed a patching'],
  ],
  [
    'and of one that left, where it is gone',
    unpatching,
    nothing,
    [],
    ['patch-gone a', 'transition-completed a unpatching'],
  ],
])('%s', (_name, before, after, news, expected) => {
  expect(told(before, after, ...news)).toEqual(expected);
});

describe('the log', () => {
  const live = { live: true };
  const follow = (watcher: Watcher, files: Files, ...lines: readonly string[]) =>
    watcher
      .follow(succeed(readingsOf({ ...files, ...dmesg(...lines) }, live)), 0)
      .filter(({ event }) => /^patch|^trans|^changed/.test(event))
      .map(({ event, from = 'files' }) => `${event} ${from}`);
  const line = (seconds: number, text: string) =>
    `[   ${seconds.toFixed(6)}] ${text.startsWith('x') ? text : `livepatch: ${text}`}`;

  it('tells again nothing that the files told before it', () => {
    const watcher = new Watcher();
    follow(watcher, nothing, line(20, 'x'));
    expect(follow(watcher, patching, line(20, 'x'))).toEqual(['patch-appeared files']);
    expect(follow(watcher, patching, line(20, 'x'))).toEqual(['transition-started files']);
    const late = [line(20, 'x'), line(21, enabling), line(22, started('patching'))];
    expect(follow(watcher, patching, ...late)).toEqual([]);
    expect(follow(watcher, on, ...late, line(23, completed('patching')))).toEqual([
      'transition-completed log',
    ]);
  });

  it('tells what is newer than the files with the reading that shows it', () => {
    const watcher = new Watcher();
    follow(watcher, nothing, line(20, 'x'));
    const begun = [line(21, enabling), line(22, started('patching'))];
    const all = [...begun, line(23, completed('patching'))];
    expect(follow(watcher, patching, ...all)).toEqual([
      'patch-appeared log',
      'transition-started log',
    ]);
    expect(follow(watcher, on, ...all)).toEqual(['transition-completed log']);
  });

  it('tells nothing of before it was read, and nothing twice where its beginning is lost', () => {
    const watcher = new Watcher();
    const old = [
      line(20, enabling),
      line(21, started('patching')),
      line(22, completed('patching')),
    ];
    expect(follow(watcher, on, ...old)).toEqual([]);
    const gone = line(25, started('unpatching'));
    const more = [...old.slice(2), gone, line(26, completed('unpatching'))];
    expect(follow(watcher, nothing, ...more)).toEqual([
      'transition-started log',
      'transition-completed log',
      'patch-gone log',
    ]);
    expect(follow(watcher, nothing, ...more.slice(2))).toEqual([]);
  });
});

test('later rounds of signals are reckoned, and said to be', () => {
  const watcher = new Watcher();
  const lines = [
    '[   10.000000] livepatch: ' + started('patching'),
    '[   25.000000] livepatch: signaling remaining tasks',
  ];
  const at = (uptime: number, count: number) =>
    watcher
      .follow(
        succeed(
          readingsOf(
            {
              ...patching,
              '/proc/uptime': `${uptime}.00 1.00\n`,
              ...dmesg(...lines.slice(0, count)),
            },
            { live: true },
          ),
        ),
        uptime * 1000,
      )
      .filter(({ event }) => event === 'signal-round')
      .map(({ from, round }) => `${from} ${round}`);
  expect([12, 26, 30, 41, 42, 75].map((uptime) => at(uptime, uptime < 25 ? 1 : 2))).toEqual([
    [],
    ['log 1'],
    [],
    ['computed 2'],
    [],
    ['computed 4'],
  ]);
});

test('a refusal is told with each line of the log that tells one', () => {
  const watcher = new Watcher();
  const line = (seconds: number) =>
    `[   ${seconds}.000000] livepatch: Livepatch patch (b) is not compatible with the already installed livepatches.`;
  const findings = (...seconds: readonly number[]) =>
    watcher
      .follow(
        succeed(
          readingsOf(
            { ...on, '/proc/uptime': '60.00 1.00\n', ...dmesg(...seconds.map(line)) },
            { live: true, takenAt: '2026-11-21T12:01:00.000Z' },
          ),
        ),
        0,
      )
      .filter(({ event }) => event === 'finding')
      .map(({ subject, from, at }) => `${subject} ${from} ${at}`);
  findings(20);
  expect(findings(20)).toEqual([]);
  expect(findings(20, 30)).toEqual(['incompatible-livepatch log 2026-11-21T12:00:30.000Z']);
  expect(findings(20, 30)).toEqual([]);
  // Several within one interval are as many.
  expect(findings(20, 30, 40, 41, 42)).toEqual(
    [40, 41, 42].map((second) => `incompatible-livepatch log 2026-11-21T12:00:${second}.000Z`),
  );
  expect(findings(20, 30, 40, 41, 42)).toEqual([]);
});

test('refusals within one interval each keep their own cause, and are over once it has succeeded', () => {
  const watcher = new Watcher();
  const follow = (...messages: readonly string[]) =>
    watcher
      .follow(
        succeed(
          readingsOf(
            {
              ...on,
              '/proc/uptime': '60.00 1.00\n',
              ...dmesg(...messages.map((text, index) => `[   ${index + 20}.000000] ${text}`)),
            },
            { live: true, takenAt: '2026-11-21T12:01:00.000Z' },
          ),
        ),
        0,
      )
      .flatMap(({ finding, from }) => (finding ? [{ finding, from }] : []));
  const symbol = "livepatch: symbol 'f' not found in symbol table";
  const failed = "livepatch: failed to enable patch 'b'";
  const done = "livepatch: 'b': patching complete";
  follow('livepatch: something');
  const told = follow('livepatch: something', symbol, failed, done, failed, failed);
  expect(told.map(({ finding }) => [finding.subject, finding.severity])).toEqual([
    ['b', 'info'],
    ['b', 'error'],
    ['b', 'error'],
  ]);
  expect(told.map(({ finding, from }) => `${from} ${finding.evidence.length}`)).toEqual([
    'log 2',
    'log 1',
    'log 1',
  ]);
});

/** Whatever is done between two readings: with a whole log nothing is missed, made up or told twice. */
test('in every life of a host the log’s story is the kernel’s', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...kernelVersions.map(({ name }) => name)),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 12 }),
      (seed, name, gaps) => {
        const size = { kernel: name, livepatches: 4, functions: 6, threads: 6 };
        const random = new Random(seed);
        const kernel = Kernel.boot(randomHost(size, random));
        const watcher = new Watcher();
        const changes: Change[] = [];
        const see = () =>
          changes.push(...watcher.follow(succeed(readKernel(kernel.core)), kernel.core.now * 1000));
        see();
        const first = changes[0]?.status;
        let there = new Set(first?.patches.map(({ name: one }) => one));
        const isMovingFirst = first?.transition ?? null;
        const linesBefore = eventLines(kernel);
        let seen = changes.length;
        for (const gap of gaps) {
          for (let step = 0; step < gap; step += 1) kernel.apply(randomOperation(size, random));
          see();
          kernel.pass(5);
          see();
          there = afterEvents(there, changes.slice(seen));
          seen = changes.length;
          expect([...there].toSorted()).toEqual(
            (watcher.status?.patches ?? []).map(({ name: one }) => one).toSorted(),
          );
        }
        const lines = eventLines(kernel).slice(linesBefore.length);
        const kinds = changes.map(({ event }) => event);
        expect(kinds).not.toContain('changed-meanwhile');
        const count = (...wanted: readonly string[]) =>
          kinds.filter((kind) => wanted.includes(kind)).length;
        expect(count('transition-started', 'transition-reversed')).toBe(
          lines.filter((kind) => kind === 'starting').length,
        );
        expect(count('transition-completed')).toBe(
          lines.filter((kind) => kind === 'complete').length,
        );
        expect(wrongTurns(changes, isMovingFirst !== null)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

/** Of transitions that began and ended; not those of what could not be enabled. */
function eventLines(kernel: Kernel): string[] {
  const { entries } = parseKernelLog(kernel.core.messages.toText());
  const kinds: string[] = [];
  let refused: string | null = null;
  for (const { event } of entries) {
    if (event.kind === 'enable-failed') {
      refused = event.patch;
    }
    if (event.kind !== 'starting' && event.kind !== 'complete') continue;
    if (event.kind !== 'complete' || event.patch !== refused) kinds.push(event.kind);
    refused = null;
  }
  return kinds;
}

/** The livepatches that are there by what was told; `twice`: one that came or went a second time. */
function afterEvents(there: ReadonlySet<string>, changes: readonly Change[]): Set<string> {
  const names = new Set(there);
  for (const { event, subject } of changes) {
    const name = subject ?? '';
    if (event === 'patch-appeared') names.add(names.has(name) ? 'twice' : name);
    if (event === 'patch-gone' && !names.delete(name)) names.add('twice');
  }
  return names;
}

/** Events of transitions in a row in which no kernel has them. */
function wrongTurns(changes: readonly Change[], isMoving: boolean): string[] {
  let moving = isMoving;
  return changes.flatMap(({ event }) => {
    if (!event.startsWith('transition-')) return [];
    const isWrong = moving === (event === 'transition-started');
    moving = event !== 'transition-completed';
    return isWrong ? [event] : [];
  });
}
