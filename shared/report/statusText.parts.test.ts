/** The parts of the text form, each on documents made for its quiet branches. */
import { describe, expect, it } from 'vitest';
import { blocker, finding, patch, settled, transition } from '../../testing/shared/documents';
import type { PatchEntry, StatusDocument } from './statusDocument';
import { renderStatusText } from './statusText';
import { duration } from './text/hostFacts';
import type { TextStyle } from './text/page';

const plain: TextStyle = { width: 100, colour: false, unicode: true };
const textOf = (change: Partial<StatusDocument>, style: Partial<TextStyle> = {}) =>
  renderStatusText({ ...settled, ...change }, { ...plain, ...style });
const linesOf = (change: Partial<StatusDocument>, style: Partial<TextStyle> = {}) =>
  textOf(change, style).split('\n');
const running = (change: Parameters<typeof transition>[0] = {}) =>
  ({ transitionState: 'running', transition: transition(change) }) as const;
const counts = (total: number, done: number, undecided = 0) => ({
  threads: { total, done, blocking: total - done - undecided, undefined: undecided },
});

describe('the host', () => {
  it.each([
    [0, '0 s'],
    [0.9, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min 59 s'],
    [3600, '1 h'],
    [3601, '1 h'],
    [3660, '1 h 1 min'],
    [86_399, '23 h 59 min'],
    [86_400, '1 d'],
    [90_000, '1 d 1 h'],
    [86_400 * 400 + 60, '400 d'],
  ])('was up for %d s: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
    expect(textOf({ host: { ...settled.host, uptimeSeconds: seconds } })).toContain(`up ${text}\n`);
  });

  it.each([
    [true, 'read as root'],
    [false, 'not read as root'],
    [null, 'unknown whether read as root'],
  ])('was read with rights %s: %s', (privileged, words) => {
    expect(linesOf({ coverage: { ...settled.coverage, privileged } })).toContain(
      `  dir:/captures/db1 · ${words}`,
    );
  });

  it('was read at a moment, or is a tree', () => {
    expect(textOf({ takenAt: '2026-11-21T12:00:00.000Z' })).toContain(
      ' · taken 2026-11-21T12:00:00.000Z\n',
    );
    expect(textOf({})).not.toContain('taken');
  });

  it('was recorded, perhaps of a demo host', () => {
    const recording = {
      target: 'db1',
      source: 'ssh',
      started: '2026-11-21T12:00:00.000Z',
    } as const;
    const recorded = textOf({ source: 'recording', recording });
    expect(recorded).toContain('  recorded of db1 · since 2026-11-21T12:00:00.000Z\n');
    expect(recorded).not.toContain('no real machine');
    const mark = '  A demo host: no real machine.\n';
    expect(textOf({ source: 'recording', recording: { ...recording, source: 'demo' } })).toContain(
      mark,
    );
    expect(textOf({ source: 'demo' })).toContain(mark);
    expect(textOf({})).not.toContain('no real machine');
  });
});

describe('the headline', () => {
  it('has a line below it where there is more to say, and else one empty line', () => {
    const [, detail, after, next] = linesOf({ ...running(), blockers: [blocker(7)] });
    expect([detail?.startsWith('  cat (7) '), after]).toEqual([true, '']);
    expect(next).not.toBe('');
    const [, empty, host] = linesOf({ ...running(), blockers: [] });
    expect(empty).toBe('');
    expect(host).not.toBe('');
  });
});

describe('the threads that were read', () => {
  it.each([
    [[null, null, null], 'none', 'Threads were not looked at: nothing is in transition.'],
    [[null, null, null], 'unknown', 'Threads were not looked at.'],
    [[1, 0, 0], 'none', '1 thread read, 0 denied, 0 gone meanwhile.'],
    [[2000, 1500, 3], 'none', '2,000 threads read, 1,500 denied, 3 gone meanwhile.'],
    [
      [2, null, null],
      'none',
      '2 threads read, an unknown number denied, an unknown number gone meanwhile.',
    ],
  ] as const)('%j while %s', ([threadsRead, threadsDenied, threadsVanished], state, words) => {
    const coverage = { privileged: null, threadsRead, threadsDenied, threadsVanished };
    expect(linesOf({ coverage, transitionState: state }).slice(-3)).toEqual(['', words, '']);
  });
});

describe('the transition', () => {
  const barOf = (total: number, done: number, style: Partial<TextStyle> = {}) =>
    linesOf(running(counts(total, done)), style).find((line) => line.startsWith('  ['));

  it.each([
    [24, 0, `[${'░'.repeat(24)}] 0.0 %  0 of 24 threads switched · 24 blocking`],
    [1000, 1, `[█${'░'.repeat(23)}] 0.1 %  1 of 1,000 threads switched · 999 blocking`],
    [
      24,
      12,
      `[${'█'.repeat(12)}${'░'.repeat(12)}] 50.0 %  12 of 24 threads switched · 12 blocking`,
    ],
    [1000, 999, `[${'█'.repeat(23)}░] 99.90 %  999 of 1,000 threads switched · 1 blocking`],
    [1, 1, `[${'█'.repeat(24)}] 100 %  1 of 1 thread switched · 0 blocking`],
  ])('of %d threads of which %d have switched', (total, done, line) => {
    expect(barOf(total, done)).toBe(`  ${line}`);
  });

  it('has a bar in ASCII, and none where there is no thread', () => {
    expect(barOf(24, 12, { unicode: false })).toMatch(/^ {2}\[#{12}\.{12}\] 50\.0 %/);
    expect(barOf(0, 0)).toBeUndefined();
    expect(textOf(running(counts(0, 0)))).toContain('no thread could be read · 0 blocking');
  });

  it.each([
    ['patching', '  livepatch_b, patching'],
    ['unpatching', '  livepatch_b, unpatching'],
    [null, '  livepatch_b, direction unknown'],
  ] as const)('leads %s', (direction, line) => {
    expect(linesOf(running({ direction }))).toContain(line);
  });

  it.each([
    [false, null],
    [true, 'More may block than can be seen from here'],
    [null, 'Whether threads that can’t be seen from here block too is unknown.'],
  ])('may be held by threads that can’t be seen: %s', (hiddenBlockersPossible, words) => {
    const text = textOf(running({ hiddenBlockersPossible }));
    expect(text.includes('can’t be seen from here') || text.includes('More may block')).toBe(
      words !== null,
    );
    expect(text).toContain(words ?? '');
  });

  it.each([
    [{ total: null, done: null, blocking: null, undefined: null }, 'No thread’s state is known.'],
    [
      { total: 1, done: null, blocking: null, undefined: 0 },
      '1 thread read; which of them switched is unknown.',
    ],
  ])('has no progress where that is not known: %j', (threads, words) => {
    // Two spaces or one: the sentence may be made of two pieces.
    const text = textOf(running({ threads })).replaceAll(/ +/g, ' ');
    expect(text).toContain(words);
    expect(text).not.toContain('undefined:');
  });

  it('says of its threads what is known, and no more', () => {
    const none = { total: null, done: null, blocking: null, undefined: null };
    expect(linesOf(running({ threads: none }))).toContain('  No thread’s state is known.');
    expect(linesOf(running({ threads: { ...none, total: 3 } }))).toContain(
      '  3 threads read; which of them switched is unknown.',
    );
  });

  it('counts undefined threads, where there are any', () => {
    const words = ' undefined: the sample straddles the transition’s beginning or end.';
    expect(linesOf(running(counts(9, 5, 1)))).toContain(`  1 thread${words}`);
    expect(linesOf(running(counts(9, 5, 2)))).toContain(`  2 threads${words}`);
    expect(textOf(running(counts(9, 5)))).not.toContain('undefined:');
  });
});

describe('a livepatch', () => {
  const lineOf = (own: Partial<PatchEntry>, change: Partial<StatusDocument> = {}) =>
    linesOf({ patches: [patch('a', own)], ...change }).find((line) => line.includes('a · '));
  const replacing = {
    ...running({ patch: 'z' }),
    patches: [patch('a'), patch('z', { replace: true, inTransition: true })],
  };

  const roles: readonly (readonly [Partial<PatchEntry>, Partial<StatusDocument>, string])[] = [
    [{}, {}, '  ▪  a · enabled'],
    [{ enabled: false }, {}, '  ▪  a · disabled'],
    [{ enabled: null }, {}, '  ▪  a · state unknown'],
    [{ inTransition: true }, {}, '  ▪  a · reads as in transition'],
    [{ replace: true }, {}, '  ▪  a · enabled · atomic replace'],
    [{ forced: true }, {}, '  ▪  a · enabled · forced'],
    [{ stackOrder: 3 }, {}, '  3  a · enabled'],
    [{}, running({ patch: 'a' }), '  ▪  a · being applied'],
    [{}, running({ patch: 'a', direction: 'unpatching' }), '  ▪  a · being removed'],
    [{}, running({ patch: 'a', direction: null }), '  ▪  a · in transition, direction unknown'],
    [{}, running({ patch: 'z' }), '  ▪  a · enabled'],
    [{}, replacing, '  ▪  a · leaving: replaced when the transition completes'],
    [
      {},
      { ...replacing, patches: [patch('a', { enabled: null }), ...replacing.patches.slice(1)] },
      '  ▪  a · may leave when the transition completes',
    ],
    [
      {},
      { ...replacing, patches: [patch('a', { enabled: false }), ...replacing.patches.slice(1)] },
      '  ▪  a · disabled',
    ],
    [{}, { ...replacing, ...running({ patch: 'z', direction: 'unpatching' }) }, '  ▪  a · enabled'],
    [
      {},
      { ...replacing, patches: [patch('a'), patch('z', { replace: null })] },
      '  ▪  a · enabled',
    ],
  ];

  it.each(roles)('%j %#', (own, change, line) => {
    expect(lineOf(own, change)).toBe(line);
  });

  it('has its objects, and what of them is not as it should be', () => {
    const object = (name: string, loaded: boolean | null, patched: boolean | null) => ({
      name,
      loaded,
      patched,
      functions: [],
    });
    const objects = [
      object('one', true, true),
      object('two', true, null),
      object('three', false, false),
      object('four', true, false),
      object('five', null, false),
      object('six', null, null),
    ];
    const lines = linesOf({ patches: [patch('a', { objects })] }).filter((line) =>
      /[├└]/.test(line),
    );
    expect(lines).toEqual([
      '     ├─ one: no function was read',
      '     ├─ two: no function was read',
      '     ├─ three (not loaded): no function was read',
      '     ├─ four (not patched): no function was read',
      '     ├─ five (not patched): no function was read',
      '     └─ six (unknown whether loaded): no function was read',
    ]);
    expect(linesOf({ patches: [patch('a', { objects: [] })] })).toContain('     no object');
  });

  it('has its functions, with what may become of them', () => {
    const functions = [
      { name: 'e', sympos: null, nop: false },
      { name: 'f', sympos: 1, nop: false },
      { name: 'g', sympos: 2, nop: null },
      { name: 'h', sympos: 0, nop: true },
    ];
    const objects = [{ name: 'vmlinux', loaded: true, patched: true, functions }];
    expect(linesOf({ patches: [patch('a', { objects })] })).toContain(
      '     └─ vmlinux: e, f, g,2 (taken over or reverted), h (reverts to the original)',
    );
  });

  it.each([
    [40, null],
    [41, ' and 1 function more'],
    [42, ' and 2 functions more'],
  ])('names forty functions of %d', (count, more) => {
    const functions = Array.from({ length: count }, (_, n) => ({
      name: `f${n}`,
      sympos: 1,
      nop: false,
    }));
    const objects = [{ name: 'vmlinux', loaded: true, patched: true, functions }];
    const text = textOf({ patches: [patch('a', { objects })] });
    expect(text.includes(' more')).toBe(more !== null);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(more ?? 'f39');
  });

  it.each([
    ['reported', 'Livepatches: 2  top of the stack first, as the kernel reports it'],
    ['inferred', 'Livepatches: 2  top of the stack first, inferred from the order of loading'],
    ['unknown', 'Livepatches: 2  their order is unknown'],
  ] as const)('lies on others in an order that is %s', (order, line) => {
    expect(linesOf({ order, patches: [patch('a'), patch('b')] })).toContain(line);
    expect(linesOf({ order, patches: [patch('a')] })).toContain('Livepatches: 1');
  });
});

describe('functions of several livepatches', () => {
  const row = (name: string, active: string | null, sympos: number | null = 1) => ({
    object: 'vmlinux',
    name,
    sympos,
    stack: ['a', 'b'],
    active,
  });

  it('tell who runs, the original, or that nobody knows', () => {
    const lines = linesOf({
      functions: [row('f', 'b'), row('g', 'original', 2), row('h', null, null), row('i', 'a', 0)],
    });
    expect(lines).toContain('  vmlinux:f  a → b; b runs');
    expect(lines).toContain('  vmlinux:g,2  a → b; the original runs');
    expect(lines).toContain('  vmlinux:h  a → b; which one runs is unknown');
    expect(lines).toContain('  vmlinux:i  a → b; a runs');
    expect(textOf({ functions: [{ ...row('f', 'a'), stack: ['a'] }] })).not.toContain('several');
  });

  it('are thirty at most', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => row(`f${n}`, 'b'));
    expect(textOf({ functions: many(30) })).not.toContain(' more');
    expect(textOf({ functions: many(31) })).toContain('  and 1 function more\n');
    expect(textOf({ functions: many(31) })).not.toContain('vmlinux:f30 ');
  });
});

describe('a blocking thread', () => {
  const lineOf = (change: Parameters<typeof blocker>[1]) =>
    linesOf({ ...running(), blockers: [blocker(7, change)] }).find(
      (line) => line.includes('(7') && line.includes(' · '),
    );

  it.each([
    [{ pid: 7 }, '  cat (7) · uninterruptible sleep (D) · user 1000'],
    [{ pid: 5 }, '  cat (7 of 5) · uninterruptible sleep (D) · user 1000'],
    [{ comm: null, uid: null, state: null }, '  name unknown (7) · state unknown'],
    [{ state: 'S', kthread: true }, '  cat (7) · interruptible sleep (S) · kernel thread'],
    [{ state: 'I', kthread: true }, '  cat (7) · idle kernel thread (I)'],
    [{ state: 'S', kthread: null }, '  cat (7) · interruptible sleep (S) · user 1000'],
    [
      { uid: 0, unit: 'cron.service' },
      '  cat (7) · uninterruptible sleep (D) · user 0 · cron.service',
    ],
    [
      { pid: null, uid: null, state: 'R', source: 'log' },
      '  cat (7) · running (R) · named by the kernel’s log',
    ],
  ] as const)('%j', (change, line) => {
    expect(lineOf(change)).toBe(line);
  });

  it('may be an idle CPU, which has no number of a thread', () => {
    const idle = blocker(0, {
      pid: null,
      tid: null,
      cpu: 3,
      comm: 'swapper/3',
      state: 'R',
      kthread: true,
      source: 'log',
    });
    expect(linesOf({ ...running(), blockers: [idle] })).toContain(
      '  idle CPU 3 · running (R) · named by the kernel’s log',
    );
  });

  it('has a command only where there is one, and remedies only where something helps', () => {
    const text = (change: Parameters<typeof blocker>[1]) =>
      textOf({ ...running(), blockers: [blocker(7, change)] });
    expect(text({})).toContain('command    cat /dev/klp_busy_d\n');
    expect(text({ cmdline: '' })).not.toContain('command');
    expect(text({ cmdline: null })).not.toContain('command');
    expect(text({})).toContain('helps      let the call return; reverse the transition\n');
    expect(text({ remedies: [] })).not.toContain('    helps');
    expect(text({})).toContain('certainty  The kernel’s own word, from its log.\n');
  });

  it('has what helps explained below it, further in, and wrapped lines further still', () => {
    const lines = linesOf({ ...running(), blockers: [blocker(7)] }, { width: 60 });
    const start = lines.indexOf('  What helps:') + 1;
    const help = lines.slice(start, lines.indexOf('', start));
    expect(start).toBeGreaterThan(0);
    const firsts = help.filter((line) => /^ {4}\S/.test(line));
    expect(firsts.map((line) => line.slice(4, 16))).toEqual(['Let the call', 'Reverse the ']);
    const others = help.filter((line) => !firsts.includes(line));
    expect(others).not.toEqual([]);
    expect(others.filter((line) => !/^ {6}\S/.test(line))).toEqual([]);
  });

  it('is one line from the eleventh on, and a number from the fifty-first on', () => {
    const threads = (count: number) =>
      textOf({ ...running(), blockers: Array.from({ length: count }, (_, n) => blocker(n + 1)) });
    expect(threads(10).match(/certainty/g)).toHaveLength(10);
    expect(threads(11).match(/certainty/g)).toHaveLength(10);
    expect(threads(11)).toContain('\n  cat (11) sleeps in klp_busy_wait_d');
    expect(threads(50)).not.toContain('lists them all');
    expect(threads(51)).toContain('  and 1 thread more; --json lists them all.\n');
  });
});

describe('findings', () => {
  it('have a mark and a word for their severity; proof is for errors, three pieces at most', () => {
    const evidence = ['/one', '/two', '/three', '/four'];
    const lines = linesOf({
      findings: [
        finding('load-refused', { severity: 'error', evidence }),
        finding('overlap', { evidence }),
        finding('leftover-module', { severity: 'info', evidence, remedies: ['remove-module'] }),
      ],
    });
    const start = lines.indexOf('Findings: 3');
    expect(lines.slice(start, start + 9)).toEqual([
      'Findings: 3',
      '  ✖  Error: Load refused. About load-refused.',
      '     proof  /one',
      '            /two',
      '            /three',
      '  ▲  Warning: Overlap. About overlap.',
      '  ·  Info: Leftover module. About leftover-module.',
      '     helps  Remove the module. It is not in use; rmmod frees its memory. Nothing else changes.',
      '',
    ]);
  });

  it('are twenty at most, and explain each remedy once', () => {
    const many = (count: number) => ({
      findings: Array.from({ length: count }, () => finding('overlap', { remedies: ['reboot'] })),
    });
    expect(textOf(many(20))).not.toContain('lists them all');
    expect(textOf(many(21))).toContain('  and 1 finding more; --json lists them all.\n');
    expect(textOf(many(3)).match(/nothing else frees/g)).toHaveLength(1);
    expect(textOf(many(3)).match(/Reboot when it suits \(see above\)/g)).toHaveLength(2);
    expect(textOf({})).not.toContain('Findings');
  });
});

describe('problems', () => {
  const problem = (path: string | null, message: string) =>
    ({ code: 'timeout', path, message }) as const;

  it('name the path where the message does not, and stand under what helps', () => {
    const lines = linesOf({
      problems: [
        problem('/a', 'No answer.'),
        problem('/b', '/b did not answer.'),
        problem(null, 'Nothing at all.'),
        { code: 'vanished', path: null, message: 'Gone.' },
      ],
    });
    const start = lines.indexOf('Could not be read: 4');
    expect(lines.slice(start, start + 7)).toEqual([
      'Could not be read: 4',
      '  timeout  Try again, or allow more time.',
      '    /a: No answer.',
      '    /b did not answer.',
      '    Nothing at all.',
      '  vanished  It ended while it was read; read again.',
      '    Gone.',
    ]);
    expect(textOf({})).not.toContain('Could not be read');
  });

  it('are five of one kind at most', () => {
    const many = (count: number) => ({
      problems: Array.from({ length: count }, (_, n) => problem(`/${n}`, 'No answer.')),
    });
    expect(textOf(many(5))).not.toContain('and ');
    expect(textOf(many(6))).toContain('    and 1 more\n');
  });
});

describe('modules that are no longer livepatches', () => {
  it.each([
    ['leftover', 0, '  old  left over, not in use: it can be removed (reference count 0)'],
    [
      'pinned',
      2,
      '  old  pinned, its transition was forced, or something still uses it (reference count 2)',
    ],
    [
      'unknown',
      null,
      '  old  not known, whether something uses it could not be read (reference count unknown)',
    ],
  ] as const)('are %s', (kind, refcount, line) => {
    const lines = linesOf({ ghosts: [{ module: 'old', refcount, kind }] });
    expect(lines.slice(lines.indexOf('Loaded, but no longer livepatches: 1'))[1]).toBe(line);
    expect(textOf({})).not.toContain('no longer livepatches');
  });
});

describe('what a host says at length', () => {
  it.each([
    [120, (long: string) => ({ ghosts: [{ module: long, refcount: null, kind: 'unknown' }] })],
    [240, (long: string) => ({ ...running(), blockers: [blocker(7, { cmdline: long })] })],
    [400, (long: string) => ({ target: long })],
    [1200, (long: string) => ({ findings: [finding('overlap', { message: long })] })],
  ] satisfies [number, (long: string) => Partial<StatusDocument>][])(
    'is cut at %d characters',
    (cap, documentOf) => {
      const text = textOf(documentOf('x'.repeat(3000)));
      const longest = Math.max(...(text.match(/x+…/g) ?? []).map(({ length }) => length));
      // A sentence begins with a space.
      expect(Math.abs(cap - longest)).toBeLessThanOrEqual(1);
      expect(text).not.toMatch(/x{1201}/);
    },
  );
});

describe('colours', () => {
  // Red is for what is stuck, yellow for what moves or is doubtful, green for what holds.
  const [bad, moving, good, strong] = ['1;31', '1;33', '1;32', '1'];
  const looksOf = (text: string, change: Partial<StatusDocument>) => {
    const colours = textOf(change, { colour: true }).matchAll(
      /\u001b\[(?<look>[\d;]+)m(?<said>.*?)\u001b\[0m/g,
    );
    return [...colours]
      .filter(({ groups }) => groups?.['said']?.includes(text))
      .map(({ groups }) => groups?.['look']);
  };

  it.each([
    ['error', bad],
    ['warning', moving],
    ['info', strong],
  ] as const)('show how grave a finding of %s is', (severity, look) => {
    expect(looksOf(': Overlap.', { findings: [finding('overlap', { severity })] })).toEqual([look]);
  });

  it('mark the frame that must return, a thread that blocks and what is not as it should be', () => {
    const stuck = { ...running(), blockers: [blocker(7)] };
    expect(looksOf('▶', stuck)).toEqual([bad]);
    expect(looksOf('must return first', stuck)).toEqual([bad]);
    expect(looksOf('klp_busy_wait_d+0x91', stuck)).toEqual([strong]);
    expect(looksOf('cat', { ...stuck, findings: [] })[0]).toBe(bad);
    const objects = [{ name: 'nfs', loaded: false, patched: false, functions: [] }];
    expect(looksOf('not loaded', { patches: [patch('a', { objects })] })).toEqual([moving]);
    expect(looksOf('enabled', { patches: [patch('a')] })).toEqual([good]);
    expect(looksOf('disabled', { patches: [patch('a', { enabled: false })] })).toEqual([]);
    expect(looksOf('forced', { patches: [patch('a', { forced: true })] })).toEqual([bad]);
    expect(looksOf('being applied', { ...running(), patches: [patch('livepatch_b')] })).toContain(
      moving,
    );
  });

  it('make blocking threads stand out, where there are any', () => {
    const colour = { colour: true };
    expect(textOf(running(counts(24, 12)), colour)).toContain('\u001b[1;31m12 blocking\u001b[0m');
    expect(textOf(running(counts(24, 24)), colour)).not.toContain('\u001b[1;31m0 blocking');
  });

  it('show the tone of the headline, and are not there where they are not wanted', () => {
    const first = (change: Partial<StatusDocument>) => linesOf(change, { colour: true })[0];
    expect(first({})).toMatch(
      /^\u001b\[1;32m✔\u001b\[0m \u001b\[1mNo livepatch is applied\u001b\[0m$/,
    );
    const error = finding('load-refused', { severity: 'error' });
    expect(first({ findings: [error] })).toMatch(
      /^\u001b\[1;31m✖.*\u001b\[1;31m1 error\u001b\[0m$/,
    );
    expect(first(running())).toMatch(/^\u001b\[1;33m◐/);
    expect(first({ transitionState: 'unknown' })).toMatch(/^\u001b\[1m\?\u001b/);
    expect(textOf({ findings: [error] })).not.toContain('\u001b');
  });
});
