/** What becomes of a host's key: what is known of it, what a human says, and where it is kept. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { AcceptedKeys } from './acceptedKeys';
import { usualPolicy } from './hostKeyPolicy';
import { decideAddress, decideHostKey, decideRevoked } from './hostKeys';
import type { HostKeyRules } from './hostKeyPolicy';

interface Key {
  /** `ssh-ed25519 AAAA…` */
  readonly line: string;
  readonly wire: Buffer;
  /** As ssh-keygen prints it. */
  readonly fingerprint: string;
}

function newKey(folder: string, name: string, type = 'ed25519'): Key {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  const line = readFileSync(`${path}.pub`, 'utf8').trim();
  const listed = execFileSync('ssh-keygen', ['-l', '-f', `${path}.pub`]).toString();
  return {
    line,
    wire: Buffer.from(line.split(' ')[1] ?? '', 'base64'),
    fingerprint: listed.split(' ')[1] ?? '',
  };
}

let keys: { readonly ours: Key; readonly other: Key; readonly rsa: Key };

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-keys-'));
  keys = {
    ours: newKey(folder, 'ours'),
    other: newKey(folder, 'other'),
    rsa: newKey(folder, 'rsa', 'rsa'),
  };
  rmSync(folder, { recursive: true });
});

function story(known: (of: typeof keys) => string) {
  const folder = temporaryFolder();
  const file = join(folder, 'known_hosts');
  writeFileSync(file, known(keys));
  const accepted = new AcceptedKeys(join(folder, 'klpscope.json'));
  const decide = (rules: Partial<HostKeyRules> = {}, port = 22) =>
    decideHostKey(
      {
        files: [file],
        accepted,
        acceptNew: false,
        policy: usualPolicy,
        ask: answering(),
        ...rules,
      },
      'db1',
      port,
      keys.ours.wire,
    );
  const kept = async () => (await accepted.asKnownHosts()).text;
  return { ...keys, folder, file, accepted, decide, kept };
}

describe('a key that is known', () => {
  it('is accepted, and nobody is asked', async () => {
    const ask = answering(['accept']);
    const { decide, kept } = story(({ ours }) => `db1 ${ours.line}\n`);
    expect(await decide({ ask })).toEqual({ accepted: true, byHuman: false });
    expect(ask.asked).toEqual([]);
    expect(await kept()).toBe('');
  });

  it.each([[{}], [{ acceptNew: true }]])('is refused where it has changed: %j', async (more) => {
    const ask = answering(['accept'], ['accept-and-save']);
    const { decide, kept, file, ours, other } = story((known) => `db1 ${known.other.line}\n`);
    const decision = await decide({ ask, ...more });
    expect(decision).toMatchObject({
      accepted: false,
      problem: { code: 'host-key-changed', path: file },
    });
    const { message } = decision.accepted ? { message: '' } : decision.problem;
    expect(message).toContain(`now ssh-ed25519 ${ours.fingerprint}, known is ${other.fingerprint}`);
    expect(message).toContain(`(${file}, line 1)`);
    expect(message).toContain(`ssh-keygen -R 'db1' -f '${file}'`);
    expect(ask.asked).toEqual([]);
    expect(await kept()).toBe('');
  });

  it('is refused where it is revoked, even if it is known as well', async () => {
    const { decide, file } = story(({ ours }) => `db1 ${ours.line}\n@revoked * ${ours.line}\n`);
    const decision = await decide({ acceptNew: true, ask: answering(['accept']) });
    expect(decision).toMatchObject({
      accepted: false,
      problem: { code: 'host-key-revoked', path: file },
    });
    expect(decision.accepted ? '' : decision.problem.message).toContain(`${file}, line 2`);
  });

  it('names the way to forget one that Klpscope keeps itself', async () => {
    const { decide, accepted, other, kept } = story(() => '');
    await accepted.add('[db1]:2222', other.wire);
    const decision = await decide({ acceptNew: true }, 2222);
    expect(decision).toMatchObject({ problem: { code: 'host-key-changed', path: accepted.path } });
    const { message } = decision.accepted ? { message: '' } : decision.problem;
    expect(message).toContain(`${accepted.path}, key 1`);
    expect(message).toContain("klpscope forget-key '[db1]:2222'");
    expect(await kept()).toContain(other.line);
  });
});

describe('a key that is not known', () => {
  it.each([[null], [['no']], [['yes']], [['']], [[]], [['accepted']]])(
    'is refused where a human says %j',
    async (answer) => {
      const { decide, kept, file, ours } = story(() => '');
      const ask = answering(answer);
      const decision = await decide({ ask }, 2222);
      expect(decision).toMatchObject({ accepted: false });
      expect(decision.accepted ? null : decision.problem).toMatchObject({
        code: 'host-key-unknown',
        path: '[db1]:2222',
        message: expect.stringContaining(
          `The host key of [db1]:2222 is not known (ssh-ed25519 ${ours.fingerprint}). Looked in: ${file}.`,
        ),
      });
      expect(ask.asked).toEqual([
        {
          kind: 'host-key',
          host: 'db1',
          port: 2222,
          keyType: 'ssh-ed25519',
          fingerprint: ours.fingerprint,
          verdict: 'unknown',
          files: [file],
        },
      ]);
      expect(await kept()).toBe('');
      expect(readFileSync(file, 'utf8')).toBe('');
    },
  );

  it('is kept for Klpscope alone where a human accepts it', async () => {
    const { decide, kept, file, ours } = story(() => '# mine\n');
    const ask = answering(['accept']);
    expect(await decide({ ask }, 2222)).toEqual({ accepted: true, byHuman: true });
    expect(await kept()).toBe(`[db1]:2222 ${ours.line}`);
    expect(readFileSync(file, 'utf8')).toBe('# mine\n');
    expect(await decide({ ask }, 2222)).toEqual({ accepted: true, byHuman: false });
    expect(ask.asked).toHaveLength(1);
    // Under another port it is another host.
    expect(await decide({ ask }, 22)).toMatchObject({ accepted: false });
  });

  it.each([
    ['', ''],
    ['# mine\n', '# mine\n'],
    ['# no newline', '# no newline\n'],
  ])('goes into known_hosts behind %j where a human wants it saved', async (before, kept) => {
    const { decide, file, ours, kept: own } = story(() => before);
    const ask = answering(['accept-and-save']);
    expect(await decide({ ask })).toEqual({ accepted: true, byHuman: true });
    expect(readFileSync(file, 'utf8')).toBe(`${kept}db1 ${ours.line}\n`);
    expect(await own()).toBe('');
  });

  it('goes into a known_hosts that was not there, for its owner alone', async () => {
    const { decide, folder, ours } = story(() => '');
    const fresh = join(folder, 'new/.ssh/known_hosts');
    await decide({ ask: answering(['accept-and-save']), files: [fresh] });
    expect(readFileSync(fresh, 'utf8')).toBe(`db1 ${ours.line}\n`);
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new/.ssh')).mode & 0o777).toBe(0o700);
  });

  it.each([
    [
      'a pipe, which nobody reads',
      'it is no file',
      (path: string) => execFileSync('mkfifo', [path]),
    ],
    ['a folder', 'EISDIR', (path: string) => mkdirSync(path)],
    ['below a file', 'ENOTDIR', () => undefined],
  ])('holds for the connection where known_hosts is %s, and it is said', async (_, why, make) => {
    const warned: string[] = [];
    const { decide, folder, file } = story(() => '');
    const odd = join(why === 'ENOTDIR' ? file : folder, 'odd');
    make(odd);
    const accepted = new AcceptedKeys(join(folder, 'warned.json'), (text) => warned.push(text));
    const ask = answering(['accept-and-save']);
    expect(await decide({ ask, accepted, files: [odd] })).toEqual({
      accepted: true,
      byHuman: true,
    });
    expect(warned).toEqual([
      `The host key of db1 could not be written to ${odd} (${why}); it holds for this connection, ` +
        'and is asked for again at the next.',
    ]);
  });

  it('is kept by Klpscope where there is no known_hosts to save it in', async () => {
    const { decide, kept, ours } = story(() => '');
    const ask = answering(['accept-and-save']);
    expect(await decide({ ask, files: [] })).toEqual({ accepted: true, byHuman: true });
    expect(await kept()).toBe(`db1 ${ours.line}`);
  });

  it('is taken and kept without a question where new ones are', async () => {
    const { decide, kept, ours } = story(() => '');
    const ask = answering(['no']);
    expect(await decide({ ask, acceptNew: true })).toEqual({ accepted: true, byHuman: false });
    expect(await kept()).toBe(`db1 ${ours.line}`);
    expect(ask.asked).toEqual([]);
  });

  it('of another type than the known one is no new host’s', async () => {
    const { decide } = story(({ rsa }) => `db1 ${rsa.line}\n`);
    const ask = answering(null);
    const decision = await decide({ ask, acceptNew: true });
    expect(ask.asked).toMatchObject([{ verdict: 'other-key-type' }]);
    expect(decision.accepted ? '' : decision.problem.message).toContain(
      'only keys of other types are known of it',
    );
  });

  it('of a host of which only the authority is known is asked about', async () => {
    const { decide } = story(({ other }) => `@cert-authority db1 ${other.line}\n`);
    const ask = answering(null);
    const decision = await decide({ ask, acceptNew: true });
    expect(ask.asked).toMatchObject([{ verdict: 'ca-only' }]);
    expect(decision.accepted ? '' : decision.problem.message).toContain('only the authority');
  });

  it('says that it was looked for nowhere where there is no file', async () => {
    const { decide } = story(() => '');
    const decision = await decide({ files: [] });
    expect(decision.accepted ? '' : decision.problem.message).toContain('Looked in: no file.');
  });
});

describe('whether a key is revoked', () => {
  const judge = (
    known: Parameters<typeof story>[0],
    more: Parameters<typeof decideRevoked>[4] = [],
  ) => {
    const { file, accepted, ours } = story(known);
    const rules = {
      files: [file],
      accepted,
      acceptNew: false,
      policy: usualPolicy,
      ask: answering(),
    };
    return decideRevoked(rules, 'db1', 22, ours.wire, more);
  };

  it('is all that is said: nothing of whether it is known', async () => {
    expect(await judge(({ ours }) => `@revoked db1 ${ours.line}\n`)).toMatchObject({
      code: 'host-key-revoked',
      message: expect.stringContaining('line 1'),
    });
    expect(await judge(({ other }) => `db1 ${other.line}\n`)).toBeNull();
    expect(await judge(() => '')).toBeNull();
    const text = `@revoked * ${keys.ours.line}`;
    const more = [{ path: 'KnownHostsCommand', text }];
    expect(await judge(() => '', more)).toMatchObject({ path: 'KnownHostsCommand' });
  });

  it('counts the files of RevokedHostKeys', async () => {
    const { file, folder, accepted, ours, decide } = story(({ ours: key }) => `db1 ${key.line}\n`);
    const revoked = join(folder, 'revoked');
    writeFileSync(revoked, `${ours.line}\n`);
    const policy = { ...usualPolicy, revokedFiles: [revoked] };
    const rules = { files: [file], accepted, acceptNew: false, policy, ask: answering() };
    expect(await decideRevoked(rules, 'db1', 22, ours.wire)).toMatchObject({
      code: 'host-key-revoked',
      path: revoked,
      message: expect.stringContaining(`is revoked in ${revoked}`),
    });
    expect(await decide({ policy })).toMatchObject({ problem: { code: 'host-key-revoked' } });
    const absent = { ...usualPolicy, revokedFiles: [join(folder, 'absent')] };
    expect(await decide({ policy: absent })).toMatchObject({
      problem: { code: 'host-key-revoked', message: expect.stringContaining('(ENOENT)') },
    });
  });
});

describe('the address of a host', () => {
  it.each<[string, Parameters<typeof story>[0], string | null]>([
    ['is not known', () => '', null],
    ['is known under this key', ({ ours }) => `10.0.0.1 ${ours.line}\n`, null],
    ['is known under a key of another type', ({ rsa }) => `10.0.0.1 ${rsa.line}\n`, null],
    ['is known under another key', ({ other }) => `10.0.0.1 ${other.line}\n`, 'host-key-changed'],
    ['has revoked this key', ({ ours }) => `@revoked * ${ours.line}\n`, 'host-key-revoked'],
  ])('that %s', async (_what, known, code) => {
    const { file, accepted, ours } = story(known);
    const rules = {
      files: [file],
      accepted,
      acceptNew: false,
      policy: usualPolicy,
      ask: answering(),
    };
    const problem = await decideAddress(rules, '10.0.0.1', 22, ours.wire);
    expect(problem?.code ?? null).toBe(code);
    expect(problem?.message ?? 'The host key of 10.0.0.1').toContain('key of 10.0.0.1');
    const elsewhere = await decideAddress(rules, '10.0.0.1', 2222, ours.wire);
    expect(elsewhere?.code).toBe(code === 'host-key-revoked' ? code : undefined);
  });
});

it('an RSA key that is too short is refused, though it is known', async () => {
  const { file, accepted, rsa } = story((of) => `db1 ${of.rsa.line}\n`);
  const decide = (leastRsaBits: number) =>
    decideHostKey(
      {
        files: [file],
        accepted,
        acceptNew: false,
        policy: { ...usualPolicy, leastRsaBits },
        ask: answering(),
      },
      'db1',
      22,
      rsa.wire,
    );
  // ssh-keygen(1), -b: 3072 bits by default.
  expect(await decide(3072)).toEqual({ accepted: true, byHuman: false });
  expect(await decide(3073)).toMatchObject({
    accepted: false,
    problem: {
      code: 'no-agreement',
      path: 'db1',
      message:
        'The host key of db1 has 3072 bits; RSA keys are to have 3073 at least (RequiredRSASize).',
    },
  });
});

it('new keys that the configuration forbids are refused before anybody is asked, or lets them in', async () => {
  const { decide, kept } = story(() => '');
  const ask = answering(['accept']);
  const policy = { ...usualPolicy, newKeys: 'refused' as const };
  const refused = await decide({ ask, policy, acceptNew: true });
  expect(refused).toMatchObject({ accepted: false, problem: { code: 'host-key-unknown' } });
  expect(!refused.accepted && refused.problem.message).toContain('StrictHostKeyChecking');
  expect({ asked: ask.asked, kept: await kept() }).toEqual({ asked: [], kept: '' });
  const taken = await decide({ ask, policy: { ...usualPolicy, newKeys: 'accepted' } });
  expect(taken).toEqual({ accepted: true, byHuman: false });
  expect(await kept()).toContain('db1 ssh-ed25519');
  expect(ask.asked).toEqual([]);
});
