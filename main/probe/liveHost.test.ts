/** What a live host is asked from sample to sample, and what is made of it, with a probe that is played. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fail, succeed, type Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { LiveHost } from './liveHost';
import type { Frame } from './wire/frames';
import type { ProbeRequest, SideRequest } from './wire/request';
import type { Answer } from './wire/session';

const { waits } = vi.hoisted(() => ({ waits: [] as (number | undefined)[] }));

// No test waits for what may be late: a wait is over once all else that is at hand has been done.
vi.mock(import('node:timers/promises'), async (original) => {
  const real = await original();
  const soon: typeof real.setTimeout = (ms, value, options) => {
    waits.push(ms);
    return real.setTimeout(1, value, options);
  };
  return { ...real, setTimeout: soon };
});
beforeEach(() => void (waits.length = 0));

type Asked = ProbeRequest | SideRequest;

function frame(kind: string, words: readonly string[], ...lines: readonly string[]): Frame {
  return { kind, words, body: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

const patch = '/sys/kernel/livepatch/lp';

/** The livepatches: one, in transition or not. */
const livepatches = (transition: '0' | '1', enabled: '0' | '1' = '1') =>
  frame(
    'p',
    [],
    ' folder /sys/kernel/livepatch/',
    `${patch}/`,
    `${patch}/enabled:${enabled}`,
    `${patch}/transition:${transition}`,
  );

const facts = frame('h', [], '/proc/sys/kernel/hostname:db1');
const rest = [frame('m', [], '', 'lp 1 0 - Live 0x0'), frame('f', []), frame('l', [])];
const settled = [livepatches('0'), facts, ...rest];

/** All threads, of which these still have the state 0. */
const scan = (blocking: readonly number[], total = 100, target = '1') => [
  frame('t', [String(total), target], ...blocking.map((tid) => `${tid}/task/${tid}/patch_state:0`)),
  frame('e', []),
];
const moving = (...blocking: readonly number[]) => [
  livepatches('1'),
  facts,
  ...rest,
  ...scan(blocking),
];

const known = (...blocking: readonly number[]) => [
  livepatches('1'),
  facts,
  frame('s', ['1'], ...blocking.map((tid) => `/proc/${tid}/task/${tid} 0 1`)),
];

/** Names and states of these threads. */
const details = (...tids: readonly number[]) =>
  frame('d', [], ...tids.map((tid) => `/proc/${tid}/task/${tid}/comm:thread-${tid}`));

function answer(frames: readonly Frame[], more: Partial<Answer> = {}): Answer {
  return { frames, torn: false, unfinished: false, late: null, orders: null, bytes: 100, ...more };
}

interface Later<T> {
  readonly promise: Promise<T>;
  readonly come: (value: T) => void;
}

function later<T>(): Later<T> {
  let come: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    come = resolve;
  });
  return { promise, come };
}

type Told = Answer | ReturnType<typeof fail>;

/** Each answer takes so many milliseconds; the last is given again and again. */
function play(first: Told, ...others: readonly Told[]) {
  const asked: Asked[] = [];
  const left = [...others];
  let clock = 0;
  let lasts = 10;
  let isClosed = false;
  const give = (told: Told): Promise<Result<Answer>> => {
    clock += lasts;
    return Promise.resolve('frames' in told ? succeed(told) : told);
  };
  const session = {
    uid: 0,
    ask(request: Asked) {
      asked.push(request);
      return give((left.length > 1 ? left.shift() : left[0]) ?? first);
    },
    close: () => void (isClosed = true),
  };
  const live = new LiveHost(
    session,
    { target: 'db1', source: 'ssh' },
    Promise.resolve('frames' in first ? succeed(first) : first),
    () => clock,
  );
  return {
    live,
    session,
    asked,
    isClosed: () => isClosed,
    pass: (ms: number) => void (clock += ms),
    takes: (ms: number) => void (lasts = ms),
    async read(): Promise<Readings> {
      const sampled = await live.sample();
      if (!sampled.ok) throw new Error(sampled.problem.message);
      return sampled.value;
    },
  };
}

/** What was asked: sections, and how threads are scanned. */
const plainly = (asked: readonly Asked[]) =>
  asked.map((request) =>
    'about' in request
      ? `${request.about} ${request.words.join(' ')}`
      : `${request.sections.join('')} ${request.scan}`,
  );

const textOf = (readings: Readings, path: string) => {
  const file = readings.files.get(path);
  return file && 'text' in file ? file.text : file?.missing;
};

describe('a settled host', () => {
  it('is asked nothing for its first sample but what its start has asked', async () => {
    const host = play(answer(settled));
    expect(host.live.lastAnswerMs).toBe(0);
    const readings = await host.read();
    expect(host.asked).toEqual([]);
    expect(readings).toMatchObject({ target: 'db1', source: 'ssh', privileged: true });
    expect([host.live.inTransition, host.live.lastAnswerMs]).toEqual([false, 0]);
  });

  it('is read from the beginning of a reading on, for as long as its answer takes', async () => {
    const began = Date.now();
    const host = play(answer(settled));
    host.pass(40);
    const first = await host.read();
    host.takes(2_500);
    const second = await host.read();
    expect([first.readingSeconds, second.readingSeconds]).toEqual([0.04, 2.5]);
    const times = [first, second].map(({ takenAt }) => Date.parse(takenAt ?? ''));
    expect([began, ...times].toSorted((a, b) => a - b)).toEqual([began, ...times]);
  });

  it('is asked at once for the list of redirected functions again, where one is missing in it', async () => {
    const list = frame('f', [], '/sys/kernel/tracing/enabled_functions:', 'g (1)   I  ');
    const patched = livepatches('0');
    const lines = `${patch}/vmlinux/\n${patch}/vmlinux/f,1/\n${patch}/vmlinux/patched:1\n`;
    const odd = { ...patched, body: Buffer.concat([patched.body, Buffer.from(lines)]) };
    const same = answer([frame('p', ['same']), facts, frame('f', ['same'])]);
    const host = play(answer([odd, facts, list]), same, same);
    expect((await host.read()).listedTwice).toBe(true);
    expect(plainly(host.asked)).toEqual(['hmflo full']);
    await host.read();
    expect(plainly(host.asked).slice(1)).toEqual(['same f', expect.stringMatching(/ full$/)]);
  });

  describe('whose livepatch has functions', () => {
    const patched = livepatches('0');
    const lines = `${patch}/vmlinux/\n${patch}/vmlinux/f,1/\n${patch}/vmlinux/g,1/\n`;
    const settledWith = [
      { ...patched, body: Buffer.concat([patched.body, Buffer.from(lines)]) },
      facts,
      ...rest,
    ];
    const names = answer([frame('a', [], '1 T f', '1 t f_alias', '2 T g')]);
    const unchanged = answer([frame('p', ['same'])]);

    it('is asked once for their other names, when its first state is out', async () => {
      const host = play(answer(settledWith), names, unchanged);
      expect(await host.read()).not.toHaveProperty('equalNames');
      expect(host.asked).toEqual([]);
      const equal = {
        soleNames: ['vmlinux:g'],
        equalNames: [['vmlinux:f', 'vmlinux:f_alias']],
      };
      expect(await host.read()).toMatchObject(equal);
      expect(await host.read()).toMatchObject(equal);
      expect(plainly(host.asked).filter((words) => words.startsWith('same'))).toEqual(['same f g']);
    });

    it('is not asked without rights', async () => {
      const host = play(answer(settledWith), unchanged);
      host.session.uid = 1000;
      await host.read();
      expect(await host.read()).not.toHaveProperty('equalNames');
      expect(plainly(host.asked).filter((words) => words.startsWith('same'))).toEqual([]);
    });
  });

  it('is read with the rights of the probe', async () => {
    const host = play(answer(settled));
    host.session.uid = 1000;
    expect((await host.read()).privileged).toBe(false);
  });

  it('is asked for next to nothing from then on, and for each section once it is old', async () => {
    const orders = Promise.resolve([`${patch}/stack_order:1`]);
    const host = play(answer(settled, { orders }), answer([livepatches('0'), facts]));
    await host.read();
    host.pass(1_000);
    await host.read();
    host.pass(4_000);
    await host.read();
    host.pass(30_000);
    await host.read();
    host.pass(1_000);
    await host.read();
    expect(host.asked.map(({ id }) => id)).toEqual([2, 3, 4, 5]);
    expect(plainly(host.asked)).toEqual(['hl full', 'hml full', 'hmflo full', 'hl full']);
  });

  it('tells how long an answer takes, without what may be late; dear sections count for a tenth', async () => {
    const cheap = [livepatches('0'), facts];
    const late = { late: new Promise<never>(() => undefined) };
    const host = play(answer(settled), answer(cheap, late), answer(settled), answer(cheap));
    await host.read();
    host.takes(250);
    await host.read();
    expect(host.live.lastAnswerMs).toBe(250);
    host.takes(9_000);
    await host.read();
    expect(host.live.lastAnswerMs).toBe(900);
    host.takes(100);
    await host.read();
    expect(host.live.lastAnswerMs).toBe(100);
  });

  it('that does not answer is no sample, and what broke off before the livepatches neither', async () => {
    const lost = fail('timeout', null, 'Too late.');
    const host = play(answer(settled), lost);
    await host.read();
    expect(await host.live.sample()).toEqual(lost);
    expect(await play(lost).live.sample()).toEqual(lost);
    const broken = play(answer([facts], { unfinished: true }));
    expect(await broken.live.sample()).toMatchObject({
      ok: false,
      problem: { code: 'connection-lost', message: expect.stringContaining('no other program') },
    });
    const partly = play(answer([livepatches('0')], { unfinished: true }));
    expect((await partly.read()).problems).toMatchObject([{ code: 'protocol-error' }]);
  });

  it('is let go of', () => {
    const host = play(answer(settled));
    host.live.close();
    expect(host.isClosed()).toBe(true);
  });
});

describe('the order of livepatches', () => {
  it('is waited for, longer the first time, and comes with a later sample where it is late', async () => {
    const orders = later<readonly string[] | null>();
    const host = play(answer(settled, { orders: orders.promise }), answer(settled));
    expect(textOf(await host.read(), `${patch}/stack_order`)).toBe('timed-out');
    expect(waits).toEqual([1_500]);
    // It is under way, and so not asked for again.
    host.pass(60_000);
    await host.read();
    expect(plainly(host.asked)).toEqual(['hmfl full']);
    orders.come([`${patch}/stack_order:7`]);
    await orders.promise;
    expect(textOf(await host.read(), `${patch}/stack_order`)).toBe('7\n');
  });

  it('is waited for a moment only once it was there', async () => {
    const soon = { orders: Promise.resolve([`${patch}/stack_order:1`]) };
    const host = play(answer(settled, soon), answer(settled, soon));
    await host.read();
    host.pass(40_000);
    await host.read();
    expect(waits).toEqual([1_500, 200]);
  });

  it('that never comes is asked for again', async () => {
    const never = { orders: Promise.resolve(null) };
    const host = play(answer(settled, never), answer(settled, never));
    await host.read();
    const readings = await host.read();
    expect(plainly(host.asked)).toEqual(['hlo full']);
    expect(textOf(readings, `${patch}/stack_order`)).toBe('timed-out');
    await host.read();
    expect(waits).toEqual([1_500, 1_500, 1_500]);
  });
});

describe('a host in transition', () => {
  it('is asked at once about threads of which nothing but the number is known', async () => {
    const host = play(answer(moving(7, 8)), answer([...known(7, 8), details(7, 8)]));
    const readings = await host.read();
    expect(host.live.inTransition).toBe(true);
    expect(host.asked).toMatchObject([
      {
        id: 2,
        sections: ['h', 'l', 'o', 'd'],
        scan: 'known',
        known: [
          { pid: 7, tid: 7 },
          { pid: 8, tid: 8 },
        ],
      },
    ]);
    expect(textOf(readings, '/proc/8/task/8/comm')).toBe('thread-8\n');
    // Later ones wait for the next sample.
    const more = play(answer([...moving(7), details(7)]), answer([...moving(7, 9), details(7)]));
    await more.read();
    more.pass(60_000);
    await more.read();
    expect(more.asked).toHaveLength(1);
  });

  it('is asked for details again after five seconds, and not while they are under way', async () => {
    const late = later<readonly Frame[]>();
    const host = play(
      answer([...moving(7), details(7)], { late: late.promise }),
      answer([...known(7), details(7)]),
    );
    expect(textOf(await host.read(), '/proc/7/task/7/stack')).toBe('timed-out');
    expect(waits).toEqual([2_500]);
    host.pass(20_000);
    await host.read();
    late.come([frame('k', [], '/proc/7/task/7/stack:[<0>] f+0x1/0x2'), frame('xk', [])]);
    await late.promise;
    const readings = await host.read();
    host.pass(5_000);
    await host.read();
    const sections = plainly(host.asked).map((words) => words.split(' ')[0]);
    expect(sections.map((words) => /[dn]/.exec(words ?? '')?.[0] ?? '')).toEqual(['', 'd', 'd']);
    expect(textOf(readings, '/proc/7/task/7/stack')).toBe('[<0>] f+0x1/0x2\n');
  });

  it('is asked for names of new threads alone between two looks at details', async () => {
    const host = play(answer([...moving(7), details(7)]), answer([...known(7), details(7)]));
    await host.read();
    host.pass(1_000);
    await host.read();
    expect(plainly(host.asked)).toEqual(['hlon known']);
  });

  it('is scanned in full again by what a scan costs', async () => {
    const host = play(answer([...moving(7), details(7)]), answer([...known(7), details(7)]));
    await host.read();
    // The first scan took no time that is known of: ten seconds are the least.
    host.pass(9_900);
    await host.read();
    host.pass(200);
    host.takes(2_000);
    await host.read();
    expect(plainly(host.asked).map((words) => words.split(' ')[1])).toEqual(['known', 'full']);
  });

  it('that has ended is scanned anew in the next one, whatever a scan of the last has cost', async () => {
    const host = play(
      answer([...moving(7), details(7)]),
      answer([...moving(7), details(7)]),
      answer(settled),
      answer([livepatches('1'), facts, frame('s', ['1'])]),
      answer([...moving(7), details(7)]),
    );
    await host.read();
    host.pass(20_000);
    host.takes(3_000);
    await host.read();
    host.takes(10);
    for (let times = 0; times < 3; times += 1) await host.read();
    expect(plainly(host.asked).map((words) => words.split(' ')[1])).toEqual([
      'full',
      'known',
      'full',
      'full',
    ]);
  });

  it('that shows more than is read is refused as a whole', async () => {
    const many = Array.from({ length: 1001 }, (_, at) => `/sys/kernel/livepatch/lp${at}/`);
    const host = play(answer([frame('p', [], ' folder /sys/kernel/livepatch/', ...many)]));
    expect(await host.live.sample()).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });
});

describe('a doubtful state', () => {
  const same = (target: '0' | '1') => [
    livepatches('1', target),
    facts,
    ...rest,
    // All threads have the state that they are to have.
    frame('t', ['100', target]),
    frame('e', []),
  ];
  const undefinedState = [
    livepatches('1'),
    facts,
    ...rest,
    frame('t', ['100', '1'], '7/task/7/patch_state:-1'),
    frame('e', []),
  ];

  it.each([
    ['every thread says the same', same('1')],
    ['one is undefined', undefinedState],
  ])('is asked for once more: %s', async (_what, frames) => {
    const host = play(answer(frames), answer(frames));
    await host.read();
    expect(host.asked).toHaveLength(1);
    // It was seen twice.
    await host.read();
    expect(host.asked).toHaveLength(2);
  });

  it('is asked for once more where it is another than before', async () => {
    const host = play(answer(same('1')), answer(same('1')), answer(same('0')), answer(same('0')));
    await host.read();
    await host.read();
    expect(host.asked).toHaveLength(3);
    await host.read();
    expect(host.asked).toHaveLength(4);
  });

  it('that is none any more the second time is forgotten', async () => {
    const sure = [...moving(7), details(7)];
    const host = play(answer(same('1')), answer(sure), answer(same('1')), answer(same('1')));
    await host.read();
    expect(host.asked).toHaveLength(1);
    await host.read();
    expect(host.asked).toHaveLength(3);
  });

  it('is none where threads differ', async () => {
    const host = play(answer([...moving(7), details(7)]));
    await host.read();
    expect(host.asked).toEqual([]);
  });

  it('that can’t be asked for again is no sample', async () => {
    const lost = fail('connection-lost', null, 'Gone.');
    expect(await play(answer(same('1')), lost).live.sample()).toEqual(lost);
  });
});

describe('a search of stacks', () => {
  const sought = { symbols: ['worker_thread'], modules: ['lp'], prefixes: [] };
  const stacks = (...tids: readonly number[]) =>
    answer([
      frame(
        'g',
        ['300', 'yes'],
        ...tids.map((t) => `${t}/task/${t}/stack:[<0>] worker_thread+0x1/0x2`),
      ),
      frame('xg', []),
      frame('w', []),
    ]);
  const looked = (...tids: readonly number[]) => answer([details(...tids)]);

  it('takes the first sample by then, then asks for the code, and for whom it was found', async () => {
    const host = play(answer(settled), stacks(9, 8), looked(8, 9));
    const search = await host.live.seek(sought);
    if (!search.ok) throw new Error(search.problem.message);
    expect(host.asked).toEqual([
      {
        id: 2,
        sections: [],
        about: 'seek',
        words: ['s__switch_to+0x', 'sworker_thread+0x', 'mlp'],
      },
      { id: 3, sections: [], about: 'look', words: ['/proc/8/task/8', '/proc/9/task/9'] },
    ]);
    expect(search.value.found.map(({ tid }) => tid)).toEqual([8, 9]);
    expect(search.value.files.get('/proc/9/task/9/comm')).toMatchObject({ text: 'thread-9\n' });
    // The sample goes on from there.
    await host.read();
    expect(host.asked[2]?.id).toBe(4);
  });

  it('looks at nobody where nobody was found', async () => {
    const host = play(answer(settled), stacks());
    expect(await host.live.seek(sought)).toMatchObject({
      ok: true,
      value: { found: [], threads: 300 },
    });
    expect(plainly(host.asked)).toEqual(['seek s__switch_to+0x sworker_thread+0x mlp']);
  });

  it('looks at the first two hundred, and names all', async () => {
    const tids = Array.from({ length: 250 }, (_, index) => index + 1);
    const host = play(answer(settled), stacks(...tids), looked());
    const search = await host.live.seek(sought);
    expect(search.ok && search.value.found).toHaveLength(250);
    const [, look] = host.asked;
    expect(look && 'words' in look && look.words).toHaveLength(200);
  });

  it('that can’t be made, or broke off, is a problem', async () => {
    const lost = fail('connection-lost', null, 'Gone.');
    expect(await play(lost).live.seek(sought)).toEqual(lost);
    expect(await play(answer(settled), lost).live.seek(sought)).toEqual(lost);
    expect(await play(answer(settled), stacks(7), lost).live.seek(sought)).toEqual(lost);
    expect(await play(answer(settled), answer([])).live.seek(sought)).toMatchObject({
      ok: false,
      problem: { code: 'protocol-error' },
    });
  });
});
