/** What a host sends that is not in the list of what is read: left out, and said in the readings. */
import { expect, it } from 'vitest';
import type { Frame } from '../wire/frames';
import type { Answer } from '../wire/session';
import { HostReadings } from './hostReadings';

const frame = (kind: string, text: string, words: readonly string[] = []): Frame => ({
  kind,
  words,
  body: Buffer.from(text),
});

const answer = (...frames: readonly Frame[]): Answer => ({
  frames,
  torn: false,
  unfinished: false,
  late: null,
  orders: null,
  bytes: 0,
});

const identity = {
  target: 'x',
  source: 'ssh',
  privileged: true,
  takenAt: '2026-11-21T12:00:00.000Z',
  readingSeconds: 0.1,
} as const;

const moving = [
  ' folder /sys/kernel/livepatch',
  '/sys/kernel/livepatch/a/transition:1',
  '/sys/kernel/livepatch/a/enabled:1',
  '/sys/kernel/livepatch/a/',
  '',
].join('\n');

const states = [frame('e', ''), frame('t', '7/task/7/patch_state:0\n', ['9', '1'])];

function problemsOf(host: HostReadings): string[] {
  const { problems } = host.readings(identity);
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

const left = (names: string) =>
  `protocol-error: The host sent what this version does not know, and it was left out: ${names}.`;

it.each([
  [
    'an attribute',
    frame('p', `${moving}/sys/kernel/livepatch/a/new_one:1\n`),
    '/sys/kernel/livepatch/a/new_one',
  ],
  ['a fact', frame('h', '/proc/sys/kernel/new_one:1\n'), '/proc/sys/kernel/new_one'],
  [
    'a module',
    frame('m', '/sys/module/a/new_one:1\n\na 1 0 - Live 0x0\n'),
    '/sys/module/a/new_one',
  ],
  ['a list', frame('f', '/sys/kernel/tracing/new_one:\nf (1)\n'), '/sys/kernel/tracing/new_one'],
  ['a file of a thread', frame('d', '/proc/7/task/7/new_one:1\n'), '/proc/7/task/7/new_one'],
  ['a part', frame('y', 'text'), 'y'],
])('%s that nobody knows', (_, sent, name) => {
  const host = new HostReadings();
  host.take(answer(frame('p', moving), ...states, sent));
  const [problem] = problemsOf(host);
  expect(problem).toContain(`“${name}”`);
  expect(problem).toMatch(/^protocol-error: /);
});

it('stays said while the section stays the same, and no longer', () => {
  const host = new HostReadings();
  const wrong = `${moving}/sys/kernel/livepatch/a/new_one:1\n`;
  host.take(answer(frame('p', wrong), ...states));
  host.take(answer(frame('p', '', ['same']), ...states));
  expect(problemsOf(host)).toEqual([left('“/sys/kernel/livepatch/a/new_one”')]);
  host.take(answer(frame('p', moving), ...states));
  expect(problemsOf(host)).toEqual([]);
});

it('is said of what comes late, and of the places in the stack', () => {
  const host = new HostReadings();
  const underWay = host.take(
    answer(frame('p', moving), ...states, frame('d', '/proc/7/task/7/comm:a\n')),
  );
  host.takeLate(
    [
      frame('k', '/proc/7/task/7/stack:[<0>] f+0x1/0x2\n/proc/7/environ:SECRET\n'),
      frame('xk', 'grep: /proc/7/task/7/fdinfo: Permission denied\n'),
      frame('C', 'text', ['/proc/7/maps']),
    ],
    underWay,
  );
  host.takeOrders(['/sys/kernel/livepatch/a/stack_order:1', '/sys/kernel/livepatch/a/order:2']);
  expect(problemsOf(host)).toEqual([
    left('“/sys/kernel/livepatch/a/order”'),
    left('“/proc/7/maps”, “/proc/7/environ”, “/proc/7/task/7/fdinfo”'),
  ]);
  const { files } = host.readings(identity);
  expect(files.get('/sys/kernel/livepatch/a/stack_order')).toEqual({
    text: '1\n',
    truncated: false,
  });
});

it('says nothing of an answer that is all known', () => {
  const host = new HostReadings();
  host.take(answer(frame('p', moving), ...states));
  expect(problemsOf(host)).toEqual([]);
});
