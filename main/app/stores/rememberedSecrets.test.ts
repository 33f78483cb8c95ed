/** With a cipher of the test's own; the keyring's is driven in `e2e/stories/secrets.story.ts`. */
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import type { Host, Remembering } from '../../../shared/api/contract';
import { hostOf, settled } from '../../../testing/renderer/documents';
import { keepOrRemove } from '../../../testing/main/kept';
import type { Ask, Question } from '../../ssh/questions';
import { createRememberedSecrets } from './rememberedSecrets';
import { openSecretStore } from './secretStore';

let folder = '';
let file = '';
let warnings: string[] = [];
let remembering: Remembering = 'offered';
let key = 0x5a;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-secrets-'));
  file = join(folder, 'secrets.json');
  warnings = [];
  remembering = 'offered';
  key = 0x5a;
});
afterEach(() => keepOrRemove(folder));

/** Each byte by exclusive or, and the key in front: another key is noticed. */
const cipher = {
  remembering: () => remembering,
  encrypt: (text: string) => Buffer.from([key, ...Buffer.from(text).map((byte) => byte ^ key)]),
  decrypt: ([first, ...rest]: Buffer) =>
    first === key ? Buffer.from(rest.map((byte) => byte ^ key)).toString() : null,
};

/** As after a new start of the app. */
function started() {
  return createRememberedSecrets(openSecretStore(file, cipher, (said) => warnings.push(said)));
}

const target = 'ada@db1:2222';
const password: Question = { kind: 'password', user: 'ada', host: 'db1', again: false };
const sudo: Question = { kind: 'sudo-password', user: 'ada', host: 'db1', again: false };

function person(...answers: readonly (readonly string[] | null)[]): Ask & { asked: Question[] } {
  const left = [...answers];
  const asked: Question[] = [];
  return Object.assign(
    (question: Question) => {
      asked.push(question);
      return Promise.resolve(left.shift() ?? null);
    },
    { asked },
  );
}

function read(privileged = true): Host {
  const coverage = { ...settled.coverage, privileged };
  return { ...hostOf({ ...settled, coverage }), target, live: true, phase: 'ready' };
}

function failed(code: 'authentication-failed' | 'unreachable'): Host {
  const problem = { code, path: null, message: 'x' };
  return { ...hostOf(settled), target, live: true, phase: 'failed', status: null, problem };
}

test('nothing is remembered that nobody wished to be', async () => {
  const secrets = started();
  expect(await secrets.answering(target, person(['typed']))(password)).toEqual(['typed']);
  secrets.heard(read());
  expect(existsSync(file)).toBe(false);
});

test('a remembered secret answers after a new start, and stands in no file as it is', async () => {
  const secret = newSecret('password');
  const secrets = started();
  expect(await secrets.answering(target, person([secret, 'remember']))(password)).toEqual([secret]);
  // Not before it is known to be right.
  expect(existsSync(file)).toBe(false);
  secrets.heard(read());
  expect(readFileSync(file, 'utf8')).not.toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const nobodyAsked = person();
  expect(await started().answering(target, nobodyAsked)(password)).toEqual([secret]);
  expect(nobodyAsked.asked).toEqual([]);
});

async function remembered(question: Question, secret = 'right'): Promise<void> {
  const secrets = started();
  await secrets.answering(target, person([secret, 'remember']))(question);
  secrets.heard(read());
}

test.each([
  ['another port', 'ada@db1:2223', password],
  ['another user', target, { ...password, user: 'bob' } as const],
  ['another purpose', target, sudo],
  ['a host on the way', target, { ...password, host: 'bastion' } as const],
])('%s gets another secret', async (_what, opened, question) => {
  await remembered(password);
  const ask = person(['other']);
  expect(await started().answering(opened, ask)(question)).toEqual(['other']);
});

test('a wrong one is forgotten, and a person is asked', async () => {
  await remembered(password, 'old');
  const secrets = started();
  const ask = person(['new', 'remember']);
  const answer = secrets.answering(target, ask);
  expect(await answer(password)).toEqual(['old']);
  expect(await answer({ ...password, again: true })).toEqual(['new']);
  expect(ask.asked).toHaveLength(1);
  expect(await started().answering(target, person())(password)).toBeNull();
  secrets.heard(read());
  expect(await started().answering(target, person())(password)).toEqual(['new']);
});

test('one that the server did not take at all is forgotten', async () => {
  await remembered(password);
  const secrets = started();
  await secrets.answering(target, person())(password);
  secrets.heard(failed('authentication-failed'));
  expect(await started().answering(target, person())(password)).toBeNull();
});

test('a server that is away says nothing of the secret', async () => {
  await remembered(password);
  const secrets = started();
  const answer = secrets.answering(target, person());
  await answer(password);
  secrets.heard(failed('unreachable'));
  expect(await answer(password)).toEqual(['right']);
});

test('it answers once; asked for again before the host was read, a person answers', async () => {
  await remembered(password);
  const ask = person(['typed']);
  const answer = started().answering(target, ask);
  expect(await answer(password)).toEqual(['right']);
  expect(await answer(password)).toEqual(['typed']);
});

test('a password that sudo did not take is not remembered', async () => {
  const secrets = started();
  await secrets.answering(target, person([newSecret('password'), 'remember']))(sudo);
  secrets.heard(read(false));
  expect(existsSync(file)).toBe(false);
});

test('a server’s own questions are never remembered: they may ask for a code of one use', async () => {
  const secrets = started();
  const prompts = {
    kind: 'prompts',
    host: 'db1',
    name: '',
    instructions: '',
    prompts: [],
  } as const;
  expect(secrets.offer(prompts)).toBeNull();
  expect(secrets.offer(password)).toBe('offered');
});

test.each(['plain-text', 'unavailable'] as const)(
  'where it would be kept as %s, nothing is written and nothing read',
  async (why) => {
    await remembered(password);
    const before = readFileSync(file, 'utf8');
    remembering = why;
    const secrets = started();
    expect(secrets.offer(password)).toBe(why);
    const ask = person(['typed', 'remember']);
    expect(await secrets.answering(target, ask)(password)).toEqual(['typed']);
    secrets.heard(read());
    expect(readFileSync(file, 'utf8')).toBe(before);
  },
);

test('what another keyring has encrypted is forgotten, and said', async () => {
  await remembered(password);
  key = 0x33;
  expect(await started().answering(target, person(['typed']))(password)).toEqual(['typed']);
  expect(warnings).toEqual([expect.stringContaining('can no longer be decrypted')]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ secrets: [] });
});

test('secrets are forgotten by host, or all', async () => {
  await remembered(password);
  await remembered(sudo);
  const secrets = started();
  expect(secrets.forget('elsewhere')).toBe(0);
  expect(secrets.forget(target)).toBe(2);
  await remembered(password);
  expect(started().forget(null)).toBe(1);
  expect(await started().answering(target, person())(password)).toBeNull();
});

test('a broken file is set aside and said, not emptied', () => {
  writeFileSync(file, '{"secrets": [{"target": 7}]}');
  started();
  expect(warnings).toEqual([expect.stringContaining('kept as')]);
  expect(readFileSync(`${file}.broken`, 'utf8')).toContain('7');
});
