/** Questions as OpenSSH 9.2 words them: readpass.c, sshconnect.c, sshconnect2.c. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answering } from '../testing/answering';
import { AcceptedKeys } from './acceptedKeys';
import { AskpassDesk } from './askpassDesk';
import { resolveHost } from './config';
import type { Ask } from './questions';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-desk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const other = 'ecdsa-sha2-nistp256 ';
const nistKey = Buffer.concat([
  Buffer.from([0, 0, 0, 19]),
  Buffer.from(other.trim()),
  Buffer.alloc(8),
]).toString('base64');
const known = join(folder, 'known');
const config = join(folder, 'config');
writeFileSync(
  config,
  `Host gate\n  HostName 10.0.0.1\n  Port 2200\nHost *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n`,
);

async function desk(ask: Ask, acceptNew = false) {
  const station = async (host: string) => {
    const address = { user: null, host, port: null };
    return { address, settings: await resolveHost(address, { configFile: config }) };
  };
  return new AskpassDesk({
    stations: [await station('gate'), await station('db1')],
    rulesFor: ({ knownHostsFiles }) => ({
      files: knownHostsFiles,
      accepted: new AcceptedKeys(join(folder, 'accepted.json')),
      acceptNew,
      ask,
    }),
    ask,
  });
}

const print = 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU';
const authenticity = (name: string) =>
  `The authenticity of host '${name} (10.0.0.1)' can't be established.\nED25519 key fingerprint is ${print}.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `;

describe('AskpassDesk', () => {
  it('asks about the key of the very hop that ssh names', async () => {
    const ask = answering(['accept']);
    const at = await desk(ask);
    expect(await at.answer(authenticity('[10.0.0.1]:2200'))).toBe('yes');
    expect(ask.asked).toEqual([
      {
        kind: 'host-key',
        host: '10.0.0.1',
        port: 2200,
        keyType: 'ssh-ed25519',
        fingerprint: print,
        verdict: 'unknown',
        files: [known, '/dev/null'],
      },
    ]);
    expect(at.saved.size).toBe(0);
    expect(at.neededHuman).toBe(true);
  });

  it('says no where nobody says yes, and remembers what is to be saved', async () => {
    const at = await desk(answering(null, ['accept-and-save']));
    expect(await at.answer(authenticity('db1'))).toBe('no');
    expect(await at.answer(authenticity('db1'))).toBe('yes');
    expect(at.saved.get(print)?.address.host).toBe('db1');
  });

  it('takes new hosts only where it was told to, and of which nothing is known', async () => {
    const ask = answering();
    expect(await (await desk(ask, true)).answer(authenticity('db1'))).toBe('yes');
    expect(ask.asked).toEqual([]);
    writeFileSync(known, `db1 ${other}${nistKey}\n@cert-authority *.0.0.1 ${other}${nistKey}\n`);
    const strict = await desk(ask, true);
    expect(await strict.answer(authenticity('db1'))).toBe('no');
    expect(await strict.answer(authenticity('[10.0.0.1]:2200'))).toBe('no');
    expect(ask.asked).toMatchObject([{ verdict: 'other-key-type' }, { verdict: 'ca-only' }]);
    rmSync(known);
  });

  it('takes no server’s words for a question about a key', async () => {
    const ask = answering(['x']);
    const at = await desk(ask);
    await at.answer(`(ada@db1) ${authenticity('db1')}`);
    expect(ask.asked).toMatchObject([{ kind: 'prompts', host: 'db1' }]);
  });

  it('tells passphrases, passwords and a server’s own questions apart, each with its host', async () => {
    const ask = answering(['a'], ['b'], ['c']);
    const at = await desk(ask);
    expect(await at.answer("Enter passphrase for key '/home/ada/.ssh/id': ")).toBe('a');
    expect(await at.answer("ada@10.0.0.1's password: ")).toBe('b');
    expect(await at.answer('(ada@db1) One-time code: ')).toBe('c');
    expect(ask.asked).toEqual([
      { kind: 'passphrase', keyFile: '/home/ada/.ssh/id', isHidden: false, again: false },
      { kind: 'password', user: 'ada', host: 'gate', again: false },
      {
        kind: 'prompts',
        host: 'db1',
        name: '',
        instructions: '',
        prompts: [{ text: 'One-time code: ', echo: false }],
      },
    ]);
  });

  it('says that an answer was wrong when it is asked again, and not for a second login', async () => {
    const ask = answering(['wrong'], ['right']);
    const at = await desk(ask);
    const question = "ada@db1's password: ";
    await at.answer(question);
    expect(await at.answer(question)).toBe('right');
    expect(ask.asked).toMatchObject([{ again: false }, { again: true }]);
    at.begin();
    expect(await at.answer(question)).toBe('right');
    expect(ask.asked).toHaveLength(2);
  });

  it('gives no code a second time', async () => {
    const ask = answering(['111'], ['222']);
    const at = await desk(ask);
    expect(await at.answer('(ada@db1) Code: ')).toBe('111');
    at.begin();
    expect(await at.answer('(ada@db1) Code: ')).toBe('222');
  });

  it('stops answering after a dozen questions', async () => {
    const ask = answering(...Array.from({ length: 20 }, (_, index) => [`${index}`]));
    const at = await desk(ask);
    const answers: (string | null)[] = [];
    for (let index = 0; index < 20; index += 1) answers.push(await at.answer(`(a@db1) ${index}`));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(12);
    expect(ask.asked).toHaveLength(12);
    expect(await at.answer(authenticity('db1'))).toBeNull();
  });

  it('asks nobody again who gave no answer', async () => {
    const ask = answering(null, ['late']);
    const at = await desk(ask);
    expect(await at.answer('(a@db1) Password: ')).toBeNull();
    expect(await at.answer('(a@db1) Code: ')).toBeNull();
    expect(at.lacksAnswer).toBe(true);
    expect(ask.asked).toHaveLength(1);
  });
});
