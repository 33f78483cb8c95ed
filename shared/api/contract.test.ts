/** What may cross between window and main process: nothing is added, left out, or without measure. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { settled } from '../../testing/shared/documents';
import { eventNames, requestNames } from './channels';
import { events, questionSchema, rememberingSchema, requests } from './contract';
import { openSshAbilities } from './openSsh';
import { settingsSchema } from './settings';

const problem = { code: 'timeout', path: null, message: 'It did not answer.' };
const settings = { theme: 'dark', zoom: 1, interval: 2, transports: { db1: 'openssh' } };
const demo = {
  title: 'A story',
  story: 'drain',
  position: 1.5,
  lasts: 60,
  playing: true,
  speed: 1,
  says: null,
  next: { at: 2, says: 'It begins.' },
  takenOver: false,
  rules: null,
  surprises: [],
};
const host = {
  id: 'h1',
  target: 'db1',
  label: 'db1',
  live: true,
  paused: false,
  phase: 'ready',
  headline: {
    tone: 'settled',
    title: [{ text: 'a is applied', strong: false }],
    detail: '',
    short: 'settled',
  },
  isDemo: false,
  status: settled,
  problem,
  sampledAt: '2026-01-01T00:00:00Z',
  sampleMs: 12.5,
  slowed: { everyMs: 4800, roundMs: 1200 },
  rebooted: { seenAt: '2026-11-21T12:00:00.000Z', text: 'The host was booted again.' },
  reconnecting: false,
  transitionSeenAt: null,
  drain: [[0, 3]],
  demo,
  recording: { index: 0, count: 1, at: '2026-01-01T00:00:00Z', seconds: 0, lasts: 0, lost: false },
  recorder: { file: 'a.klprec', moments: 1, bytes: 100, problem: null },
};
const info = {
  version: '0.1.0',
  electron: '1',
  platform: 'linux',
  settings,
  samples: [{ id: 's', title: 'S', summary: '', target: 'demo' }],
  demos: [{ target: 'demo:drain', title: 'D', story: 'drain', isFleet: false }],
  hosts: [host],
  selected: null,
  notices: [''],
  hasPkexec: true,
  view: 'functions',
};
const whatIf = {
  format: 'klpscope/what-if',
  version: 1,
  target: 'db1',
  action: { do: 'disable', patch: 'a' },
  allowed: true,
  refusal: null,
  functions: [],
  leaving: [],
  leftover: [],
  pinned: [],
  maybe: { leaving: [], leftover: [], pinned: [] },
  wouldBlock: [],
  unchecked: null,
  running: null,
  irreversible: [],
  assumptions: [],
  command: null,
};
const id = { id: 'h1' };
const live = { sudo: true, pkexec: false, transport: 'ssh2' };

/** Of each request what may be asked and answered; of each event what may be told. */
const asked: Readonly<Record<keyof typeof requests, readonly [ask: unknown, answer: unknown]>> = {
  'app:info': [undefined, info],
  'host:open': [
    { target: 'db1', live },
    { ok: true, id: 'h1' },
  ],
  'host:close': [id, undefined],
  'host:refresh': [id, undefined],
  'host:pause': [{ ...id, paused: true }, undefined],
  'host:files': [id, [{ path: '/proc/modules', size: null, missing: 'denied', truncated: false }]],
  'host:file': [{ ...id, path: '/proc/modules' }, null],
  'dialog:open': [{ kind: 'folder' }, ['dir:/tmp']],
  'clipboard:write': [{ text: 'x' }, undefined],
  'settings:change': [{ theme: 'light' }, settings],
  'window:painted': [{ host: null }, undefined],
  'window:shows': [{ host: 'h1' }, undefined],
  'hosts:configured': [undefined, ['db1']],
  'host:retry': [{ ...id, live }, undefined],
  'host:cancel': [id, undefined],
  'question:answer': [{ id: 1, answers: ['yes'] }, undefined],
  'secrets:forget': [{ id: null }, 3],
  'host:what-if': [
    { ...id, action: { do: 'force', patch: 'a' } },
    { ok: true, value: whatIf },
  ],
  'demo:control': [
    { ...id, command: { do: 'operate', operation: { do: 'force', patch: 'a' } } },
    { ok: false, errno: 'EBUSY' },
  ],
  'recording:move-to': [{ ...id, index: -1 }, undefined],
  'recording:moments': [id, { seconds: [0, 1], marks: [{ index: 0, text: 'x', isBad: true }] }],
  'host:record': [{ ...id, on: true }, undefined],
};
const question = { kind: 'password', user: 'root', host: 'db1', again: false };
const told: Readonly<Record<keyof typeof events, unknown>> = {
  'host:changed': host,
  'host:closed': id,
  'host:select': id,
  'settings:changed': settings,
  'command:run': id,
  'question:asked': { id: 1, host: 'h1', question, remembering: 'offered' },
  'question:withdrawn': { id: 1 },
};
const questions: readonly unknown[] = [
  {
    kind: 'host-key',
    host: 'db1',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:x',
    verdict: 'unknown',
    files: ['~/.ssh/known_hosts'],
  },
  { kind: 'transport', host: 'db1', key: 'db1', needs: [...openSshAbilities, 'keyword:MACs'] },
  { kind: 'passphrase', keyFile: '~/.ssh/id', isHidden: true, again: false },
  question,
  { ...question, kind: 'sudo-password' },
  {
    kind: 'prompts',
    host: 'db1',
    name: '',
    instructions: '',
    prompts: [{ text: 'Code:', echo: true }],
  },
];

const requestCases = requestNames.flatMap((name): [string, z.ZodType, unknown][] => [
  [`${name}, asked`, requests[name].ask, asked[name][0]],
  [`${name}, answered`, requests[name].answer, asked[name][1]],
]);
const eventCases = eventNames.map((name): [string, z.ZodType, unknown] => [
  name,
  events[name],
  told[name],
]);
const questionCases = questions.map((one, at): [string, z.ZodType, unknown] => [
  `question ${at}`,
  questionSchema,
  one,
]);
const cases = [...requestCases, ...eventCases, ...questionCases];

const optional = new Set(['live', 'sudo', 'pkexec', 'transport']);

/** The value with one change in one of its objects, wherever that lies: each such change. */
function* changed(
  value: unknown,
  change: (object: object) => Iterable<unknown>,
): Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      for (const other of changed(item, change)) yield value.with(at, other);
    return;
  }
  yield* change(value);
  for (const [key, item] of Object.entries(value))
    for (const other of changed(item, change)) yield { ...value, [key]: other };
}

const isOpenKeyed = (object: object): boolean => 'db1' in object;

function withOneMore(object: object): unknown[] {
  return isOpenKeyed(object) ? [] : [{ ...object, unheardOf: 1 }];
}

function withOneLess(object: object): unknown[] {
  if (isOpenKeyed(object)) return [];
  return Object.keys(object)
    .filter((key) => !optional.has(key))
    .map((key) => Object.fromEntries(Object.entries(object).filter(([other]) => other !== key)));
}

describe('what crosses', () => {
  it.each(cases)('%s: is taken as it is', (_, schema, value) => {
    expect(schema.parse(value)).toEqual(value);
  });

  it.each(cases)('%s: is refused with anything that is not agreed on', (_, schema, value) => {
    for (const more of changed(value, withOneMore)) {
      expect([schema.safeParse(more).success, more]).toEqual([false, more]);
    }
    expect(schema.safeParse(Symbol.iterator).success).toBe(false);
  });

  it.each(
    cases.filter(([name]) => name !== 'settings:change, asked' && !name.includes('host:what-if')),
  )('%s: is refused with anything missing', (_, schema, value) => {
    for (const less of changed(value, withOneLess)) {
      expect([schema.safeParse(less).success, less]).toEqual([false, less]);
    }
  });

  it('has the other outcomes as well', () => {
    expect(requests['host:open'].answer.parse({ ok: false, problem })).toEqual({
      ok: false,
      problem,
    });
    expect(requests['host:what-if'].answer.parse({ ok: false, problem })).toEqual({
      ok: false,
      problem,
    });
    expect(requests['demo:control'].answer.parse({ ok: true })).toEqual({ ok: true });
    for (const phase of ['loading', 'failed'])
      expect(events['host:changed'].safeParse({ ...host, phase }).success).toBe(true);
    for (const command of ['play', 'pause', 'step', 'restart', 'hand-back'])
      expect(
        requests['demo:control'].ask.safeParse({ ...id, command: { do: command } }).success,
      ).toBe(true);
    for (const way of ['offered', 'plain-text', 'unavailable'])
      expect(rememberingSchema.parse(way)).toBe(way);
    for (const verdict of ['unknown', 'other-key-type', 'ca-only'])
      expect(questionSchema.safeParse({ ...Object(questions[0]), verdict }).success).toBe(true);
    expect(questionSchema.safeParse({ ...Object(questions[0]), verdict: 'trusted' }).success).toBe(
      false,
    );
  });
});

describe('how much may cross', () => {
  const limits: [string, z.ZodType, (length: number) => unknown, number][] = [
    ['a target', requests['host:open'].ask, (n) => ({ target: 'x'.repeat(n) }), 4096],
    ['a path', requests['host:file'].ask, (n) => ({ ...id, path: 'x'.repeat(n) }), 4096],
    ['a host’s id', requests['host:close'].ask, (n) => ({ id: 'x'.repeat(n) }), 64],
    ['a host that is shown', requests['window:shows'].ask, (n) => ({ host: 'x'.repeat(n) }), 64],
    [
      'an answer',
      requests['question:answer'].ask,
      (n) => ({ id: 1, answers: ['x'.repeat(n)] }),
      8192,
    ],
    [
      'a round of answers',
      requests['question:answer'].ask,
      (n) => ({ id: 1, answers: Array.from({ length: n }, () => '') }),
      16,
    ],
    [
      'a round of prompts',
      questionSchema,
      (n) => ({
        ...Object(questions[5]),
        prompts: Array.from({ length: n }, () => ({ text: '', echo: false })),
      }),
      16,
    ],
    [
      'the speed of a story',
      requests['demo:control'].ask,
      (n) => ({ ...id, command: { do: 'speed', speed: n } }),
      60,
    ],
  ];

  it.each(limits)('%s ends at a measure', (_, schema, of, most) => {
    expect(schema.safeParse(of(most)).success).toBe(true);
    expect(schema.safeParse(of(most + 1)).success).toBe(false);
  });

  it('no target is empty, no speed zero, no recording without a moment', () => {
    expect(requests['host:open'].ask.safeParse({ target: '' }).success).toBe(false);
    const speed = (value: number) =>
      requests['demo:control'].ask.safeParse({ ...id, command: { do: 'speed', speed: value } })
        .success;
    expect([speed(0), speed(0.5)]).toEqual([false, true]);
    const moment = (change: object) =>
      events['host:changed'].safeParse({ ...host, recording: { ...host.recording, ...change } })
        .success;
    expect([
      moment({}),
      moment({ count: 0 }),
      moment({ index: -1 }),
      moment({ index: 0.5 }),
    ]).toEqual([true, false, false, false]);
  });
});

describe('settings', () => {
  const takes = (change: object) => settingsSchema.safeParse({ ...settings, ...change }).success;

  it.each([
    ['zoom', 0.5, 3],
    ['interval', 0.5, 3600],
  ])('%s lies between %d and %d', (name, least, most) => {
    expect([least, most].map((value) => takes({ [name]: value }))).toEqual([true, true]);
    const beyond = [least - 0.01, most + 0.01];
    expect(beyond.map((value) => takes({ [name]: value }))).toEqual([false, false]);
  });

  it('hold a choice of SSH for any name of a host, and nothing else', () => {
    expect(takes({ transports: {} })).toBe(true);
    expect(takes({ transports: { db1: 'ssh2', constructor: 'openssh' } })).toBe(true);
    expect(takes({ transports: { db1: 'telnet' } })).toBe(false);
    expect(takes({ transports: JSON.parse('{"__proto__":"openssh"}') })).toBe(true);
    expect(takes({ transports: JSON.parse('{"__proto__":"telnet"}') })).toBe(false);
    expect(takes({ transports: { ['x'.repeat(1025)]: 'ssh2' } })).toBe(false);
    expect(takes({ transports: null })).toBe(false);
  });
});
