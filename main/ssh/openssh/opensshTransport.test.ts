/**
 * What both transports have to do alike, and what only OpenSSH can, against Debian's own sshd: host
 * keys of several hops, questions of several rounds, user certificates, host authorities.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAgent } from '../../../testing/sshd/agent';
import { askingServer } from '../../../testing/sshd/askingServer';
import { newSecret } from '../../../testing/sshd/secrets';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { parseTarget } from '../../../shared/api/target';
import type { Result } from '../../../shared/base/problem';
import type { Readings } from '../../../shared/readings/readings';
import { answering } from '../../../testing/main/answering';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { fingerprint } from '../hostKeys/knownHosts';
import { nobody, type Question } from '../questions';
import { defaultLiveOptions, openSsh, type LiveOptions } from '../../sources/live/sshSource';
import type { LiveSource } from '../../sources/live/connectedSource';
import { resolveHost } from '../config/config';
import { AskpassPrompts } from './askpassPrompts';
import { connectOpenSsh } from './opensshTransport';

const impossible = skipping(import.meta.filename, cannotServe());

/** Three hosts; each takes the keys of its own folder only. */
let outer: SshServer;
let middle: SshServer;
let inner: SshServer;
let authority = '';
const opened: LiveSource[] = [];
let stories = 0;

interface Story {
  /** ssh_config, as its lines. */
  readonly config: readonly string[];
  readonly knownHosts?: readonly string[];
  readonly target?: string;
  readonly options?: Partial<LiveOptions>;
}

/** A source with files of its own. */
function story({ config, knownHosts = [], target = 'inner', options = {} }: Story) {
  const name = join(outer.folder, `story-${(stories += 1)}`);
  const known = `${name}-known`;
  writeFileSync(known, knownHosts.map((line) => `${line}\n`).join(''));
  const common = [
    'Host *',
    '  User root',
    '  IdentityAgent none',
    '  IdentitiesOnly yes',
    ...[outer, middle, inner].map(({ keys }) => `  IdentityFile ${keys.ed25519}`),
    `  UserKnownHostsFile ${known}`,
    '  GlobalKnownHostsFile /dev/null',
    '  ConnectTimeout 20',
  ];
  writeFileSync(`${name}-config`, [...config, ...common, ''].join('\n'));
  const parsed = parseTarget(target);
  if (!parsed.ok || parsed.value.kind !== 'ssh') throw new Error(`${target} is no host`);
  const accepted = new AcceptedKeys(`${name}-accepted.json`);
  const open = (more: Partial<LiveOptions> = {}) => {
    const source = openSsh(parsed.ok && parsed.value.kind === 'ssh' ? parsed.value : never(), {
      ...defaultLiveOptions(),
      config: { configFile: `${name}-config` },
      accepted,
      ask: nobody,
      ...options,
      ...more,
    });
    opened.push(source);
    return source;
  };
  return { known, accepted, open, config: `${name}-config` };
}

function never(): never {
  throw new Error('unreachable');
}

/** Hosts by name; each hop is reached through the one before. */
function chain(): string[] {
  return [
    ...block('outer', outer),
    ...block('middle', middle),
    ...block('inner', inner),
    '  ProxyJump outer,middle',
  ];
}

function block(name: string, { port }: SshServer): string[] {
  return [`Host ${name}`, '  HostName 127.0.0.1', `  Port ${port}`];
}

function line({ port, hostKey }: SshServer, key = hostKey): string {
  return `[127.0.0.1]:${port} ${key}`;
}

function printOf({ hostKey }: { readonly hostKey: string }): string {
  return fingerprint(Buffer.from(hostKey.split(' ')[1] ?? '', 'base64'));
}

function told(result: Result<Readings>): { code: string; message: string } {
  return result.ok ? { code: 'read', message: '' } : result.problem;
}

function makeKey(name: string, type = 'ed25519'): string {
  const path = join(outer.folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  return path;
}

function publicKey(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').trim();
}

describe.skipIf(impossible)('connecting as configured', () => {
  beforeAll(async () => {
    [outer, middle, inner] = await Promise.all([startSshd(), startSshd(), startSshd()]);
    authority = makeKey('authority');
  });
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
    releaseTime();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await Promise.all([outer, middle, inner].map((each) => each.stop()));
  });

  describe.each(['ssh2', 'openssh'] as const)('by %s', (transport) => {
    it('goes over several hops, asks about an unknown one under its own name, and saves it', async () => {
      const ask = answering(['accept-and-save']);
      const { known, accepted, open } = story({
        config: chain(),
        knownHosts: [line(outer), line(inner)],
        options: { transport },
      });
      const silent = told(await open().sample());
      expect(silent.code).toBe('host-key-unknown');
      expect(silent.message).toContain(
        `[127.0.0.1]:${middle.port} is not known (ssh-ed25519 ${printOf(middle)})`,
      );
      expect(silent.message).toContain(known);
      expect(told(await open({ ask }).sample())).toEqual({ code: 'read', message: '' });
      expect(ask.asked).toMatchObject([
        {
          kind: 'host-key',
          host: '127.0.0.1',
          port: middle.port,
          fingerprint: printOf(middle),
          files: [known, '/dev/null'],
        },
      ]);
      const saved = () => readFileSync(known, 'utf8').trim().split('\n');
      await expect.poll(saved).toEqual([line(outer), line(inner), line(middle)]);
      expect((await accepted.asKnownHosts()).text).toBe('');
      expect(told(await open().sample()).code).toBe('read');
    });

    it('keeps what was accepted for itself, and nothing in known_hosts', async () => {
      const ask = answering(['accept']);
      const { known, accepted, open } = story({
        config: block('inner', inner),
        options: { transport },
      });
      expect(told(await open({ ask }).sample()).code).toBe('read');
      const kept = async () => (await accepted.asKnownHosts()).text;
      await expect.poll(kept).toBe(line(inner));
      expect(readFileSync(known, 'utf8')).toBe('');
      expect(told(await open().sample()).code).toBe('read');
    });

    it('refuses the changed key of a hop, with all that is needed to judge it', async () => {
      const old = publicKey(makeKey(`old-${transport}`));
      const { known, open } = story({
        config: chain(),
        knownHosts: [line(outer), line(inner), line(middle, old)],
        options: { transport, acceptNew: true, ask: answering(['accept']) },
      });
      const { code, message } = told(await open().sample());
      expect(code).toBe('host-key-changed');
      const name = `[127.0.0.1]:${middle.port}`;
      expect(message).toContain(
        `now ssh-ed25519 ${printOf(middle)}, known is ${printOf({ hostKey: old })} (${known}, line 3)`,
      );
      const removal = /ssh-keygen -R '(.+)' -f '(.+)'$/.exec(message);
      expect(removal?.slice(1)).toEqual([name, known]);
      execFileSync('ssh-keygen', ['-R', name, '-f', known], { stdio: 'ignore' });
      expect(told(await open().sample()).code).toBe('read');
    });

    it('says how to forget a changed key that was accepted here', async () => {
      const { accepted, open } = story({
        config: block('inner', inner),
        options: { transport },
      });
      const old = publicKey(makeKey(`mine-${transport}`));
      await accepted.add('elsewhere', Buffer.from(outer.hostKey.split(' ')[1] ?? '', 'base64'));
      await accepted.add(
        `[127.0.0.1]:${inner.port}`,
        Buffer.from(old.split(' ')[1] ?? '', 'base64'),
      );
      const { code, message } = told(await open().sample());
      expect(code).toBe('host-key-changed');
      expect(message).toContain(`known is ${printOf({ hostKey: old })} (${accepted.path}, key 2)`);
      expect(message).toContain(`klpscope forget-key '[127.0.0.1]:${inner.port}'`);
    });

    it('refuses a revoked key, and names file and line', async () => {
      const { known, open } = story({
        config: block('inner', inner),
        knownHosts: [line(inner), `@revoked * ${inner.hostKey}`],
        options: { transport, acceptNew: true, ask: answering(['accept']) },
      });
      const { code, message } = told(await open().sample());
      expect(code).toBe('host-key-revoked');
      expect(message).toContain(`(ssh-ed25519 ${printOf(inner)}) is revoked in ${known}, line 2`);
    });

    it('takes no new type of key for a new host', async () => {
      const { open } = story({
        config: [...block('inner', inner), '  HostKeyAlgorithms ssh-ed25519'],
        knownHosts: [line(inner, publicKey(makeKey(`curve-${transport}`, 'ecdsa')))],
        options: { transport },
      });
      const ask = answering(null);
      const { code } = told(await open({ acceptNew: true, ask }).sample());
      expect(code).toBe('host-key-unknown');
      const asked = ask.asked.map((question) => 'verdict' in question && question.verdict);
      expect(asked).toEqual(['other-key-type']);
    });

    it('answers a password and then a one-time code', async () => {
      const given: string[][] = [];
      const asking = await askingServer([['Password: '], ['One-time code: ']], given);
      const [password, code] = [newSecret('password'), newSecret('code')];
      const ask = answering(['accept'], [password], [code]);
      const { open } = story({
        config: ['Host inner', '  HostName 127.0.0.1', `  Port ${asking.port}`],
        options: { transport, ask },
      });
      expect(told(await open().sample()).code).toBe('read');
      expect(given).toEqual([[password], [code]]);
      expect(ask.asked.slice(1)).toMatchObject([
        { kind: 'prompts', host: 'inner', prompts: [{ text: 'Password: ', echo: false }] },
        { kind: 'prompts', host: 'inner', prompts: [{ text: 'One-time code: ' }] },
      ]);
      asking.stop();
    });

    it('gives people the time that they take to answer', async () => {
      const given: string[][] = [];
      const asking = await askingServer([['Password: ']], given);
      const passTime = controlTime();
      const slow = async (question: Question): Promise<readonly string[]> => {
        await passTime(600_000);
        return [question.kind === 'host-key' ? 'accept' : newSecret('password')];
      };
      const { open } = story({
        config: ['Host inner', '  HostName 127.0.0.1', `  Port ${asking.port}`],
        options: { transport, ask: slow, timeoutMs: 20_000 },
      });
      expect(told(await open().sample())).toEqual({ code: 'read', message: '' });
      asking.stop();
    });

    it('sends no secret before the host’s key is verified', async () => {
      const given: string[][] = [];
      const asking = await askingServer([['Password: ']], given);
      const ask = answering(null, [newSecret('password')]);
      const { open } = story({
        config: ['Host inner', '  HostName 127.0.0.1', `  Port ${asking.port}`],
        options: { transport, ask },
      });
      expect(told(await open().sample()).code).toBe('host-key-unknown');
      expect(ask.asked.map(({ kind }) => kind)).toEqual(['host-key']);
      expect(given).toEqual([]);
      asking.stop();
    });
  });

  it('follows the ProxyJump of a hop', async () => {
    const { open } = story({
      config: [
        ...block('outer', outer),
        ...block('middle', middle),
        '  ProxyJump outer',
        ...block('inner', inner),
        '  ProxyJump middle',
      ],
      knownHosts: [outer, middle, inner].map((each) => line(each)),
    });
    const before = outer.log().length;
    for (const transport of ['ssh2', 'openssh'] as const) {
      expect(told(await open({ transport }).sample()).code).toBe('read');
    }
    expect(
      outer
        .log()
        .slice(before)
        .match(/Accepted publickey/g),
    ).toHaveLength(2);
  });

  it('logs in twice with one answer where sudo wants a password as well', async () => {
    const strict = await startSshd({
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
    });
    const ask = answering([strict.password], [strict.password]);
    const { open } = story({
      config: [...block('inner', strict), '  User operator'],
      knownHosts: [line(strict)],
      options: { transport: 'openssh', sudo: true, ask },
    });
    const sampled = await open().sample();
    expect(sampled).toMatchObject({ ok: true, value: { privileged: true } });
    expect(ask.asked.map(({ kind }) => kind)).toEqual(['password', 'sudo-password']);
    await strict.stop();
  });

  it('hands over all that a program prints, however soon it ends', async () => {
    const { config } = story({ config: block('inner', inner), knownHosts: [line(inner)] });
    const address = { user: null, host: 'inner', port: null };
    const settings = await resolveHost(address, { configFile: config });
    const connected = await connectOpenSsh({
      address,
      hops: [{ address, settings }],
      rulesFor: ({ knownHostsFiles, hostKeyPolicy }) => ({
        files: knownHostsFiles,
        accepted: new AcceptedKeys(`${config}-none`),
        acceptNew: false,
        policy: hostKeyPolicy,
        ask: nobody,
      }),
      identity: null,
      config: { configFile: config },
      ask: nobody,
      connectMs: 60_000,
      loginMs: 60_000,
    });
    if (!connected.ok) throw new Error(connected.problem.message);
    // From the moment in which the host's key was accepted nothing looks for what the helpers say.
    const judged = vi.spyOn(AskpassPrompts.prototype, 'answerAboutKey');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const script = 'echo complaint >&2; exit 3';
    const beginning = connected.value.exec({ line: script, argv: [] });
    while (judged.mock.settledResults.at(-1)?.type !== 'fulfilled') {
      vi.advanceTimersByTime(40);
      await pause(10);
    }
    const begun = await beginning;
    if (!begun.ok) throw new Error(begun.problem.message);
    begun.value.stdout.resume();
    expect(await text(begun.value.stderr)).toContain('complaint\n');
    expect(await begun.value.ended).toEqual({ status: 3, problem: null });
    connected.value.close();
  });

  it('verifies this machine too, whatever the configuration says', async () => {
    const { open } = story({
      config: [
        ...block('inner', inner),
        '  NoHostAuthenticationForLocalhost yes',
        '  StrictHostKeyChecking no',
      ],
      options: { transport: 'openssh' },
    });
    expect(told(await open().sample()).code).toBe('host-key-unknown');
  });

  it('passes no host name to a shell', async () => {
    const trap = join(outer.folder, 'trap');
    const { open } = story({
      config: [],
      target: `x;touch\${IFS}${trap.replaceAll('/', '_')};`,
      options: { transport: 'openssh' },
    });
    expect(told(await open().sample()).code).toBe('unreachable');
    const named = openSsh(
      { kind: 'ssh', text: 'x', user: null, host: `-oProxyCommand=touch ${trap}`, port: null },
      { ...defaultLiveOptions(), transport: 'openssh' },
    );
    expect(told(await named.sample()).message).toContain('can’t begin with “-”');
    expect(existsSync(trap)).toBe(false);
  });

  describe('OpenSSH offered by itself', () => {
    const choice = (needs: readonly string[]) => ({
      kind: 'transport',
      host: 'inner',
      key: 'inner',
      needs,
    });

    it('for a ProxyCommand, which it follows, and asks no more on the way back', async () => {
      const ask = answering(['openssh']);
      const { open } = story({
        config: [
          ...block('outer', outer),
          ...block('inner', inner),
          `  ProxyCommand ssh -F %d/.none -W 127.0.0.1:%p -i ${outer.keys.ed25519} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p ${outer.port} root@127.0.0.1`.replace(
            '-F %d/.none',
            '-F /dev/null',
          ),
        ],
        knownHosts: [line(inner)],
        options: { ask },
      });
      const source = open();
      expect(told(await source.sample()).code).toBe('read');
      source.retry?.();
      expect(told(await source.sample()).code).toBe('read');
      expect(ask.asked).toEqual([choice(['proxy-command'])]);
      const demanded = told(await open({ transport: 'ssh2' }).sample());
      expect(demanded).toMatchObject({ code: 'no-agreement' });
      expect(demanded.message).toContain('--transport openssh');
    });

    it('for a user certificate beside its key, which ssh2 can’t use', async () => {
      const strict = await startSshd({
        config: [`TrustedUserCAKeys ${authority}.pub`, 'AuthorizedKeysFile none'],
      });
      const key = makeKey('certified');
      const sign = ['-q', '-s', authority, '-I', 'ada', '-n', 'root', `${key}.pub`];
      execFileSync('ssh-keygen', sign, { stdio: 'ignore' });
      const ask = answering(['openssh']);
      const certified = {
        config: [...block('inner', strict), `  IdentityFile ${key}`],
        knownHosts: [line(strict)],
      };
      expect(
        told(
          await story({ ...certified, options: { ask } })
            .open()
            .sample(),
        ).code,
      ).toBe('read');
      expect(ask.asked).toEqual([choice(['user-certificate'])]);
      const refused = told(
        await story({ ...certified, options: { transport: 'ssh2' } })
          .open()
          .sample(),
      );
      expect(refused.code).toBe('authentication-failed');
      expect(refused.message).toContain('a user certificate');
      expect(refused.message).toContain('--transport openssh');
      // The same in ssh-agent, and no file that names it.
      const agent = await startAgent([key], '');
      rmSync(`${key}-cert.pub`);
      const byAgent = answering(['openssh']);
      const inAgent = [
        ...block('inner', strict),
        `  IdentityAgent ${agent.socket}`,
        '  IdentitiesOnly no',
      ];
      const { open } = story({
        config: inAgent,
        knownHosts: [line(strict)],
        options: { ask: byAgent },
      });
      expect(told(await open().sample()).code).toBe('read');
      expect(byAgent.asked).toEqual([choice(['user-certificate'])]);
      agent.stop();
      await strict.stop();
    });

    it('for a host whose keys are known through their authority only', async () => {
      const certificate = join(inner.folder, 'host-cert.pub');
      const strict = await startSshd({ config: [] });
      const sign = [
        '-q',
        '-s',
        authority,
        '-I',
        'h',
        '-h',
        '-n',
        '127.0.0.1',
        join(strict.folder, 'host.pub'),
      ];
      execFileSync('ssh-keygen', sign, { stdio: 'ignore' });
      expect(existsSync(certificate)).toBe(false);
      writeFileSync(
        join(strict.folder, 'sshd_config'),
        `HostCertificate ${join(strict.folder, 'host-cert.pub')}\n${readFileSync(join(strict.folder, 'sshd_config'), 'utf8')}`,
      );
      strict.signal('SIGKILL');
      await strict.restart();
      const ask = answering(['openssh']);
      const known = {
        config: [...block('inner', strict), `  IdentityFile ${strict.keys.ed25519}`],
        knownHosts: [`@cert-authority 127.0.0.* ${publicKey(authority)}`],
      };
      expect(
        told(
          await story({ ...known, options: { ask } })
            .open()
            .sample(),
        ).code,
      ).toBe('read');
      expect(ask.asked).toEqual([choice(['host-authority'])]);
      const refused = told(
        await story({ ...known, options: { transport: 'ssh2', acceptNew: true } })
          .open()
          .sample(),
      );
      expect(refused.code).toBe('host-key-unknown');
      expect(refused.message).toContain('--transport openssh');
      await strict.stop();
    });
  });
});
