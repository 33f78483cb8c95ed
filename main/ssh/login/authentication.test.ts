/** In which order a login tries what the server takes, and whom it asks. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAuthMethod, AuthenticationType } from 'ssh2';
import { describe, expect, it, vi } from 'vitest';
import { promptLimits } from '../../../shared/api/prompts';
import { newSecret, withAskpass } from '../../../testing/sshd/secrets';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { Authentication, type Login } from './authentication';

function login(more: Partial<Login> = {}) {
  const onExhausted = vi.fn<() => void>();
  const authentication = new Authentication({
    user: 'root',
    host: 'db1',
    agentSocket: null,
    keyFiles: [],
    identitiesOnly: false,
    methods: ['publickey', 'keyboard-interactive', 'password'],
    signatures: ['ssh-ed25519', 'rsa-sha2-256'],
    leastRsaBits: 1024,
    promptCount: 3,
    ask: answering(),
    onExhausted,
    ...more,
  });
  /** What is tried next; null: no way is left. */
  const next = (left: readonly AuthenticationType[] | null) =>
    new Promise<AnyAuthMethod | null>((resolve) => {
      onExhausted.mockImplementation(() => resolve(null));
      authentication.next(left, null, (method) => {
        if (typeof method === 'string') throw new Error('a bare word');
        resolve(method);
      });
    });
  return { authentication, next };
}

const all: AuthenticationType[] = ['publickey', 'keyboard-interactive', 'password'];

/** Answers the questions of a keyboard-interactive round, as the server would ask them. */
function respond(method: AnyAuthMethod | null, prompts: readonly string[]): Promise<string[]> {
  if (method?.type !== 'keyboard-interactive') throw new Error(`not asked but ${method?.type}`);
  return new Promise((resolve) =>
    method.prompt(
      'name',
      'instructions',
      'en',
      prompts.map((text) => ({ prompt: text, echo: text === 'Token: ' })),
      resolve,
    ),
  );
}

describe('a login', () => {
  it('tries nothing, keys, the server’s questions', async () => {
    const { next } = login({ ask: answering(['a'], ['b'], ['c']) });
    expect(await next(null)).toEqual({ type: 'none', username: 'root' });
    expect(await next(all)).toMatchObject({ type: 'agent', username: 'root' });
    for (let round = 0; round < 3; round += 1) {
      expect(await respond(await next(all), ['Password: '])).toHaveLength(1);
    }
    expect(await next(all)).toBeNull();
  });

  it('gives passwords where there are no questions, three times', async () => {
    const ask = answering(['a'], ['b'], ['c'], ['d']);
    const { next, authentication } = login({ ask });
    await next(null);
    expect(await next(['password'])).toEqual({ type: 'password', username: 'root', password: 'a' });
    expect(authentication.neededHuman).toBe(true);
    expect(await next(['password'])).toMatchObject({ password: 'b' });
    expect(await next(['password'])).toMatchObject({ password: 'c' });
    expect(await next(['password'])).toBeNull();
    expect(ask.asked).toEqual(
      [false, true, true].map((again) => ({ kind: 'password', user: 'root', host: 'db1', again })),
    );
    expect(authentication.lacksAnswer).toBe(false);
  });

  it('asks nobody for what the server does not take', async () => {
    const ask = answering(['a']);
    const { next, authentication } = login({ ask });
    await next(null);
    expect(await next(['publickey'])).toMatchObject({ type: 'agent' });
    expect(await next(['publickey'])).toBeNull();
    expect({ asked: ask.asked, human: authentication.neededHuman }).toEqual({
      asked: [],
      human: false,
    });
    expect(authentication.offered).toEqual(['publickey']);
  });

  it('offers no key where keys are not to be used', async () => {
    const { next } = login({
      methods: ['keyboard-interactive', 'password'],
      ask: answering(['a']),
    });
    await next(null);
    expect(await next(['publickey', 'password'])).toMatchObject({ type: 'password' });
  });

  it('asks for nothing more once an answer was not given', async () => {
    const ask = answering(null, ['never']);
    const { next, authentication } = login({ ask });
    await next(null);
    expect(await next(['password'])).toBeNull();
    expect(await next(['password'])).toBeNull();
    expect(ask.asked).toHaveLength(1);
    expect(authentication.lacksAnswer).toBe(true);
    expect(authentication.neededHuman).toBe(false);
  });

  it('passes the server’s questions on as they are, and answers none by itself', async () => {
    const ask = answering(['one', 'two']);
    const { next } = login({ ask });
    await next(null);
    await next(all);
    const method = await next(all);
    expect(await respond(method, [])).toEqual([]);
    expect(ask.asked).toEqual([]);
    expect(await respond(method, ['Password: ', 'Token: '])).toEqual(['one', 'two']);
    expect(ask.asked).toEqual([
      {
        kind: 'prompts',
        host: 'db1',
        name: 'name',
        instructions: 'instructions',
        prompts: [
          { text: 'Password: ', echo: false },
          { text: 'Token: ', echo: true },
        ],
      },
    ]);
  });

  it('answers a question that nobody answers with nothing, and tries no other way', async () => {
    const { next, authentication } = login({ ask: answering(null, ['x']) });
    await next(null);
    await next(all);
    expect(await respond(await next(all), ['Password: ', 'Token: '])).toEqual(['', '']);
    expect(await next(all)).toBeNull();
    expect(authentication.lacksAnswer).toBe(true);
  });

  it('asks as often as the configuration says, and no password after questions', async () => {
    for (const promptCount of [0, 1, 2]) {
      const ask = answering(['a'], ['b'], ['c']);
      const { next } = login({ ask, promptCount, methods: ['password'] });
      await next(null);
      const given: unknown[] = [];
      for (let method = await next(all); method; method = await next(all)) given.push(method);
      expect(given).toHaveLength(promptCount);
      expect(ask.asked).toHaveLength(promptCount);
    }
    const { next } = login({ ask: answering(['a'], ['b']), promptCount: 1 });
    await next(null);
    await next(all);
    await respond(await next(all), ['Password: ']);
    expect(await next(all)).toBeNull();
  });

  it('gives a password where the server has no questions, and asks for none in vain', async () => {
    const ask = answering(['a']);
    const { next } = login({ ask, promptCount: 0 });
    await next(null);
    await next(all);
    expect(await next(all)).toBeNull();
    expect(ask.asked).toEqual([]);
  });

  it('passes no more questions at once on than the window takes, and then gives up', async () => {
    const ask = answering(['x']);
    const { next, authentication } = login({ ask });
    await next(null);
    await next(all);
    const method = await next(all);
    if (method?.type !== 'keyboard-interactive') throw new Error('not asked');
    const prompts = (count: number) =>
      Array.from({ length: count }, () => ({ prompt: 'Code: ', echo: false }));
    const answered = vi.fn<() => void>();
    method.prompt('', '', '', prompts(promptLimits.count + 1), answered);
    expect(authentication.tooManyPrompts).toBe(promptLimits.count + 1);
    expect({ asked: ask.asked, answers: answered.mock.calls }).toEqual({ asked: [], answers: [] });
    method.prompt('', '', '', prompts(promptLimits.count), answered);
    expect(ask.asked).toMatchObject([{ prompts: { length: promptLimits.count } }]);
  });

  it('cuts what a server says to what is shown', async () => {
    const ask = answering(['x']);
    const { next } = login({ ask });
    await next(null);
    await next(all);
    const method = await next(all);
    if (method?.type !== 'keyboard-interactive') throw new Error('not asked');
    const long = 'x'.repeat(promptLimits.text + 1);
    await new Promise<unknown>((resolve) => {
      method.prompt(long, long, '', [{ prompt: long, echo: true }], resolve);
    });
    const [question] = ask.asked;
    if (question?.kind !== 'prompts') throw new Error('not asked');
    const texts = [question.name, question.instructions, question.prompts[0]?.text];
    expect(texts.map((text) => text?.length)).toEqual(texts.map(() => promptLimits.text));
  });

  it('asks nothing more once a passphrase was not given', async () => {
    const key = join(temporaryFolder(), 'key');
    withAskpass(newSecret('passphrase'), (env) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-C', '', '-f', key], { env });
    });
    const ask = answering(null, ['x']);
    const { next, authentication } = login({ keyFiles: [key], ask });
    await next(null);
    const method = await next(all);
    if (method?.type !== 'agent' || typeof method.agent === 'string') throw new Error('no agent');
    const { agent } = method;
    await new Promise<void>((resolve) =>
      agent.getIdentities((_error, keys) => {
        const [first] = keys ?? [];
        if (!first || typeof first === 'string' || 'pubKey' in first) throw new Error('no key');
        agent.sign(first, Buffer.from('data'), {}, () => resolve());
      }),
    );
    expect(await next(all)).toBeNull();
    expect(ask.asked.map(({ kind }) => kind)).toEqual(['passphrase']);
    expect(authentication.lacksAnswer).toBe(true);
  });

  it('tells a trace what the server takes, what is tried, and when nothing is left', async () => {
    const steps: string[] = [];
    const { next } = login({
      ask: answering(['a']),
      trace: (step) => steps.push(step),
      promptCount: 1,
    });
    await next(null);
    for (let times = 0; times < 3; times += 1) await next(['publickey', 'password']);
    expect(steps).toEqual([
      'login by none',
      'the server takes publickey, password',
      'login by publickey',
      'the server takes publickey, password',
      'login by password',
      'the server takes publickey, password',
      'no way to log in is left',
    ]);
  });

  it('offers keys that hide their public part only after all others', async () => {
    const passphrase = newSecret('passphrase');
    const path = join(temporaryFolder(), 'hidden');
    withAskpass(passphrase, (env) => {
      const args = ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-C', '', '-f', path];
      execFileSync('ssh-keygen', args, { env });
    });
    rmSync(`${path}.pub`);
    const ask = answering([passphrase]);
    const { next } = login({ keyFiles: [path], ask });
    await next(null);
    const keysOf = (method: AnyAuthMethod | null) =>
      new Promise<number>((resolve) => {
        if (method?.type !== 'agent' || typeof method.agent === 'string')
          throw new Error('no agent');
        method.agent.getIdentities((_error, keys) => resolve(keys?.length ?? 0));
      });
    expect(await keysOf(await next(['publickey']))).toBe(0);
    expect(ask.asked).toEqual([]);
    expect(await keysOf(await next(['publickey']))).toBe(1);
    expect(ask.asked).toHaveLength(1);
    expect(await next(['publickey'])).toBeNull();
  });

  it('offers none of those once the server has taken a key: it wants something else then', async () => {
    const folder = temporaryFolder();
    const [plain, hidden] = [join(folder, 'plain'), join(folder, 'hidden')];
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', plain]);
    withAskpass(newSecret('passphrase'), (env) => {
      const args = ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-C', '', '-f', hidden];
      execFileSync('ssh-keygen', args, { env });
    });
    rmSync(`${hidden}.pub`);
    const ask = answering(['x']);
    const { next } = login({ keyFiles: [plain, hidden], ask });
    await next(null);
    const method = await next(['publickey']);
    if (method?.type !== 'agent' || typeof method.agent === 'string') throw new Error('no agent');
    const { agent } = method;
    await new Promise<void>((resolve) =>
      agent.getIdentities((_error, keys) => {
        const [key] = keys ?? [];
        if (!key || typeof key === 'string' || 'pubKey' in key) throw new Error('no key');
        agent.sign(key, Buffer.from('data'), {}, () => resolve());
      }),
    );
    // RFC 4252, 5.1: of a login that is done in part the server says what else it takes.
    expect(await next(['publickey', 'keyboard-interactive'])).toMatchObject({
      type: 'keyboard-interactive',
    });
    expect(ask.asked).toEqual([]);
  });
});
