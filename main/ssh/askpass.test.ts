/** The helper program itself, run as `ssh` runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newSecret } from '../../e2e/sshd/secrets';
import { openAskpass, type Askpass } from './askpass';
import { AcceptedKeys } from './acceptedKeys';
import { resolveHost } from './config';
import type { Question } from './questions';

let askpass: Askpass;
let asked: Question[] = [];
let answers: (string | null)[] = [];

beforeEach(async () => {
  asked = [];
  const address = { user: 'ada', host: 'db1', port: null };
  const settings = await resolveHost(address, { configFile: '/dev/null' });
  const ask = (question: Question) => {
    asked.push(question);
    const answer = answers.shift() ?? null;
    return Promise.resolve(answer === null ? null : [answer]);
  };
  const opened = await openAskpass({
    stations: [{ address, settings }],
    rulesFor: () => ({ files: [], accepted: new AcceptedKeys('/nowhere'), acceptNew: false, ask }),
    ask,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  askpass = opened.value;
  askpass.listen();
});
afterEach(() => askpass.close());

function helper(question: string, more: NodeJS.ProcessEnv = {}): ChildProcess {
  const program = askpass.environment['SSH_ASKPASS'] ?? '';
  return spawn(program, [question], { env: { ...askpass.environment, ...more } });
}

function run(question: string): Promise<{ status: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = helper(question);
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('close', (status) => resolve({ status, said }));
  });
}

it('hands a question on and prints the answer, whatever stands in both', async () => {
  const odd = `it's "odd" $(id) \\n \`x\` %s -e`;
  const password = newSecret('password');
  answers = [odd, password];
  expect(await run(`(ada@db1) ${odd}\nsecond line: `)).toEqual({ status: 0, said: `${odd}\n` });
  expect(await run("ada@db1's password: ")).toEqual({ status: 0, said: `${password}\n` });
  expect(asked).toMatchObject([
    { kind: 'prompts', prompts: [{ text: `${odd}\nsecond line: ` }] },
    { kind: 'password', user: 'ada' },
  ]);
});

it('fails where nobody answers, and prints nothing', async () => {
  answers = [null];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 1, said: '' });
});

it('shows a mere notice until ssh takes it away, and keeps no answer for it', async () => {
  const notice = helper('Confirm user presence for key', { SSH_ASKPASS_PROMPT: 'none' });
  await new Promise((resolve) => notice.once('spawn', resolve));
  answers = ['right'];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 0, said: 'right\n' });
  expect(notice.exitCode).toBeNull();
  notice.kill('SIGTERM');
  await new Promise((resolve) => notice.once('close', resolve));
  expect(asked).toHaveLength(1);
});

it('is nobody else’s to read, and gone when closed', async () => {
  const program = askpass.environment['SSH_ASKPASS'] ?? '';
  expect(statSync(program).mode & 0o777).toBe(0o700);
  const folder = askpass.environment['KLPSCOPE_ASKPASS'] ?? '';
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  askpass.close();
  askpass.close();
  expect(existsSync(folder)).toBe(false);
});
