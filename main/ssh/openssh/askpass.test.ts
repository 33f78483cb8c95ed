/** The helper programs themselves, run as `ssh` runs them. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import { openAskpass, type Askpass } from './askpass';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { resolveHost } from '../config/config';
import type { Question } from '../questions';

let askpass: Askpass;
let asked: Question[] = [];
let answers: (string | null)[] = [];
/** Instead of the answer "late". */
let late: Promise<readonly string[]> | null = null;
let folder = '';

const key = Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64');

beforeEach(async () => {
  asked = [];
  late = null;
  folder = mkdtempSync(join(tmpdir(), 'klpscope-askpass-test-'));
  const address = { user: 'ada', host: 'db1', port: null };
  const settings = await resolveHost(address, { configFile: '/dev/null' });
  const ask = (question: Question) => {
    asked.push(question);
    const answer = answers.shift() ?? null;
    if (answer === 'late' && late) return late;
    return Promise.resolve(answer === null ? null : [answer]);
  };
  const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
  const opened = await openAskpass({
    hops: [{ address, settings }],
    rulesFor: () => ({ files: [], accepted, acceptNew: false, policy: usualPolicy, ask }),
    marksServerWords: true,
    ask,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  askpass = opened.value;
  askpass.listen();
});
afterEach(() => {
  askpass.close();
  rmSync(folder, { recursive: true });
});

type Program = 'askpass' | 'known-hosts' | 'logged-in';

function start(program: Program, words: readonly string[], more: NodeJS.ProcessEnv = {}) {
  return spawn(join(folderOf(askpass), program), words, { env: { ...process.env, ...more } });
}

function folderOf({ environment }: Askpass): string {
  return dirname(environment['SSH_ASKPASS'] ?? '');
}

async function ended(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, said };
}

function run(question: string) {
  return ended(start('askpass', [question]));
}

it('hands a question on and prints the answer, whatever stands in both', async () => {
  const odd = `it's "odd" $(id) \\n \`x\` %s -e ü`;
  const password = newSecret('password');
  answers = [odd, password];
  expect(await run(`(ada@db1) ${odd}\nsecond line: `)).toEqual({ status: 0, said: `${odd}\n` });
  expect(await run("ada@db1's password: ")).toEqual({ status: 0, said: `${password}\n` });
  expect(asked).toMatchObject([
    { kind: 'prompts', prompts: [{ text: `${odd}\nsecond line: ` }] },
    { kind: 'password', user: 'ada' },
  ]);
});

it('hands a question of any length on', async () => {
  const long = 'ü'.repeat(50_000);
  answers = ['right'];
  expect(await run(`(ada@db1) ${long}`)).toEqual({ status: 0, said: 'right\n' });
  expect(asked).toMatchObject([{ prompts: [{ text: long }] }]);
});

it('fails where nobody answers, and prints nothing', async () => {
  answers = [null];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 1, said: '' });
});

it('shows a mere notice until ssh takes it away, and keeps no answer for it', async () => {
  const more = { SSH_ASKPASS_PROMPT: 'none' };
  const notice = start('askpass', ['Confirm user presence for key'], more);
  await new Promise((resolve) => notice.once('spawn', resolve));
  answers = ['right'];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 0, said: 'right\n' });
  expect(notice.exitCode).toBeNull();
  notice.kill('SIGTERM');
  await new Promise((resolve) => notice.once('close', resolve));
  expect(asked).toHaveLength(1);
});

it('gives an answer that comes too late to nobody else', async () => {
  let answerLate: (answers: readonly string[]) => void = () => undefined;
  const secret = newSecret('password');
  late = new Promise((resolve) => (answerLate = resolve));
  answers = ['late', 'for db2'];
  const impatient = start('askpass', ["ada@db1's password: "]);
  await expect.poll(() => asked.length).toBe(1);
  impatient.kill('SIGKILL');
  await new Promise((resolve) => impatient.once('close', resolve));
  answerLate([secret]);
  expect(await run('(eve@db2) Code: ')).toEqual({ status: 0, said: 'for db2\n' });
});

it('tells a host’s key and what the user’s own command says, and gives ssh the lines of both', async () => {
  const theirs = 'db2 ssh-ed25519 AAAA\ndb3 ssh-ed25519 AAAA';
  const command = ['printf', '%s\\n', ...theirs.split('\n')];
  answers = ['accept'];
  const asking = ended(start('known-hosts', ['HOSTNAME', 'db1', key, ...command]));
  expect(await asking).toEqual({ status: 0, said: `${theirs}\ndb1 ssh-ed25519 ${key}\n` });
  expect(asked).toMatchObject([{ kind: 'host-key', host: 'db1', verdict: 'unknown' }]);
});

it('tells ssh what the user’s own command knows when it asks which types are known', async () => {
  const ordering = ended(
    start('known-hosts', ['ORDER', 'db1', 'NONE', 'echo', 'db1 ssh-rsa AAAA']),
  );
  expect(await ordering).toEqual({ status: 0, said: 'db1 ssh-rsa AAAA\n' });
  expect(asked).toEqual([]);
});

it('ends the connection where nobody accepts a key, or the user’s own command fails', async () => {
  answers = [null];
  expect(await ended(start('known-hosts', ['HOSTNAME', 'db1', key]))).toEqual({
    status: 1,
    said: '',
  });
  const failing = start('known-hosts', ['HOSTNAME', 'db1', key, 'false']);
  expect(await ended(failing)).toEqual({ status: 1, said: '' });
  expect(asked).toHaveLength(1);
});

it('hears who has let us in, and answers nobody after the login', async () => {
  const login = new Promise<void>((resolve) => (askpass.prompts.onLogin = resolve));
  expect(await ended(start('logged-in', []))).toEqual({ status: 0, said: '' });
  await login;
  const waiting = start('askpass', ['(ada@db1) Code: ']);
  late = new Promise(() => undefined);
  answers = ['late'];
  await expect.poll(() => asked.length).toBe(1);
  askpass.rest();
  expect(await ended(waiting)).toEqual({ status: 1, said: '' });
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 1, said: '' });
  expect(await ended(start('known-hosts', ['HOSTNAME', 'db1', key]))).toEqual({
    status: 1,
    said: '',
  });
  askpass.listen();
  late = null;
  answers = ['again'];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 0, said: 'again\n' });
});

it('is nobody else’s to read, and gone when closed, with all that wait for an answer', async () => {
  const folder = folderOf(askpass);
  for (const name of ['askpass', 'known-hosts', 'logged-in']) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
  }
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  late = new Promise(() => undefined);
  answers = ['late'];
  const waiting = start('askpass', ['(ada@db1) Code: ']);
  await expect.poll(() => asked.length).toBe(1);
  askpass.close();
  askpass.close();
  expect(await ended(waiting)).toEqual({ status: 1, said: '' });
  expect(existsSync(folder)).toBe(false);
});

it('forgets at the end of a login what was said only in part', async () => {
  const question = join(folderOf(askpass), 'question');
  writeFileSync(question, 'askpass\x007');
  askpass.hear();
  askpass.rest();
  askpass.listen();
  answers = ['right'];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 0, said: 'right\n' });
});

it('answers nobody who is no program of ours, by whatever number', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Behind `answer.`, which stands for a folder then.
  const place = `/../${relative(folderOf(askpass), pipe)}`;
  writeFileSync(join(folderOf(askpass), 'question'), `askpass\0${place}\0(ada@db1) Code: \0`);
  answers = ['right'];
  expect(await run('(ada@db1) Code: ')).toEqual({ status: 0, said: 'right\n' });
  expect(asked).toHaveLength(1);
});

it('may find its folder tidied up by somebody, and is no duty any more once it is closed', async () => {
  rmSync(folderOf(askpass), { recursive: true });
  expect(() => askpass.rest()).not.toThrow();
  const duties = process.listenerCount('exit');
  askpass.close();
  expect(process.listenerCount('exit')).toBe(duties - 1);
});
