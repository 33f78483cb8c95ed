/** Which keys are offered, with an agent and key files of the test's own. */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedKey } from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAgent } from '../../../testing/sshd/agent';
import { newSecret, withAskpass } from '../../../testing/sshd/secrets';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { Identities, type IdentityOptions } from './identities';

function newKey(folder: string, name: string, passphrase?: string): string {
  const path = join(folder, name);
  const args = ['-q', '-t', 'ed25519', '-C', name, '-f', path];
  if (passphrase === undefined) execFileSync('ssh-keygen', [...args, '-N', '']);
  else withAskpass(passphrase, (env) => void execFileSync('ssh-keygen', args, { env }));
  return path;
}

const publicOf = (path: string) => readFileSync(`${path}.pub`, 'utf8').split(' ')[1];

function identities(options: Partial<IdentityOptions>): Identities {
  return new Identities({
    agentSocket: null,
    keyFiles: [],
    identitiesOnly: false,
    signatures: ['ssh-ed25519', 'rsa-sha2-256'],
    leastRsaBits: 1024,
    promptCount: 3,
    ask: answering(),
    ...options,
  });
}

function keysOf(some: Identities): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) =>
    some.getIdentities((error, keys) => (error ? reject(error) : resolve(keys ?? []))),
  );
}

const namesOf = (keys: readonly ParsedKey[]) =>
  keys.map((key) => key.getPublicSSH().toString('base64'));

async function offered(options: Partial<IdentityOptions>): Promise<string[]> {
  return namesOf(await keysOf(identities(options)));
}

function signed(some: Identities, key: ParsedKey | undefined): Promise<Buffer | Error> {
  if (!key) throw new Error('no key');
  return new Promise((resolve) =>
    some.sign(key, Buffer.from('data'), {}, (error, signature) =>
      resolve(error ?? signature ?? new Error('neither')),
    ),
  );
}

async function agentWith(...keys: readonly string[]): Promise<string> {
  const agent = await startAgent(keys, '');
  onTestFinished(() => agent.stop());
  return agent.socket;
}

describe('keys of the agent', () => {
  it('come before those of files, and each once', async () => {
    const folder = temporaryFolder();
    const [inBoth, inFile, inAgent] = ['both', 'file', 'agent'].map((name) => newKey(folder, name));
    const agentSocket = await agentWith(inAgent ?? '', inBoth ?? '');
    const keyFiles = [inFile ?? '', inBoth ?? ''];
    expect(await offered({ agentSocket, keyFiles })).toEqual(
      [inAgent, inBoth, inFile].map((path) => publicOf(path ?? '')),
    );
  });

  // ssh_config(5), IdentitiesOnly: only the configured identities, even if the agent offers more.
  it('are offered with IdentitiesOnly only if they are configured', async () => {
    const folder = temporaryFolder();
    const [configured = '', other = ''] = ['a', 'b'].map((name) => newKey(folder, name));
    const agentSocket = await agentWith(other, configured);
    const only = { agentSocket, identitiesOnly: true };
    expect(await offered({ ...only, keyFiles: [configured] })).toEqual([publicOf(configured)]);
    // The public part is enough to choose one.
    rmSync(configured);
    expect(await offered({ ...only, keyFiles: [configured] })).toEqual([publicOf(configured)]);
    // With no file that can be read, none is chosen.
    expect(await offered({ ...only, keyFiles: [join(folder, 'gone')] })).toEqual([]);
    expect(await offered({ ...only, keyFiles: [] })).toEqual([]);
  });

  it('are none where the agent is gone', async () => {
    const folder = temporaryFolder();
    const key = newKey(folder, 'key');
    const agentSocket = join(folder, 'no-socket');
    expect(await offered({ agentSocket, keyFiles: [key] })).toEqual([publicOf(key)]);
  });
});

describe('a signature', () => {
  it('is the key’s own, from a file and from the agent', async () => {
    const folder = temporaryFolder();
    const [file = '', held = ''] = ['file', 'held'].map((name) => newKey(folder, name));
    const some = identities({ agentSocket: await agentWith(held), keyFiles: [file] });
    const keys = await keysOf(some);
    expect(some.hasSigned).toBe(false);
    for (const key of keys) {
      const signature = await signed(some, key);
      if (signature instanceof Error) throw signature;
      expect(key.verify(Buffer.from('data'), signature)).toBe(true);
      expect(key.verify(Buffer.from('other'), signature)).toBe(false);
    }
    expect(keys).toHaveLength(2);
    expect(some.hasSigned).toBe(true);
  });

  it('is none of a key that is not offered, or gone by then', async () => {
    const folder = temporaryFolder();
    const [ours = '', stranger = ''] = ['ours', 'stranger'].map((name) => newKey(folder, name));
    const some = identities({ keyFiles: [ours] });
    await keysOf(some);
    const [other] = await keysOf(identities({ keyFiles: [stranger] }));
    expect(await signed(some, other)).toMatchObject({ message: 'the key is gone' });
  });
});

describe('a passphrase', () => {
  it('is asked for when a signature is wanted, three times at most', async () => {
    const passphrase = newSecret('passphrase');
    const key = newKey(temporaryFolder(), 'key', passphrase);
    const ask = answering(['a'], ['b'], ['c'], [passphrase]);
    const some = identities({ keyFiles: [key], ask });
    const [offeredKey] = await keysOf(some);
    expect(ask.asked).toEqual([]);
    expect(await signed(some, offeredKey)).toMatchObject({ message: 'the passphrase was wrong' });
    expect(ask.asked).toEqual(
      [false, true, true].map((again) => ({
        kind: 'passphrase',
        keyFile: key,
        isHidden: false,
        again,
      })),
    );
    expect(some.lacksPassphrase).toBe(false);
    expect(await signed(some, offeredKey)).toBeInstanceOf(Buffer);
  });

  it('that nobody gives is remembered as lacking', async () => {
    const key = newKey(temporaryFolder(), 'key', newSecret('passphrase'));
    const ask = answering(['wrong'], null, ['never asked']);
    const some = identities({ keyFiles: [key], ask });
    const [offeredKey] = await keysOf(some);
    expect(await signed(some, offeredKey)).toMatchObject({ message: 'no passphrase was given' });
    expect({ asked: ask.asked.length, lacks: some.lacksPassphrase }).toEqual({
      asked: 2,
      lacks: true,
    });
  });

  it('is not asked for where the file is only the public part', async () => {
    const folder = temporaryFolder();
    const key = newKey(folder, 'key');
    renameSync(`${key}.pub`, join(folder, 'only.pub'));
    rmSync(key);
    const ask = answering(['x']);
    const some = identities({ keyFiles: [join(folder, 'only')], ask });
    const [offeredKey] = await keysOf(some);
    expect(await signed(some, offeredKey)).toMatchObject({
      message: expect.stringMatching(/only can’t be read$/),
    });
    expect(ask.asked).toEqual([]);
  });
});

describe('a key that does not tell its public part', () => {
  async function hidden(passphrase: string): Promise<string> {
    const path = join(temporaryFolder(), 'hidden');
    withAskpass(passphrase, (env) => {
      const args = ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-C', '', '-f', path];
      execFileSync('ssh-keygen', args, { env });
    });
    return path;
  }

  it('is offered in the second round alone, once its passphrase is known', async () => {
    const passphrase = newSecret('passphrase');
    const path = await hidden(passphrase);
    const publicKey = publicOf(path);
    rmSync(`${path}.pub`);
    const ask = answering([passphrase]);
    // Without a hash of its name an RSA signature is the old one.
    const some = identities({ keyFiles: [path], ask, signatures: ['ssh-rsa'] });
    expect(await keysOf(some)).toEqual([]);
    expect(ask.asked).toEqual([]);
    expect(some.beginSecondRound()).toBe(true);
    const keys = await keysOf(some);
    expect(namesOf(keys)).toEqual([publicKey]);
    expect(ask.asked).toMatchObject([{ keyFile: path, isHidden: true, again: false }]);
    expect(await signed(some, keys[0])).toBeInstanceOf(Buffer);
  });

  it('is not offered where nobody knows its passphrase', async () => {
    const path = await hidden(newSecret('passphrase'));
    rmSync(`${path}.pub`);
    const some = identities({ keyFiles: [path], ask: answering(['a'], ['b'], ['c']) });
    await keysOf(some);
    some.beginSecondRound();
    expect(await keysOf(some)).toEqual([]);
  });

  it('is no key of the second round where its public part lies beside it', async () => {
    const path = await hidden(newSecret('passphrase'));
    const some = identities({ keyFiles: [path] });
    expect(namesOf(await keysOf(some))).toEqual([publicOf(path)]);
    expect(some.beginSecondRound()).toBe(false);
  });

  it('is none where the file makes no sense or can’t be read', async () => {
    const folder = temporaryFolder();
    const nonsense = join(folder, 'nonsense');
    for (const text of ['', 'no key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END']) {
      writeFileSync(nonsense, text);
      const some = identities({ keyFiles: [nonsense, folder] });
      expect(await keysOf(some)).toEqual([]);
      expect(some.beginSecondRound()).toBe(false);
    }
  });
});

describe('a key that may not be used', () => {
  function rsaKey(bits: string): string {
    const path = join(temporaryFolder(), 'rsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', bits, '-N', '', '-C', '', '-f', path]);
    return path;
  }

  it('is not offered: of a type that is not allowed, or an RSA key that is too short', async () => {
    const [plain, rsa] = [newKey(temporaryFolder(), 'plain'), rsaKey('2048')];
    const keyFiles = [plain, rsa];
    const both = [publicOf(plain), publicOf(rsa)];
    expect(await offered({ keyFiles })).toEqual(both);
    expect(await offered({ keyFiles, signatures: ['rsa-sha2-512'] })).toEqual([publicOf(rsa)]);
    expect(await offered({ keyFiles, signatures: ['ssh-ed25519'] })).toEqual([publicOf(plain)]);
    expect(await offered({ keyFiles, leastRsaBits: 2048 })).toEqual(both);
    expect(await offered({ keyFiles, leastRsaBits: 2049 })).toEqual([publicOf(plain)]);
  });

  it.each([
    ['sha256', 'rsa-sha2-256'],
    ['sha512', 'rsa-sha2-512'],
    [undefined, 'ssh-rsa'],
  ] as const)('signs nothing with %s where %s is not allowed', async (hash, name) => {
    const all = ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'];
    const sign = async (agentSocket: string | null, signatures: readonly string[]) => {
      const some = identities({ agentSocket, keyFiles: [path], signatures });
      const [key] = await keysOf(some);
      if (!key) throw new Error('no key');
      const answer = new Promise<Buffer | Error>((resolve) => {
        const options = hash === undefined ? {} : { hash };
        some.sign(key, Buffer.from('data'), options, (error, signature) =>
          resolve(error ?? signature ?? new Error('neither')),
        );
      });
      return { key, signature: await answer };
    };
    const path = rsaKey('2048');
    const others = all.filter((each) => each !== name);
    for (const agentSocket of [null, await agentWith(path)]) {
      const refused = await sign(agentSocket, others);
      expect(refused.signature).toMatchObject({ message: 'such a signature is not allowed' });
      const { key, signature } = await sign(agentSocket, [name]);
      if (signature instanceof Error) throw signature;
      expect(key.verify(Buffer.from('data'), signature, hash)).toBe(true);
    }
  });
});

it('a key file in OpenSSH’s own format tells its public part by itself', async () => {
  const passphrase = newSecret('passphrase');
  const key = newKey(temporaryFolder(), 'key', passphrase);
  const publicKey = publicOf(key);
  rmSync(`${key}.pub`);
  const ask = answering([passphrase]);
  const some = identities({ keyFiles: [key], ask });
  const keys = await keysOf(some);
  expect(namesOf(keys)).toEqual([publicKey]);
  expect({ asked: ask.asked, second: some.beginSecondRound() }).toEqual({
    asked: [],
    second: false,
  });
  expect(await signed(some, keys[0])).toBeInstanceOf(Buffer);
});

it('a passphrase is asked for as often as the configuration says', async () => {
  const key = newKey(temporaryFolder(), 'key', newSecret('passphrase'));
  const ask = answering(['a'], ['b']);
  const some = identities({ keyFiles: [key], ask, promptCount: 1 });
  const [offeredKey] = await keysOf(some);
  expect(await signed(some, offeredKey)).toMatchObject({ message: 'the passphrase was wrong' });
  expect(ask.asked).toHaveLength(1);
});
