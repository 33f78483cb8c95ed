/** Live sources against Debian's own sshd on loopback, each story with its own configuration. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newSecret, withAskpass } from '../../../testing/sshd/secrets';
import {
  cannotServe,
  startSshd,
  type ServerOptions,
  type SshServer,
} from '../../../testing/sshd/server';
import { startAgent } from '../../../testing/sshd/agent';
import { askingServer, type AskingServer } from '../../../testing/sshd/askingServer';
import { codeOf, messageOf, openSource, type SourceOptions } from '../../../testing/sshd/source';
import { promptLimits } from '../../../shared/api/prompts';
import type { Result } from '../../../shared/base/problem';
import type { Readings } from '../../../shared/readings/readings';
import { answering } from '../../../testing/main/answering';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { nobody, type Ask } from '../../ssh/questions';
import type { LiveSource } from './connectedSource';
import { defaultLiveOptions, openSsh } from './sshSource';

const impossible = skipping(import.meta.filename, cannotServe());

let server: SshServer;
const others: SshServer[] = [];
const opened: LiveSource[] = [];

async function another(options: ServerOptions): Promise<SshServer> {
  const started = await startSshd(options);
  others.push(started);
  return started;
}

function open({ server: to = server, ...more }: SourceOptions & { server?: SshServer } = {}) {
  const source = openSource(to, more);
  opened.push(source);
  return source;
}

/** What a reading without root's rights says of them, in place of root's. */
function lackOf(result: Result<Readings>): string {
  const { privileged, problems } = valueOf(result);
  expect(privileged).toBe(false);
  return problems.map(({ code, message }) => `${code}: ${message}`).join('\n');
}

function valueOf(result: Result<Readings>): Readings {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

describe.skipIf(impossible)('over SSH', () => {
  beforeAll(async () => {
    server = await startSshd();
  });
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
    releaseTime();
  });
  afterAll(async () => {
    await Promise.all([server, ...others].map((each) => each.stop()));
  });

  describe.each(['ssh2', 'openssh'] as const)('with %s', (transport) => {
    it('reads as root, again and again over one connection', async () => {
      const source = open({ transport });
      const first = await source.sample();
      const second = await source.sample();
      expect([codeOf(first), codeOf(second)]).toEqual(['read', 'read']);
      const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8');
      expect(valueOf(first).privileged).toBe(true);
      expect(valueOf(first).files.get('/proc/sys/kernel/osrelease')).toEqual({
        text: release,
        truncated: false,
      });
      expect(server.log().match(/Accepted publickey for root/g)?.length).toBeGreaterThanOrEqual(1);
    });

    it.each(['admin', 'viewer', 'fishuser', 'cshuser', 'restricted'])(
      'reads as %s, without root',
      async (user) => {
        const sampled = await open({ transport, user }).sample();
        expect(sampled).toMatchObject({ ok: true, value: { privileged: false } });
      },
    );

    it('reads as root through sudo without a password', async () => {
      const sampled = await open({ transport, user: 'admin', sudo: true }).sample();
      expect(sampled).toMatchObject({ ok: true, value: { privileged: true } });
    });

    it('gives a sudo that asks the password, and a wrong one only until sudo gives up', async () => {
      const right = answering([newSecret('password')], [server.password]);
      const sampled = await open({ transport, user: 'operator', sudo: true, ask: right }).sample();
      expect(sampled).toMatchObject({ ok: true, value: { privileged: true } });
      expect(right.asked.map(({ kind }) => kind)).toEqual(['sudo-password', 'sudo-password']);
      const wrong = answering(['a'], ['b'], ['c'], ['d']);
      const refused = await open({ transport, user: 'operator', sudo: true, ask: wrong }).sample();
      expect(lackOf(refused)).toMatch(/^sudo-refused: .*did not accept the password of operator/);
      expect(wrong.asked).toHaveLength(3);
    });

    it('tells a sudo that asks, that wants a terminal, and that refuses', async () => {
      const asks = await open({ transport, user: 'operator', sudo: true }).sample();
      expect(codeOf(asks)).toBe('sudo-password-needed');
      const tty = await open({ transport, user: 'ttyonly', sudo: true }).sample();
      expect(lackOf(tty)).toMatch(/^sudo-refused: .*requiretty/);
      const refuses = await open({
        transport,
        user: 'viewer',
        sudo: true,
        ask: answering([server.password]),
      }).sample();
      expect(lackOf(refuses)).toMatch(/^sudo-refused: viewer may not use sudo/);
    });

    it('shows in part what sudo was not to open, over a server with one session too', async () => {
      const narrow = await another({ config: ['MaxSessions 1'] });
      const ask = answering(null);
      const source = open({ transport, server: narrow, user: 'operator', sudo: true, ask });
      expect(lackOf(await source.sample())).toMatch(/^sudo-password-needed: .*login may read/);
      expect(lackOf(await source.sample())).toMatch(/^sudo-password-needed: /);
      expect(ask.asked).toHaveLength(1);
    });

    it('says that nologin gives no shell, and waits for somebody who mends that', async () => {
      const source = open({ transport, user: 'nologin' });
      expect(codeOf(await source.sample())).toBe('no-shell');
      expect(source.waitsForHuman).toBe(true);
    });

    it('tries again where a login that gave a shell gives none for now', async () => {
      const pressed = await another({});
      const source = open({ transport, server: pressed });
      expect(codeOf(await source.sample())).toBe('read');
      const config = join(pressed.folder, 'sshd_config');
      const usual = readFileSync(config, 'utf8');
      pressed.signal('SIGKILL');
      expect(codeOf(await source.sample())).toBe('connection-lost');
      writeFileSync(config, `ForceCommand false\n${usual}`);
      await pressed.restart();
      const next = async () => codeOf(await source.sample());
      await expect.poll(next).toBe('no-shell');
      expect(source.waitsForHuman).toBe(false);
      writeFileSync(config, usual);
      pressed.signal('SIGKILL');
      await pressed.restart();
      await expect.poll(next).toBe('read');
    });

    it('asks for the passphrase of a key only when the server takes it', async () => {
      const ask = answering([server.passphrase]);
      const sampled = await open({ transport, identity: server.keys.encrypted, ask }).sample();
      expect(codeOf(sampled)).toBe('read');
      expect(ask.asked.map(({ kind }) => kind)).toEqual(['passphrase']);
      const nobodyThere = await open({ transport, identity: server.keys.encrypted }).sample();
      expect(codeOf(nobodyThere)).toBe('authentication-needed');
    });

    it('takes unknown keys only when told to, and remembers them', async () => {
      const accepted = new AcceptedKeys(join(server.folder, `accepted-${transport}.json`));
      const knownHosts = '/dev/null';
      expect(codeOf(await open({ transport, knownHosts }).sample())).toBe('host-key-unknown');
      const source = open({ transport, knownHosts, acceptNew: true, accepted });
      expect(codeOf(await source.sample())).toBe('read');
      // The same type that the server was told to show, under the name that known_hosts has for it.
      const { text } = await accepted.asKnownHosts();
      expect(text).toBe(`[127.0.0.1]:${server.port} ${server.hostKey}`);
      const ask = answering();
      expect(codeOf(await open({ transport, knownHosts, accepted, ask }).sample())).toBe('read');
      expect(ask.asked).toEqual([]);
    });

    it('keeps a key that a human accepts, and only if one does', async () => {
      const accepted = new AcceptedKeys(join(server.folder, `asked-${transport}.json`));
      const more = { transport, knownHosts: '/dev/null', accepted };
      const declined = answering(['no']);
      expect(codeOf(await open({ ...more, ask: declined }).sample())).toBe('host-key-unknown');
      expect((await accepted.asKnownHosts()).text).toBe('');
      const willing = answering(['accept']);
      expect(codeOf(await open({ ...more, ask: willing }).sample())).toBe('read');
      expect(willing.asked).toMatchObject([{ kind: 'host-key', verdict: 'unknown' }]);
      expect((await accepted.asKnownHosts()).text).toContain(server.hostKey);
    });

    it('refuses a changed key, whoever wants it', async () => {
      const changed = join(server.folder, `changed-${transport}`);
      const { hostKey } = await another({});
      writeFileSync(changed, `[127.0.0.1]:${server.port} ${hostKey}\n`);
      const ask = answering(['accept'], ['accept']);
      const sampled = await open({ transport, knownHosts: changed, acceptNew: true, ask }).sample();
      expect(codeOf(sampled)).toBe('host-key-changed');
      expect(messageOf(sampled)).toContain('ssh-keygen -R');
      expect(ask.asked).toEqual([]);
    });

    it('refuses a revoked key', async () => {
      const revoked = join(server.folder, `revoked-${transport}`);
      const line = `[127.0.0.1]:${server.port} ${server.hostKey}\n`;
      writeFileSync(revoked, `${line}@revoked * ${server.hostKey}\n`);
      expect(codeOf(await open({ transport, knownHosts: revoked }).sample())).toBe(
        'host-key-revoked',
      );
    });

    it('says that a key is not let in', async () => {
      const stranger = await another({});
      const sampled = await open({ transport, identity: stranger.keys.ed25519 }).sample();
      expect(codeOf(sampled)).toBe('authentication-failed');
    });

    it('says that nobody listens', async () => {
      const gone = await startSshd();
      await gone.stop();
      const source = open({ transport });
      const away = openSsh(
        { kind: 'ssh', text: 'x', user: 'root', host: '127.0.0.1', port: gone.port },
        { ...defaultLiveOptions(), transport },
      );
      opened.push(away);
      expect(codeOf(await away.sample())).toBe('unreachable');
      expect(codeOf(await source.sample())).toBe('read');
    });
  });

  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('logs in with a key of type %s', async (type) => {
    expect(codeOf(await open({ identity: server.keys[type] }).sample())).toBe('read');
  });

  it.each([
    ['PEM', ['-m', 'PEM']],
    ['PKCS #8', ['-m', 'PKCS8']],
  ])('asks for the passphrase of a key in %s only when no other is taken', async (name, format) => {
    const path = join(server.folder, `hidden-${name.length}`);
    withAskpass(server.passphrase, (env) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'rsa', ...format, '-C', '', '-f', path], { env });
    });
    expect(readFileSync(path, 'utf8')).toContain('ENCRYPTED');
    const publicKey = readFileSync(`${path}.pub`, 'utf8');
    rmSync(`${path}.pub`);
    const config = [`IdentityFile ${path}`];
    const notNeeded = answering();
    expect(codeOf(await open({ config, ask: notNeeded }).sample())).toBe('read');
    expect(notNeeded.asked).toEqual([]);

    const stranger = await another({});
    const refused = { config, identity: stranger.keys.ed25519 };
    expect(codeOf(await open(refused).sample())).toBe('authentication-needed');
    const authorized = join(server.folder, 'home/root/.ssh/authorized_keys');
    appendFileSync(authorized, publicKey);
    const ask = answering([newSecret('passphrase')], [server.passphrase]);
    expect(codeOf(await open({ ...refused, ask }).sample())).toBe('read');
    expect(ask.asked).toEqual(
      [false, true].map((again) => ({ kind: 'passphrase', keyFile: path, isHidden: true, again })),
    );
  });

  it('uses the agent, of whose keys only those that are configured', async () => {
    const agent = await startAgent([server.keys.encrypted], server.passphrase);
    const identity = { identity: server.keys.encrypted };
    const withAgent = [`IdentityAgent ${agent.socket}`];
    expect(codeOf(await open({ config: withAgent, ...identity }).sample())).toBe('read');
    const other = await another({});
    const unconfigured = open({ config: withAgent, identity: other.keys.ed25519 });
    expect(codeOf(await unconfigured.sample())).toBe('authentication-failed');
    agent.stop();
  });

  it('logs in with a password, asked for again when it was wrong', async () => {
    const strict = await another({
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
    });
    const ask = answering([newSecret('password')], [strict.password]);
    expect(codeOf(await open({ server: strict, ask }).sample())).toBe('read');
    expect(ask.asked.map((question) => 'again' in question && question.again)).toEqual([
      false,
      true,
    ]);
  });

  it('asks for a password three times, as ssh does, and not again', async () => {
    const strict = await another({
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no', 'MaxAuthTries 20'],
    });
    const wrong = ['a', 'b', 'c', 'd', 'e'].map((letter) => [newSecret('password') + letter]);
    const ask = answering(...wrong);
    const sampled = await open({ server: strict, ask }).sample();
    expect(codeOf(sampled)).toBe('authentication-failed');
    // After three of them PAM has the server take none any more.
    expect(messageOf(sampled)).toBe(
      `root@127.0.0.1 was not let in. The server names no further way to log in.`,
    );
    // NumberOfPasswordPrompts of ssh_config(5) is 3 where nothing else is said.
    expect(ask.asked).toMatchObject(
      [false, true, true].map((again) => ({ kind: 'password', user: 'root', again })),
    );
  });

  it('answers a server’s own questions three times, and not again', async () => {
    const strict = await another({
      config: ['KbdInteractiveAuthentication yes', 'PubkeyAuthentication no', 'MaxAuthTries 20'],
    });
    const ask = answering(['a'], ['b'], ['c'], ['d'], ['e']);
    expect(codeOf(await open({ server: strict, ask }).sample())).toBe('authentication-failed');
    expect(ask.asked.map(({ kind }) => kind)).toEqual(['prompts', 'prompts', 'prompts']);
  });

  it('answers the questions of PAM', async () => {
    const strict = await another({
      config: ['KbdInteractiveAuthentication yes', 'PubkeyAuthentication no'],
    });
    const ask = answering([strict.password]);
    expect(codeOf(await open({ server: strict, ask }).sample())).toBe('read');
    expect(ask.asked).toMatchObject([
      { kind: 'prompts', prompts: [{ text: 'Password: ', echo: false }] },
    ]);
  });

  it('takes a key and then a password where the server wants both', async () => {
    const strict = await another({
      config: [
        'KbdInteractiveAuthentication yes',
        'AuthenticationMethods publickey,keyboard-interactive',
      ],
    });
    const ask = answering([strict.password]);
    expect(codeOf(await open({ server: strict, ask }).sample())).toBe('read');
  });

  it('needs one session only', async () => {
    const narrow = await another({ config: ['MaxSessions 1'] });
    const source = open({ server: narrow });
    expect(codeOf(await source.sample())).toBe('read');
    expect(codeOf(await source.sample())).toBe('read');
  });

  it('finds its answer behind a banner and what a login prints', async () => {
    const banner = await another({
      config: ['Banner /etc/services'],
      shellNoise: 'echo "Welcome to the machine"\necho "klpscope-probe 1 0 0 0"\n',
    });
    for (const user of ['root', 'cshuser', 'fishuser']) {
      expect(codeOf(await open({ server: banner, user }).sample())).toBe('read');
    }
  });

  it('says that a forced command is no shell', async () => {
    const forced = await another({ config: ['ForceCommand echo only this'] });
    for (const transport of ['ssh2', 'openssh'] as const) {
      const sampled = await open({ server: forced, transport }).sample();
      expect(sampled).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
      expect(messageOf(sampled)).toContain('only this');
    }
  });

  it('cuts off a command that floods', async () => {
    const flood = await another({ config: ['ForceCommand yes flood'] });
    expect(codeOf(await open({ server: flood }).sample())).toBe('no-shell');
  });

  it('jumps through another host, each under its own key', async () => {
    const inner = await another({});
    const known = join(server.folder, 'known-both');
    writeFileSync(known, readFileSync(server.knownHostsFile, 'utf8'));
    const config = [
      `ProxyJump viewer@127.0.0.1:${server.port}`,
      `IdentityFile ${server.keys.ed25519}`,
      `IdentityFile ${inner.keys.ed25519}`,
    ];
    const jump = () => openJump(inner, known, config);
    expect(codeOf(await jump().sample())).toBe('host-key-unknown');
    appendFileSync(known, readFileSync(inner.knownHostsFile, 'utf8'));
    expect(codeOf(await jump().sample())).toBe('read');
  });

  it('notices a server that has stopped within the configured time', async () => {
    const stopped = await another({});
    const source = open({
      server: stopped,
      config: ['ServerAliveInterval 1', 'ServerAliveCountMax 2'],
    });
    expect(codeOf(await source.sample())).toBe('read');
    stopped.signal('SIGSTOP');
    const lost = await source.sample();
    expect(codeOf(lost)).toBe('connection-lost');
    // Where nothing is configured it takes three times 10 s.
    expect(messageOf(lost)).toContain('has not answered for 2 s');
  });

  it('comes back by itself after the server was away, and asks nobody', async () => {
    const away = await another({});
    const ask = answering();
    const source = open({ server: away, ask });
    expect(codeOf(await source.sample())).toBe('read');
    away.signal('SIGKILL');
    expect(codeOf(await source.sample())).toBe('connection-lost');
    const next = async () => codeOf(await source.sample());
    await expect.poll(next).toBe('unreachable');
    await away.restart();
    await expect.poll(next).toBe('read');
    expect(ask.asked).toEqual([]);
  });

  it('does not come back by itself where a human had to answer', async () => {
    const away = await another({
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
    });
    const ask = answering([away.password], [away.password]);
    const source = open({ server: away, ask });
    expect(codeOf(await source.sample())).toBe('read');
    away.signal('SIGKILL');
    expect(codeOf(await source.sample())).toBe('connection-lost');
    await away.restart();
    // Longer than any wait before another try.
    await controlTime()(60_000);
    expect(codeOf(await source.sample())).toBe('connection-lost');
    expect(ask.asked).toHaveLength(1);
    source.retry();
    expect(codeOf(await source.sample())).toBe('read');
    expect(ask.asked).toHaveLength(2);
  });

  it('refuses a host whose key has changed between two connections', async () => {
    const host = await another({});
    const source = open({ server: host });
    expect(codeOf(await source.sample())).toBe('read');
    host.signal('SIGKILL');
    expect(codeOf(await source.sample())).toBe('connection-lost');
    const { hostKey } = await another({ port: host.port });
    expect(hostKey).not.toBe(host.hostKey);
    const next = async () => codeOf(await source.sample());
    await expect.poll(next).toBe('host-key-changed');
  });

  describe('a server that asks its own questions', () => {
    const given: string[][] = [];
    let otp: AskingServer | null = null;
    afterEach(() => {
      otp?.stop();
      otp = null;
      given.length = 0;
    });

    async function asking(rounds: readonly (readonly string[])[], ask: Ask): Promise<LiveSource> {
      otp = await askingServer(rounds, given);
      const source = openSsh(
        { kind: 'ssh', text: 'otp', user: 'root', host: '127.0.0.1', port: otp.port },
        {
          ...defaultLiveOptions(),
          acceptNew: true,
          ask,
          config: { configFile: '/dev/null' },
          accepted: new AcceptedKeys(join(server.folder, 'accepted-otp.json')),
        },
      );
      opened.push(source);
      return source;
    }

    it('is answered round after round', async () => {
      const rounds = [['Password: '], ['One-time code: ']];
      const [secret, code] = [newSecret('password'), newSecret('code')];
      const ask = answering([secret], [code]);
      expect(codeOf(await (await asking(rounds, ask)).sample())).toBe('read');
      expect(given).toEqual([[secret], [code]]);
      const texts = ask.asked.map((question) => 'prompts' in question && question.prompts[0]?.text);
      expect(texts).toEqual(rounds.flat());
    });

    const prompts = (count: number) => Array.from({ length: count }, (_, place) => `${place}: `);

    it('is answered as many questions at once as the window takes', async () => {
      const answers = prompts(promptLimits.count).map(() => newSecret('code'));
      const source = await asking([prompts(promptLimits.count)], answering(answers));
      expect(codeOf(await source.sample())).toBe('read');
      expect(given).toEqual([answers]);
    });

    it('is refused where it asks more at once than anybody is asked', async () => {
      const ask = answering(['x']);
      const source = await asking([prompts(promptLimits.count + 1)], ask);
      expect(await source.sample()).toMatchObject({
        ok: false,
        problem: {
          code: 'authentication-failed',
          message: expect.stringContaining('asks 17 questions at once; at most 16'),
        },
      });
      expect(ask.asked).toEqual([]);
      expect(given).toEqual([]);
    });

    it('has its texts cut', async () => {
      const ask = answering([newSecret('code')]);
      const source = await asking([['x'.repeat(promptLimits.text + 1)]], ask);
      expect(codeOf(await source.sample())).toBe('read');
      const [question] = ask.asked;
      const text = question && 'prompts' in question ? question.prompts[0]?.text : undefined;
      expect(text).toHaveLength(promptLimits.text);
      expect(text?.endsWith('…')).toBe(true);
    });
  });

  it('never tells a log or an argument a secret', async () => {
    const strict = await another({
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no', 'LogLevel DEBUG3'],
    });
    const ask = answering([strict.password], [strict.password]);
    const sampled = await open({ server: strict, user: 'operator', sudo: true, ask }).sample();
    expect(sampled).toMatchObject({ ok: true, value: { privileged: true } });
    expect(strict.log()).not.toContain(strict.password);
    expect(JSON.stringify(sampled)).not.toContain(strict.password);
  });
});

function openJump(inner: SshServer, known: string, lines: readonly string[]): LiveSource {
  const path = join(inner.folder, 'ssh_config-jump');
  const common = [
    'IdentityAgent none',
    `UserKnownHostsFile ${known}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  const [jump = '', ...identities] = lines;
  writeFileSync(
    path,
    ['Host 127.0.0.1', 'Host localhost', jump, 'Host *', ...common, ...identities, ''].join('\n'),
  );
  appendFileSync(known, '');
  const knownText = readFileSync(known, 'utf8').replaceAll(
    `[127.0.0.1]:${inner.port}`,
    `[localhost]:${inner.port}`,
  );
  writeFileSync(known, knownText);
  const source = openSsh(
    { kind: 'ssh', text: 'inner', user: 'root', host: 'localhost', port: inner.port },
    {
      ...defaultLiveOptions(),
      ask: nobody,
      config: { configFile: path },
      accepted: new AcceptedKeys(join(inner.folder, 'accepted.json')),
    },
  );
  opened.push(source);
  return source;
}
