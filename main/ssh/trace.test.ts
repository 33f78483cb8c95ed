/** What a trace says of questions, and what it never says. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answering } from '../../testing/main/answering';
import { temporaryFolder } from '../../testing/main/folders';
import { newSecret } from '../../testing/sshd/secrets';
import { nobody, type Question } from './questions';
import { noTrace, traceByEnvironment, tracedAsk, traceInto, traceOf } from './trace';

afterEach(() => void vi.unstubAllEnvs());

const host = 'db1';
const questions: readonly (readonly [Question, string])[] = [
  [
    {
      kind: 'host-key',
      host,
      port: 2222,
      keyType: 'ssh-rsa',
      fingerprint: 'SHA256:x',
      verdict: 'unknown',
      files: [],
    },
    'whether the host key ssh-rsa SHA256:x of db1 port 2222 is right (unknown)',
  ],
  [{ kind: 'transport', host, key: 'db1', needs: [] }, 'which SSH to use for db1'],
  [
    { kind: 'passphrase', keyFile: '/key', isHidden: false, again: false },
    'the passphrase of /key',
  ],
  [
    { kind: 'passphrase', keyFile: '/key', isHidden: true, again: true },
    'the passphrase of /key, again',
  ],
  [{ kind: 'password', user: 'ada', host, again: false }, 'the password of ada@db1'],
  [{ kind: 'password', user: 'ada', host, again: true }, 'the password of ada@db1, again'],
  [
    { kind: 'sudo-password', user: 'ada', host, again: false },
    'the password of ada for sudo on db1',
  ],
  [
    { kind: 'sudo-password', user: 'ada', host, again: true },
    'the password of ada for sudo on db1, again',
  ],
  [
    { kind: 'prompts', host, name: '', instructions: '', prompts: [{ text: 'x', echo: true }] },
    '1 answers to questions of db1',
  ],
];

describe.each(questions)('a question', (question, words) => {
  it(`for ${words} is told, and whether it is answered, and nothing of the answer`, async () => {
    const steps: string[] = [];
    const secret = newSecret('password');
    const ask = tracedAsk(answering([secret], null), (step) => steps.push(step));
    expect(ask.unattended).toBeUndefined();
    expect(await ask(question)).toEqual([secret]);
    expect(await ask(question)).toBeNull();
    expect(steps).toEqual([
      `a person is asked for ${words}`,
      'it is answered',
      `a person is asked for ${words}`,
      'it stays unanswered',
    ]);
  });
});

it('of which there is nobody to ask stays one of which there is nobody', async () => {
  const steps: string[] = [];
  const ask = tracedAsk(nobody, (step) => steps.push(step));
  expect(ask.unattended).toBe(true);
  const [[question] = []] = questions;
  if (!question) throw new Error('no question');
  expect(await ask(question)).toBeNull();
  expect(steps[0]).toMatch(/^nobody is there to be asked for /);
});

describe('a step', () => {
  it('has its time, and its host where it is of one', () => {
    const lines: string[] = [];
    traceOf(
      host,
      traceInto((line) => lines.push(line)),
    )('connecting');
    expect(lines).toEqual([expect.stringMatching(/^ *\d+\.\d{3} db1: connecting\n$/)]);
  });

  it('goes nowhere where nobody wants it', () => {
    vi.stubEnv('KLPSCOPE_VERBOSE', undefined);
    expect(traceByEnvironment()).toBe(noTrace);
    vi.stubEnv('KLPSCOPE_VERBOSE', '');
    expect(traceByEnvironment()).toBe(noTrace);
  });

  it('is added to the file that is named, for its owner alone', () => {
    const path = join(temporaryFolder(), 'trace');
    vi.stubEnv('KLPSCOPE_VERBOSE', path);
    traceByEnvironment()('one');
    traceByEnvironment()('two\u001b[2J');
    expect(readFileSync(path, 'utf8')).toMatch(/^ *\d+\.\d{3} one\n *\d+\.\d{3} two[^\u001b]*\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
