/** Questions as OpenSSH 9.2 words them: readpass.c, sshconnect.c, sshconnect2.c. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { AskpassPrompts } from './askpassPrompts';
import { resolveHost } from '../config/config';
import { fingerprint } from '../hostKeys/knownHosts';
import type { Ask } from '../questions';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-prompts-'));
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

async function prompts(ask: Ask, acceptNew = false, marksServerWords = true) {
  const hop = async (host: string) => {
    const address = { user: null, host, port: null };
    return { address, settings: await resolveHost(address, { configFile: config }) };
  };
  return new AskpassPrompts({
    hops: [await hop('gate'), await hop('db1')],
    rulesFor: ({ knownHostsFiles }) => ({
      files: knownHostsFiles,
      accepted: new AcceptedKeys(join(folder, 'accepted.json')),
      acceptNew,
      policy: usualPolicy,
      ask,
    }),
    marksServerWords,
    ask,
  });
}

/** A key of its own for each number, in base64. */
const keyNumber = (number: number) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, number),
  ]).toString('base64');
const printOf = (key: string) => fingerprint(Buffer.from(key, 'base64'));
const gate = '[10.0.0.1]:2200';

describe('AskpassPrompts', () => {
  it('asks about the key of the very hop that ssh hands it, once', async () => {
    const ask = answering(['accept']);
    const at = await prompts(ask);
    const key = keyNumber(1);
    const line = `${gate} ssh-ed25519 ${key}`;
    expect(await at.answerAboutKey({ name: gate, key, lines: '' })).toBe(line);
    expect(await at.answerAboutKey({ name: gate, key, lines: '' })).toBe(line);
    expect(ask.asked).toEqual([
      {
        kind: 'host-key',
        host: '10.0.0.1',
        port: 2200,
        keyType: 'ssh-ed25519',
        fingerprint: printOf(key),
        verdict: 'unknown',
        files: [known, '/dev/null'],
      },
    ]);
    expect(at.neededHuman).toBe(true);
    expect(at.refusedKey).toBeNull();
    expect(at.waitsFor).toMatchObject({ hop: { address: { host: 'gate' } }, isVerified: true });
    at.noteLogin();
    expect(at.waitsFor).toMatchObject({ hop: { address: { host: 'db1' } }, isVerified: false });
  });

  it('lets nobody in where nobody says yes, and saves a key where that was asked for', async () => {
    const at = await prompts(answering(null, ['accept-and-save']));
    const offered = { name: 'db1', key: keyNumber(1), lines: '' };
    expect(await at.answerAboutKey(offered)).toBeNull();
    expect(at.refusedKey).toMatchObject({ code: 'host-key-unknown' });
    at.begin();
    expect(await at.answerAboutKey(offered)).toBe(`db1 ssh-ed25519 ${offered.key}`);
    expect(readFileSync(known, 'utf8')).toBe(`db1 ssh-ed25519 ${offered.key}\n`);
    rmSync(known);
  });

  it('takes new hosts only where it was told to, and of which nothing is known', async () => {
    const ask = answering();
    const offered = { name: 'db1', key: keyNumber(2), lines: '' };
    expect(await (await prompts(ask, true)).answerAboutKey(offered)).not.toBeNull();
    expect(ask.asked).toEqual([]);
    rmSync(join(folder, 'accepted.json'));
    writeFileSync(known, `db1 ${other}${nistKey}\n@cert-authority *.0.0.1 ${other}${nistKey}\n`);
    const strict = await prompts(ask, true);
    expect(await strict.answerAboutKey(offered)).toBeNull();
    expect(await strict.answerAboutKey({ ...offered, name: gate })).toBeNull();
    expect(ask.asked).toMatchObject([{ verdict: 'other-key-type' }, { verdict: 'ca-only' }]);
    rmSync(known);
  });

  it('counts what the user’s own command says as it counts the files', async () => {
    const ask = answering();
    const at = await prompts(ask, true);
    const [key, old] = [keyNumber(3), keyNumber(4)];
    const offer = (lines: string) => at.answerAboutKey({ name: 'db1', key, lines });
    expect(await offer(`db1 ssh-ed25519 ${old}`)).toBeNull();
    expect(at.refusedKey).toMatchObject({ code: 'host-key-changed' });
    expect(await offer(`db1 ssh-ed25519 ${key}\n@revoked * ssh-ed25519 ${key}`)).toBeNull();
    expect(at.refusedKey).toMatchObject({ code: 'host-key-revoked' });
    at.begin();
    expect(await offer(`db1 ssh-ed25519 ${key}`)).toBe(`db1 ssh-ed25519 ${key}`);
    expect(ask.asked).toEqual([]);
    rmSync(join(folder, 'accepted.json'), { force: true });
  });

  it('accepts no key of a host that is not on the way', async () => {
    const at = await prompts(answering(['accept']), true);
    const offered = { name: 'elsewhere', key: keyNumber(5), lines: '' };
    expect(await at.answerAboutKey(offered)).toBeNull();
    expect(at.refusedKey).toMatchObject({ code: 'host-key-unknown' });
  });

  it('takes no text for a question about a key: that of another ssh is shown as it is', async () => {
    const ask = answering(['x'], ['yes'], null);
    const at = await prompts(ask);
    const words = "The authenticity of host 'db1 (10.0.0.1)' can't be established.\nContinue? ";
    expect(await at.answer(`(ada@db1) ${words}`)).toBe('x');
    expect(await at.answer(words)).toBe('yes');
    // An ssh that gets neither yes nor no asks for ever.
    expect(await at.answer(words.replace('db1', 'db2'))).toBe('no');
    expect(ask.asked).toMatchObject([
      { kind: 'prompts', host: 'db1', prompts: [{ text: words, echo: false }] },
      { kind: 'prompts', prompts: [{ text: words, echo: true }] },
      { kind: 'prompts' },
    ]);
    expect(at.lacksAnswer).toBe(true);
  });

  it('tells passphrases, passwords and a server’s own questions apart, each with its host', async () => {
    const ask = answering(['a'], ['b'], ['c']);
    const at = await prompts(ask);
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

  it('takes every question for a server’s own where ssh does not mark those', async () => {
    const ask = answering(['a'], ['b']);
    const at = await prompts(ask, false, false);
    const words = ["Enter passphrase for key '/home/ada/.ssh/id': ", "ada@10.0.0.1's password: "];
    for (const text of words) await at.answer(text);
    expect(ask.asked).toMatchObject(
      words.map((text) => ({ kind: 'prompts', prompts: [{ text }] })),
    );
  });

  it('says that an answer was wrong when it is asked again, and not for a second login', async () => {
    const ask = answering(['wrong'], ['right']);
    const at = await prompts(ask);
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
    const at = await prompts(ask);
    expect(await at.answer('(ada@db1) Code: ')).toBe('111');
    at.begin();
    expect(await at.answer('(ada@db1) Code: ')).toBe('222');
  });

  it('stops answering after as many questions as three rounds may have, and says so', async () => {
    const ask = answering(...Array.from({ length: 60 }, (_, index) => [`${index}`]));
    const at = await prompts(ask);
    let heard = 0;
    at.onTooMany = () => (heard += 1);
    const answers: (string | null)[] = [];
    for (let index = 0; index < 48; index += 1) answers.push(await at.answer(`(a@db1) ${index}`));
    expect(heard).toBe(0);
    answers.push(await at.answer('(a@db1) one more'));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(48);
    expect(ask.asked).toHaveLength(48);
    expect(heard).toBe(1);
    expect(await at.answer("Please type 'yes', 'no' or the fingerprint: ")).toBe('no');
  });

  it('asks nobody again who gave no answer', async () => {
    const ask = answering(null, ['late']);
    const at = await prompts(ask);
    expect(await at.answer('(a@db1) Password: ')).toBeNull();
    expect(await at.answer('(a@db1) Code: ')).toBeNull();
    expect(at.lacksAnswer).toBe(true);
    expect(ask.asked).toHaveLength(1);
  });
});

describe('a further login of the same connection', () => {
  it('begins with no host let in, no key verified, and nothing refused', async () => {
    const at = await prompts(answering(['accept'], null));
    const offered = { name: gate, key: keyNumber(7), lines: '' };
    await at.answerAboutKey(offered);
    at.noteLogin();
    await at.answerAboutKey({ name: 'db1', key: keyNumber(8), lines: '' });
    expect(at.refusedKey).not.toBeNull();
    at.begin();
    expect(at.refusedKey).toBeNull();
    expect(at.waitsFor).toMatchObject({
      hop: { address: { host: 'gate' } },
      isVerified: false,
    });
    rmSync(join(folder, 'accepted.json'), { force: true });
  });

  it('asks nobody again about a key that was accepted, though it can’t be kept', async () => {
    const ask = answering(['accept'], ['accept']);
    const address = { user: null, host: 'db1', port: null };
    const settings = await resolveHost(address, { configFile: config });
    const at = new AskpassPrompts({
      hops: [{ address, settings }],
      rulesFor: () => ({
        files: [],
        // No folder: nothing can be kept there.
        accepted: new AcceptedKeys('/dev/null/accepted.json'),
        acceptNew: false,
        policy: usualPolicy,
        ask,
      }),
      marksServerWords: true,
      ask,
    });
    const offered = { name: 'db1', key: keyNumber(9), lines: '' };
    for (let logins = 0; logins < 2; logins += 1) {
      at.begin();
      expect(await at.answerAboutKey(offered)).toBe(`db1 ssh-ed25519 ${offered.key}`);
    }
    expect(ask.asked).toHaveLength(1);
    expect(await at.answerAboutKey({ ...offered, key: keyNumber(10) })).not.toBeNull();
    expect(ask.asked).toHaveLength(2);
  });
});

it('knows since when nobody is asked, and who had to answer', async () => {
  const seen: unknown[] = [];
  const ask: Ask = () => {
    seen.push(at.idleSince, at.neededHuman);
    return Promise.resolve(['1']);
  };
  const at = await prompts(ask);
  const before = at.idleSince ?? Infinity;
  await at.answer('(ada@db1) Code: ');
  expect(seen).toEqual([null, false]);
  expect(at.idleSince).toBeGreaterThanOrEqual(before);
  expect(at.neededHuman).toBe(true);
});
