/** What is kept of one answer for the next, and what readings say of what never came. */
import { describe, expect, it } from 'vitest';
import type { Readings } from '../../../shared/readings/readings';
import type { Frame } from '../wire/frames';
import type { Answer } from '../wire/session';
import { HostReadings } from './hostReadings';

const root = '/sys/kernel/livepatch';

function frame(kind: string, words: readonly string[], ...lines: readonly string[]): Frame {
  return { kind, words, body: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

function answer(frames: readonly Frame[], more: Partial<Answer> = {}): Answer {
  return { frames, torn: false, unfinished: false, late: null, orders: null, bytes: 0, ...more };
}

const livepatches = (...lines: readonly string[]) => frame('p', [], ` folder ${root}/`, ...lines);
const moving = livepatches(`${root}/lp/`, `${root}/lp/enabled:1`, `${root}/lp/transition:1`);
const scan = (...tids: readonly number[]) => [
  frame('t', ['10', '1'], ...tids.map((tid) => `${tid}/task/${tid}/patch_state:0`)),
  frame('e', []),
];

const when = { takenAt: '2026-11-21T12:00:00.000Z', readingSeconds: 0.1 } as const;

function read(known: HostReadings, privileged = true): Readings {
  return known.readings({ ...when, target: 'db1', source: 'ssh', privileged });
}

function readingsOf(...frames: readonly Frame[]): Readings {
  const known = new HostReadings();
  known.take(answer(frames));
  return read(known);
}

const textOf = (readings: Readings, path: string) => {
  const file = readings.files.get(path);
  return file && 'text' in file ? file.text : file?.missing;
};

describe('a section', () => {
  it('stands as long as nothing else is said, also where it is said to be the same', () => {
    const known = new HostReadings();
    const modules = frame('m', [], '/sys/module/lp/taint:OK', '', 'lp 1 0 - Live 0x0');
    known.take(answer([livepatches(), frame('h', [], '/proc/uptime:1.00 2.00'), modules]));
    known.take(answer([livepatches(), frame('h', ['same'], 'nothing of this')]));
    const readings = read(known);
    expect(textOf(readings, '/proc/uptime')).toBe('1.00 2.00\n');
    expect(textOf(readings, '/proc/modules')).toBe('lp 1 0 - Live 0x0\n');
    expect(textOf(readings, '/sys/module/lp/taint')).toBe('OK\n');
    known.take(answer([frame('h', [], '/proc/uptime:3.00 4.00'), frame('m', [], '', 'x 1 0')]));
    expect(textOf(read(known), '/proc/uptime')).toBe('3.00 4.00\n');
    expect(textOf(read(known), '/proc/modules')).toBe('x 1 0\n');
    expect(textOf(read(known), '/sys/module/lp/taint')).toBeUndefined();
  });

  it('of another boot is not remembered, and neither are places and threads', () => {
    const known = new HostReadings();
    const boot = (id: string) => frame('h', [], `/proc/sys/kernel/random/boot_id:${id}`);
    known.take(answer([moving, boot('a'), frame('l', [], '[    1.0] x'), ...scan(7)]));
    known.takeOrders([`${root}/lp/stack_order:1`]);
    known.take(answer([frame('p', ['same']), boot('a')]));
    expect([textOf(read(known), '/dev/kmsg'), known.hasOrders]).toEqual(['[    1.0] x\n', true]);
    known.take(answer([frame('p', ['same']), boot('b')]));
    expect(textOf(read(known), '/dev/kmsg')).toBe('absent');
    expect([known.threads, known.hasOrders, known.inTransition]).toEqual([null, false, false]);
  });

  it('of modules takes no module’s line for a file of another', () => {
    const readings = readingsOf(frame('m', [], '', '/sys/module/lp/taint:OK'));
    expect(textOf(readings, '/sys/module/lp/taint')).toBeUndefined();
    expect(textOf(readings, '/proc/modules')).toBe('/sys/module/lp/taint:OK\n');
  });
});

describe('livepatches', () => {
  it('have every file that a livepatch may have, absent where nothing is said of it', () => {
    const readings = readingsOf(
      livepatches(
        `${root}/b/`,
        `${root}/a/`,
        `${root}/a/vmlinux/`,
        `${root}/a/vmlinux/f,1/`,
        `${root}/a/enabled:1`,
        `${root}/a/vmlinux/patched:1`,
      ),
    );
    expect(textOf(readings, `${root}/a/enabled`)).toBe('1\n');
    for (const name of ['replace', 'replaceable', 'replace_set', 'transition', 'force', 'signal']) {
      expect([name, textOf(readings, `${root}/a/${name}`)]).toEqual([name, 'absent']);
    }
    expect(textOf(readings, `${root}/a/vmlinux/patched`)).toBe('1\n');
    expect(textOf(readings, `${root}/b/enabled`)).toBe('absent');
    expect(readings.folders.get(root)).toEqual({
      entries: [
        { name: 'a', kind: 'folder' },
        { name: 'b', kind: 'folder' },
      ],
    });
    expect(readings.folders.get(`${root}/a`)).toEqual({
      entries: [{ name: 'vmlinux', kind: 'folder' }],
    });
    expect(readings.folders.get(`${root}/a/vmlinux/f,1`)).toEqual({ entries: [] });
  });

  it('are unknown where there is no folder of them', () => {
    expect(readingsOf(frame('p', [])).folders.get(root)).toEqual({ missing: 'absent' });
    expect(readingsOf(livepatches()).folders.get(root)).toEqual({ entries: [] });
  });

  it('are named by their folders alone', () => {
    const { folders } = readingsOf(
      livepatches(`${root}/a/`, `${root}/a/vmlinux/`, '/sys/module/x/'),
    );
    expect(folders.get(root)).toEqual({ entries: [{ name: 'a', kind: 'folder' }] });
    expect(folders.has('/sys/module/x')).toBe(false);
  });

  it('are in transition where exactly one says 1', () => {
    const isMoving = (...states: readonly string[]) => {
      const known = new HostReadings();
      const lines = states.map((state, at) => `${root}/lp${at}/transition:${state}`);
      known.take(answer([livepatches(...lines)]));
      return known.inTransition;
    };
    expect([isMoving(), isMoving('0'), isMoving('0', '1'), isMoving('1', '1')]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect([isMoving('11'), isMoving('1x')]).toEqual([false, false]);
  });

  it('keep their order until one comes or goes', () => {
    const known = new HostReadings();
    const order = () => textOf(read(known), `${root}/a/stack_order`);
    known.take(answer([livepatches(`${root}/a/`)]));
    expect([known.hasOrders, order()]).toEqual([false, 'timed-out']);
    known.takeOrders([`${root}/a/stack_order:1`, `${root}/a:b/stack_order:2`]);
    expect([known.hasOrders, order()]).toEqual([true, '1\n']);
    known.take(answer([livepatches(`${root}/a/`)]));
    expect(order()).toBe('1\n');
    known.take(answer([livepatches(`${root}/a/`, `${root}/b/`)]));
    expect([known.hasOrders, order()]).toEqual([false, 'timed-out']);
    known.takeOrders([`${root}/b/stack_order:1`]);
    expect(order()).toBe('absent');
  });

  it.each<[string, Frame, boolean]>([
    ['the same modules', frame('m', [], '', 'a 10 2 - Live 0x1', 'b 10 1 - Live 0x2'), true],
    ['a module loaded again', frame('m', [], '', 'b 10 1 - Live 0x2', 'a 10 1 - Live 0x1'), false],
    [
      'a module at another place',
      frame('m', [], '', 'a 10 1 - Live 0x3', 'b 10 1 - Live 0x2'),
      false,
    ],
    [
      'the same log',
      frame('l', [], "[    1.0] livepatch: enabling patch 'a'", '[    9.0] x'),
      true,
    ],
    ['a new line of the log', frame('l', [], "[    9.0] livepatch: enabling patch 'a'"), false],
  ])('keep their order only as long as they are the same: %s', (_name, next, isKept) => {
    const known = new HostReadings();
    const both = livepatches(`${root}/a/`, `${root}/b/`);
    const modules = frame(
      'm',
      [],
      '',
      'a 10 1 - Live 0x1',
      'b 10 1 - Live 0x2',
      'c 1 0 - Live 0x9',
    );
    const log = frame('l', [], "[    1.0] livepatch: enabling patch 'a'");
    known.take(answer([both, modules, log]));
    known.takeOrders([`${root}/a/stack_order:1`, `${root}/b/stack_order:2`]);
    known.take(answer([both, next]));
    expect(known.hasOrders).toBe(isKept);
  });
});

describe('the log', () => {
  const log = (text: string) => {
    const readings = readingsOf({ kind: 'l', words: [], body: Buffer.from(text) });
    return { file: readings.files.get('/dev/kmsg'), path: readings.logPath };
  };

  it('is in the order of its own clock, with lines without a stamp behind their own', () => {
    const lines = ['[    3.000000] c', '  of c', '[    1.000000] a', '[    2.5] b', ' of b'];
    expect(log(`before all\n${lines.join('\n')}`)).toEqual({
      file: {
        text: 'before all\n[    1.000000] a\n[    2.5] b\n of b\n[    3.000000] c\n  of c',
        truncated: false,
      },
      path: '/dev/kmsg',
    });
  });

  it.each([
    ['', { missing: 'absent' }],
    ['\n \n', { missing: 'absent' }],
    ['sh: dmesg: not found\n', { missing: 'absent' }],
    [
      'dmesg: read kernel buffer failed: Operation not permitted\n',
      { missing: 'denied', detail: 'read kernel buffer failed: Operation not permitted' },
    ],
    [`dmesg: ${'x'.repeat(300)}\n`, { missing: 'denied', detail: `${'x'.repeat(199)}…` }],
  ])('is none where dmesg says %j', (text, file) => {
    expect(log(text)).toEqual({ file, path: null });
  });

  it('may speak of dmesg', () => {
    const text = '[    1.000000] dmesg: not found\n[    2.000000] x\n';
    expect(log(text).file).toEqual({ text, truncated: false });
  });
});

describe('functions that ftrace redirects', () => {
  const [usual, older] = [
    '/sys/kernel/tracing/enabled_functions',
    '/sys/kernel/debug/tracing/enabled_functions',
  ] as const;

  it.each([usual, older])('are told of %s, or that it may not be read', (path) => {
    const readings = readingsOf(frame('f', [], `${path}:`, 'f (1)', 'g (1)'));
    expect(readings.files.get(path)).toEqual({ text: 'f (1)\ng (1)\n', truncated: false });
    const denied = readingsOf(frame('f', [], ` denied ${path}`));
    expect(denied.files.get(path)).toEqual({ missing: 'denied' });
  });

  it('are not told of where nothing is said, and all that were sent are there', () => {
    expect(readingsOf(frame('f', [])).files.has(usual)).toBe(false);
    const long = readingsOf(frame('f', [], `${usual}:`, 'x'.repeat(1_048_576)));
    expect(long.files.get(usual)).toEqual({ text: `${'x'.repeat(1_048_576)}\n`, truncated: false });
  });

  it('come with those that were touched and with kprobes, which go when they do', () => {
    const [touched, kprobes] = [
      '/sys/kernel/tracing/touched_functions',
      '/sys/kernel/debug/kprobes/list',
    ];
    const known = new HostReadings();
    known.take(
      answer([frame('u', [], `${touched}:`, 'f (0)'), frame('q', [], `${kprobes}:`, 'x')]),
    );
    expect([textOf(read(known), touched), textOf(read(known), kprobes)]).toEqual([
      'f (0)\n',
      'x\n',
    ]);
    known.take(answer([frame('u', []), frame('q', [])]));
    expect([textOf(read(known), touched), textOf(read(known), kprobes)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  describe('are listed twice', () => {
    const patched = [`${root}/lp/`, `${root}/lp/vmlinux/`, `${root}/lp/vmlinux/f,1/`];
    const applied = livepatches(...patched, `${root}/lp/vmlinux/patched:1`);
    const list = (line: string) => frame('f', [], `${usual}:`, line);
    const same = [frame('p', ['same']), frame('f', ['same'])];
    const takes = (...answers: readonly Answer[]) => {
      const known = new HostReadings();
      for (const one of answers) known.take(one);
      return { listedTwice: read(known).listedTwice, lacks: known.lacksSecondList };
    };

    it('where the second list of an unchanged host is the first', () => {
      const odd = answer([applied, list('f (1)      ')]);
      expect(takes(odd)).toEqual({ lacks: true });
      expect(takes(odd, answer(same))).toEqual({ listedTwice: true, lacks: false });
      expect(takes(odd, answer([frame('p', ['same'])]))).toEqual({ lacks: true });
    });

    it.each([
      ['is another', answer([frame('p', ['same']), list('f (2)      ')])],
      ['is of a torn answer', answer(same, { torn: true })],
      ['is of an answer that was cut short', answer(same, { unfinished: true })],
      ['is of livepatches that have changed', answer([applied, frame('f', ['same'])])],
      [
        'is of a livepatch that was loaded anew',
        answer([...same, frame('m', [], '', 'lp 1 0 - Live 0x7')]),
      ],
    ])('but not where it %s', (_, second) => {
      expect(takes(answer([applied, list('f (1)      ')]), second)).toEqual({ lacks: true });
    });

    it('without hurry where all are redirected, or their object is not patched', () => {
      expect(takes(answer([applied, list('f (1)   I  ')])).lacks).toBe(false);
      const waiting = livepatches(...patched, `${root}/lp/vmlinux/patched:0`);
      expect(takes(answer([waiting, list('g (1)   I  ')])).lacks).toBe(false);
      expect(takes(answer([applied])).lacks).toBe(false);
    });
  });
});

describe('threads', () => {
  it('are those of the last scan, and none where none is told of', () => {
    const known = new HostReadings();
    expect([known.threads, known.blocking, known.undetailed]).toEqual([null, [], []]);
    known.take(answer([moving, ...scan(7, 8)]));
    const ids = [
      { pid: 7, tid: 7 },
      { pid: 8, tid: 8 },
    ];
    expect([known.blocking, known.undetailed]).toEqual([ids, ids]);
    expect(read(known).threads?.tids).toEqual([7, 8]);
    known.take(answer([moving, frame('s', ['1'], '/proc/7/task/7 1 1')]));
    expect(known.blocking).toEqual([{ pid: 8, tid: 8 }]);
    known.take(answer([livepatches(`${root}/lp/`)]));
    expect([known.threads, known.blocking, read(known).threads]).toEqual([null, [], null]);
    // A partial scan alone says nothing of all the others.
    known.take(answer([moving, frame('s', ['1'], '/proc/7/task/7 0 1')]));
    expect(known.threads).toBeNull();
  });

  it('are detailed as far as it was told of them, and no further than two hundred', () => {
    const known = new HostReadings();
    const tids = Array.from({ length: 201 }, (_, index) => index + 1);
    known.take(answer([moving, ...scan(...tids), frame('d', [], '/proc/2/task/2/comm:x')]));
    expect(known.undetailed).toHaveLength(199);
    expect(known.undetailed.map(({ tid }) => tid)).not.toContain(2);
    expect(known.undetailed.map(({ tid }) => tid)).not.toContain(201);
  });

  it('that can’t be read are a problem with the reason, once', () => {
    const known = new HostReadings();
    const failed = [frame('t', ['10', '1']), frame('e', [], '     10 Input/output error')];
    known.take(answer([moving, ...failed]));
    expect(read(known)).toMatchObject({
      threads: null,
      problems: [
        {
          code: 'protocol-error',
          path: '/proc',
          message: 'The threads could not be read: Input/output error.',
        },
      ],
    });
    known.take(answer([moving, ...scan(7)]));
    expect(read(known).problems).toEqual([]);
  });

  it('have details until they block no more', () => {
    const known = new HostReadings();
    known.take(answer([moving, ...scan(7, 8), frame('d', [], '/proc/7/task/7/comm:seven')]));
    expect(textOf(read(known), '/proc/7/task/7/comm')).toBe('seven\n');
    expect(textOf(read(known), '/proc/7/task/7/patch_state')).toBe('0\n');
    known.take(answer([moving, ...scan(8)]));
    expect(read(known).files.has('/proc/7/task/7/comm')).toBe(false);
  });

  it('have late details of those that were told of', () => {
    const known = new HostReadings();
    const told = known.take(
      answer([moving, ...scan(7), frame('d', [], '/proc/7/task/7/comm:seven')]),
    );
    expect(told.threads).toEqual(['/proc/7/task/7']);
    const late = [frame('k', [], '/proc/7/task/7/stack:[<0>] f+0x1/0x2'), frame('xk', [])];
    known.takeLate(late, told);
    const readings = read(known);
    expect(textOf(readings, '/proc/7/task/7/stack')).toBe('[<0>] f+0x1/0x2\n');
    expect(textOf(readings, '/proc/7/cmdline')).toBe('');
  });
});

describe('details of a thread', () => {
  const stat = (ticks: number) =>
    `/proc/7/task/7/stat:7 (x) S 1 7 7 0 -1 0 190 0 0 0 3 1 0 0 20 0 1 0 ${ticks} 1 1`;
  const late = [frame('k', [], '/proc/7/task/7/stack:[<0>] f+0x1/0x2'), frame('xk', [])];

  it('end with the one that had its number', () => {
    const known = new HostReadings();
    known.takeLate(late, known.take(answer([moving, ...scan(7), frame('d', [], stat(100))])));
    known.take(answer([moving, ...scan(7), frame('d', [], stat(100))]));
    expect(textOf(read(known), '/proc/7/task/7/stack')).toBe('[<0>] f+0x1/0x2\n');
    known.take(answer([moving, ...scan(7), frame('d', [], stat(200))]));
    expect(textOf(read(known), '/proc/7/task/7/stack')).toBe('timed-out');
  });

  it('end with the direction, also those that come late', () => {
    const known = new HostReadings();
    const told = known.take(answer([moving, ...scan(7), frame('d', [], stat(100))]));
    const leaving = livepatches(`${root}/lp/`, `${root}/lp/enabled:0`, `${root}/lp/transition:1`);
    const others = [frame('t', ['10', '0'], '7/task/7/patch_state:1'), frame('e', [])];
    known.take(answer([leaving, ...others]));
    known.takeLate(late, told);
    expect(known.undetailed).toEqual([{ pid: 7, tid: 7 }]);
    expect(read(known).files.has('/proc/7/task/7/stack')).toBe(false);
  });
});

describe('an answer that was cut short', () => {
  const missing = (known: HostReadings) => {
    const [problem, ...more] = read(known).problems;
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: 'protocol-error', path: null });
    return /; not read: (.*)\.$/.exec(problem?.message ?? '')?.[1];
  };

  it('names what was never read, and the threads of a transition', () => {
    const known = new HostReadings();
    known.take(answer([moving, frame('h', [])], { unfinished: true }));
    expect(missing(known)).toBe(
      'the threads, modules, functions that ftrace redirects, the kernel log',
    );
    known.take(answer([livepatches(), frame('m', [])], { unfinished: true }));
    expect(missing(known)).toBe('functions that ftrace redirects, the kernel log');
    known.take(answer([livepatches(), frame('f', []), frame('l', [])], { unfinished: true }));
    expect(missing(known)).toBeUndefined();
    known.take(answer([livepatches()]));
    expect(read(known).problems).toEqual([]);
  });

  it('names no threads that were read', () => {
    const known = new HostReadings();
    known.take(answer([moving, ...scan(7)], { unfinished: true }));
    expect(missing(known)).not.toContain('the threads');
  });
});

it('a sample that was torn says so, and the next one no more', () => {
  const known = new HostReadings();
  known.take(answer([livepatches()], { torn: true }));
  expect(read(known).torn).toBe(true);
  known.take(answer([livepatches()]));
  expect(read(known, false)).toMatchObject({ torn: false, privileged: false, target: 'db1' });
});
