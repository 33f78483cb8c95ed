/** Demo hosts, by a clock that the test moves, and what a person does to them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTarget } from '../../../shared/api/target';
import type { DemoCommand } from '../../../shared/api/contract';
import { defaultScenario, fleet, scenarios } from '../../../shared/kernel/scenarios/gallery';
import type { Scenario } from '../../../shared/kernel/scenarios/scenario';
import { parsePatchState } from '../../../shared/readings/files/patchState';
import { statusOf } from '../../../shared/report';
import { afterLine } from '../../../shared/history/recording/decode';
import { nothing, sampleLine } from '../../../shared/history/recording/encode';
import { sampleLineSchema } from '../../../shared/history/recording/format';
import { contentInMemory } from '../content';
import type { SourceOptions } from '../source';
import { Story } from '../story';
import { carryOut, stateOf } from './demoControl';
import { openDemo, openScenarioFile } from './demoSource';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

function open(text: string, options: SourceOptions = {}) {
  const target = parseTarget(text);
  if (!target.ok || target.value.kind !== 'demo') throw new Error(`${text} is no demo`);
  return openDemo(target.value, options);
}

function storyOf(text: string, options: SourceOptions = {}): Story {
  const source = open(text, options);
  if (!source.ok || !source.value.story) throw new Error(`${text} has no story`);
  return source.value.story;
}

/** A story with a step that is not at its beginning. */
const scenario = defaultScenario;
const [first, second] = scenario.steps;
if (!first || !second) throw new Error('the default story has two steps');

describe('a demo host', () => {
  it('plays the story that it is named for, from its beginning, or the usual one', () => {
    for (const { id } of scenarios) {
      const story = storyOf(`demo:${id}`);
      expect([story.player.scenario.id, story.player.position, story.playing]).toEqual([
        id,
        0,
        true,
      ]);
    }
    expect(storyOf('demo').player.scenario).toBe(defaultScenario);
  });

  it('may be one of the fleet, each where it stands', () => {
    for (const { name, scenario: played, from } of fleet) {
      const story = storyOf(`demo:${name}`);
      expect(story.player.scenario).toBe(played);
      expect(story.player.position).toBeCloseTo(from);
    }
  });

  it('that nobody knows is none, and those that there are are named', () => {
    const opened = open('demo:nobody');
    expect(opened).toMatchObject({
      ok: false,
      problem: { code: 'not-found', path: 'demo:nobody' },
    });
    const message = opened.ok ? '' : opened.problem.message;
    for (const name of [...scenarios.map(({ id }) => id), ...fleet.map((each) => each.name)]) {
      expect(message).toContain(name);
    }
  });

  it('stands still at its end where only that is wanted', () => {
    const story = storyOf('demo', { demo: 'end' });
    expect([story.player.position, story.playing]).toEqual([scenario.lasts, false]);
    pass(100);
    story.catchUp();
    expect(story.player.position).toBe(scenario.lasts);
    expect(storyOf('demo', { demo: 'from-start' }).player.position).toBe(0);
  });

  it('is read as it is by then, marked as a demo', async () => {
    const source = open('demo');
    if (!source.ok) throw new Error('no demo');
    const before = await source.value.sample();
    pass(first.at + 1);
    const after = await source.value.sample();
    if (!before.ok || !after.ok) throw new Error('it can’t be read');
    expect(source.value.story?.player.position).toBeCloseTo(first.at + 1);
    expect(after.value).toMatchObject({
      target: 'demo',
      source: 'demo',
      privileged: true,
      takenAt: new Date().toISOString(),
    });
    expect(after.value.files).not.toEqual(before.value.files);
    for (const state of after.value.threads?.states ?? []) {
      expect(parsePatchState(String(state))).toBe(state);
    }
  });

  it('brings its shadow variables, which a recording of it keeps and its document counts', async () => {
    const source = open('demo:shadow-leak', { demo: 'end' });
    const read = source.ok && (await source.value.sample());
    if (!read || !read.ok) throw new Error('it can’t be read');
    const line = sampleLine(nothing, read.value, new Date().toISOString());
    const kept = afterLine(nothing, sampleLineSchema.parse(JSON.parse(JSON.stringify(line))));
    const shadow = {
      from: 'model',
      total: 3,
      byId: [
        { id: '0x4a51', count: 3, owners: ['livepatch_lock_fix'], registered: null, users: [] },
      ],
      entries: ['0xffff8881034a2c00', '0xffff8881034a3400', '0xffff888106e91800'].map((object) => ({
        object,
        id: '0x4a51',
        size: null,
        data: null,
      })),
    };
    expect(statusOf(read.value).shadow).toMatchObject(shadow);
    expect(statusOf(read.value).shadow?.answers?.map(({ by, answer }) => [by, answer])).toEqual([
      ['livepatch_lock_fix', 'new'],
      ['livepatch_lock_fix', 'new'],
      ['livepatch_lock_fix', 'new'],
      [null, 'duplicate'],
    ]);
    expect(statusOf({ ...read.value, ...kept }).shadow).toEqual(statusOf(read.value).shadow);
    expect(statusOf({ ...read.value, shadow: null }).shadow).toBeNull();
    const { shadow: _, ...without } = line;
    const { shadow: _table, ...rest } = read.value;
    const old = afterLine(nothing, sampleLineSchema.parse(without));
    expect(statusOf({ ...rest, ...old })).not.toHaveProperty('shadow');
  });

  it.each([
    [
      'demo:leak-at-replace',
      12,
      { registered: 2, users: ['livepatch_2026_02', 'livepatch_2026_03'] },
    ],
    // Nobody unregisters what a replace drops (v2 4/4): the module is gone, its entry is not.
    ['demo:leak-at-replace', 29, { registered: 1, registeredBy: ['livepatch_2026_02'], users: [] }],
    ['demo:collection-at-work', 12, { registered: 1, registeredBy: ['livepatch_2026_03'] }],
  ])(
    '%s tells at %i s by whom the type is registered, and who is there to use it',
    async (text, at, row) => {
      const source = open(text);
      if (!source.ok) throw new Error('no demo');
      await source.value.sample();
      pass(at);
      const read = await source.value.sample();
      const shadow = read.ok && statusOf(read.value).shadow;
      const data = Buffer.from('unlocked').toString('hex');
      expect(shadow && shadow.byId).toMatchObject([{ id: '0x4a51', count: 2, ...row }]);
      expect(shadow && shadow.entries[0]).toMatchObject({ size: 8, data });
    },
  );

  it('has no table of shadow variables on a kernel that has none', async () => {
    const source = open('demo:strict-stack');
    const read = source.ok && (await source.value.sample());
    expect(read && read.ok && 'shadow' in read.value).toBe(false);
  });

  it('is searched as it is by then', async () => {
    const source = open('demo');
    if (!source.ok) throw new Error('no demo');
    pass(3);
    const search = await source.value.seek?.({ symbols: [], modules: [], prefixes: [] });
    expect(search).toMatchObject({ ok: true });
    expect(search?.ok && search.value.threads).toBeGreaterThan(0);
    expect(source.value.story?.player.position).toBeCloseTo(3);
  });
});

describe('a story', () => {
  const at = (story: Story) => {
    story.catchUp();
    return Math.round(story.player.position * 1000) / 1000;
  };

  it('goes with the clock, at its speed, and never back', () => {
    const story = new Story(scenario, 0);
    pass(1);
    expect(at(story)).toBe(1);
    story.setSpeed(4);
    expect(story.speed).toBe(4);
    pass(0.5);
    expect(at(story)).toBe(3);
    pass(-60);
    expect(at(story)).toBe(3);
    pass(0.25);
    expect(at(story)).toBe(4);
  });

  it('counts what has passed before its speed changes at the speed before', () => {
    const story = new Story(scenario, 0);
    pass(1);
    story.setSpeed(10);
    expect(at(story)).toBe(1);
  });

  it('stands still while it is paused, and loses nothing', () => {
    const story = new Story(scenario, 0);
    pass(1);
    story.pause();
    pass(50);
    expect([at(story), story.playing]).toEqual([1, false]);
    pass(50);
    story.play();
    expect(at(story)).toBe(1);
    pass(1);
    expect([at(story), story.playing]).toEqual([2, true]);
  });

  it('goes step by step, and stands still there', () => {
    const story = new Story(scenario, 0);
    story.step();
    expect([at(story), story.playing]).toEqual([first.at, false]);
    pass(10);
    story.step();
    expect(at(story)).toBe(second.at);
  });

  it('begins anew, and plays', () => {
    const story = new Story(scenario, 5);
    story.pause();
    pass(10);
    story.restart();
    expect([at(story), story.playing]).toEqual([0, true]);
    pass(1);
    expect(at(story)).toBe(1);
  });
});

describe('what a person does', () => {
  const run = (story: Story, ...commands: readonly DemoCommand[]) =>
    commands.map((command) => carryOut(story, command));

  it('plays, pauses, steps, restarts, changes the speed', () => {
    const story = new Story(scenario, 0);
    expect(run(story, { do: 'pause' })).toEqual([{ ok: true }]);
    expect(stateOf(story).playing).toBe(false);
    run(story, { do: 'play' });
    expect(stateOf(story).playing).toBe(true);
    run(story, { do: 'speed', speed: 10 });
    expect(stateOf(story).speed).toBe(10);
    run(story, { do: 'step' });
    expect(stateOf(story)).toEqual({
      title: scenario.title,
      story: scenario.story,
      position: first.at,
      lasts: scenario.lasts,
      playing: false,
      speed: 10,
      says: first.says,
      next: { at: second.at, says: second.says },
      takenOver: false,
      rules: null,
      surprises: [],
    });
    run(story, { do: 'restart' });
    expect(stateOf(story)).toMatchObject({ position: 0, says: null, playing: true });
  });

  it('tells of the next step alone, and of none at the end', () => {
    const story = new Story(scenario, 0);
    expect(stateOf(story)).toMatchObject({ says: null, next: { at: first.at, says: first.says } });
    const ended = new Story(scenario, scenario.lasts);
    expect(stateOf(ended)).toMatchObject({ says: scenario.steps.at(-1)?.says, next: null });
  });

  it('takes over with an operation, which the kernel may refuse, and hands back', () => {
    const story = new Story(scenario, 0);
    pass(0.5);
    // delete_module(2): no module by that name.
    const absent: DemoCommand = {
      do: 'operate',
      operation: { do: 'unload', module: 'livepatch_absent' },
    };
    expect(run(story, absent)).toEqual([{ ok: false, errno: 'ENOENT' }]);
    expect(stateOf(story)).toMatchObject({ takenOver: true, next: null });
    expect(story.player.position).toBeCloseTo(0.5);
    pass(0.5);
    run(story, { do: 'hand-back' });
    expect(stateOf(story)).toMatchObject({ takenOver: false, next: { at: first.at } });
    expect(story.player.position).toBeCloseTo(1);
  });

  it('hears what the shadow API answers', () => {
    const story = new Story(scenario, 0);
    const action = { action: 'alloc', object: 'sk', id: 7, data: 'held' } as const;
    const attach: DemoCommand = { do: 'operate', operation: { do: 'shadow', action } };
    expect(run(story, attach, attach)).toEqual([
      { ok: true, answer: 'attached (held)' },
      { ok: true, answer: 'NULL: there is one already, and the kernel warns' },
    ]);
  });
});

describe('a step that goes otherwise than its story says', () => {
  const otherwise: Scenario = {
    ...scenario,
    id: 'otherwise',
    host: { name: 'web1', kernel: 'shadow-gc' },
    steps: [
      { at: 1, says: 'It is forced.', do: [{ do: 'force', patch: 'a\nb' }] },
      { at: 2, says: 'Nothing.', do: [{ do: 'poke-cpus' }], refusedWith: 'EBUSY' },
      {
        at: 3,
        says: 'One is there already.',
        do: [{ do: 'shadow', action: { action: 'get', object: 'sk', id: 1 } }],
        answeredWith: 'duplicate',
      },
    ],
  };
  const lines = [
    'step 1 at 1 s, force a\\nb: the story says done, the kernel answers ENOENT',
    'step 2 at 2 s, poke-cpus: the story says EBUSY, the kernel answers done',
    'step 3 at 3 s, shadow get: the story says duplicate, the kernel answers null',
  ];

  it('is told as it happens, and kept for who watches', () => {
    const told: string[] = [];
    const content = contentInMemory('my.json', [Buffer.from(JSON.stringify(otherwise))]);
    const source = openScenarioFile('my.json', content, {
      demo: 'end',
      onSurprise: (line) => told.push(line),
    });
    expect(told).toEqual(lines.map((line) => `my.json: ${line}.`));
    const story = source.ok ? source.value.story : undefined;
    expect(story && stateOf(story)).toMatchObject({
      surprises: lines,
      rules: expect.stringContaining('Linux 6.1 with shadow variables collected as'),
    });
  });
});
