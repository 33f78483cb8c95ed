/** What a trace says of requests and of what became of them. */
import { expect, it } from 'vitest';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { requestLine } from './request';
import type { Answer } from './session';
import { tracedAnswer, tracedSession } from './tracedSession';

const answer: Answer = {
  frames: [{ kind: 'p', words: [], body: Buffer.alloc(0) }],
  torn: false,
  unfinished: false,
  late: null,
  orders: null,
  bytes: 1234,
};

it('a request is told, then its answer, and both are passed on as they are', async () => {
  const steps: string[] = [];
  const asked: unknown[] = [];
  let isClosed = false;
  const session = tracedSession(
    {
      uid: 7,
      ask(request) {
        asked.push(request);
        return Promise.resolve(succeed(answer));
      },
      close: () => void (isClosed = true),
    },
    (step) => steps.push(step),
  );
  const request = {
    id: 3,
    sections: ['h', 'm'],
    scan: 'known',
    known: [{ pid: 1, tid: 2 }],
  } as const;
  expect(await session.ask(request)).toEqual(succeed(answer));
  expect(asked).toEqual([request]);
  expect(steps).toEqual([
    'request 3 hm known /proc/1/task/2',
    expect.stringMatching(/^answer 3: 1234 bytes, 1 frames, \d+ ms$/),
  ]);
  session.close();
  expect([session.uid, isClosed]).toEqual([7, true]);
});

it('an answer that was torn, broke off or never came is told as that', async () => {
  const told = async (result: Result<Answer>) => {
    const steps: string[] = [];
    expect(await tracedAnswer(Promise.resolve(result), 4, (step) => steps.push(step))).toBe(result);
    return steps.join();
  };
  expect(await told(succeed({ ...answer, torn: true }))).toMatch(/ ms, torn$/);
  expect(await told(succeed({ ...answer, unfinished: true }))).toMatch(/ ms, unfinished$/);
  expect(await told(succeed({ ...answer, torn: true, unfinished: true }))).toMatch(
    / ms, torn, unfinished$/,
  );
  expect(await told(fail('timeout', null, 'Too late.'))).toMatch(
    /^no answer 4 after \d+ ms: timeout: Too late\.$/,
  );
});

it('a request is one line: sections or none of them, what is scanned, and about whom', () => {
  const known = [
    { pid: 1, tid: 2 },
    { pid: 3, tid: 3 },
  ];
  expect(requestLine({ id: 1, sections: [], scan: 'full', known: [] })).toBe('1 - full');
  expect(requestLine({ id: 2, sections: ['o', 'd'], scan: 'known', known })).toBe(
    '2 od known /proc/1/task/2 /proc/3/task/3',
  );
  expect(requestLine({ id: 3, sections: [], about: 'seek', words: ['sf+0x', 'mlp'] })).toBe(
    '3 seek sf+0x mlp',
  );
});
