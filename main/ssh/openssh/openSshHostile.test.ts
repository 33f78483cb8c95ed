/**
 * What a server says over the system's `ssh` is its own: no reason is taken from it, and no file is
 * read because it names one. Servers here say all that `ssh` itself would say.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forgedSentences } from '../../../testing/sshd/forgedSentences';
import {
  speakingServer,
  type SpeakingServer,
  type Speech,
} from '../../../testing/sshd/speakingServer';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import type { LiveSource } from '../../sources/live/connectedSource';
import { fingerprint } from '../hostKeys/knownHosts';
import { hasOpenSsh } from './openSshNeeds';
import { defaultLiveOptions, openSsh, type LiveOptions } from '../../sources/live/sshSource';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  vi.unstubAllEnvs();
});

interface Scene {
  readonly folder: string;
  readonly server: SpeakingServer;
  /** Other lines of ssh_config, before all others. */
  readonly config?: readonly string[];
  /** Lines of known_hosts; the server's key by default. */
  readonly known?: readonly string[];
  readonly options?: Partial<LiveOptions>;
}

async function speaking(speech: Speech): Promise<SpeakingServer> {
  const server = await speakingServer(speech);
  open.push({ close: () => server.stop() });
  return server;
}

function source({ folder, server, config = [], known, options }: Scene): LiveSource {
  const knownHosts = join(folder, 'known_hosts');
  const lines = known ?? [`[127.0.0.1]:${server.port} ${server.hostKey}`];
  writeFileSync(knownHosts, lines.map((line) => `${line}\n`).join(''));
  const configFile = join(folder, 'ssh_config');
  const common = [
    'Host db1',
    '  HostName 127.0.0.1',
    `  Port ${server.port}`,
    'Host *',
    '  User root',
    '  IdentityAgent none',
    '  IdentityFile none',
    `  UserKnownHostsFile ${knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
  ];
  writeFileSync(configFile, [...config, ...common, ''].join('\n'));
  const opened = openSsh(
    { kind: 'ssh', text: 'db1', user: null, host: 'db1', port: null },
    {
      ...defaultLiveOptions(),
      transport: 'openssh',
      config: { configFile },
      accepted: new AcceptedKeys(join(folder, 'accepted.json')),
      ...options,
    },
  );
  open.push(opened);
  return opened;
}

async function told(live: LiveSource) {
  const sampled = await live.sample();
  return sampled.ok ? { code: 'read', message: '' } : sampled.problem;
}

function keyBytes({ hostKey }: SpeakingServer): Buffer {
  return Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
}

/** A pipe that nobody writes to: who opens it waits for ever. */
function silentPipe(folder: string): string {
  const path = join(folder, 'pipe');
  if (!existsSync(path)) execFileSync('mkfifo', [path]);
  return path;
}

const lacking = hasOpenSsh() ? undefined : 'there is no ssh here';

describe.skipIf(skipping(import.meta.filename, lacking))('a server over OpenSSH', () => {
  describe.each(['a pipe', '/dev/zero', '/dev/tty'])('that names %s', (name) => {
    const words = (folder: string) =>
      forgedSentences(name === 'a pipe' ? silentPipe(folder) : name).join('');
    const scenes: readonly (readonly [string, string, (text: string) => Speech])[] = [
      [
        'refuses the login with a banner',
        'authentication-failed',
        (text) => ({ banner: text, refuses: true }),
      ],
      [
        'disconnects during the login',
        'authentication-failed',
        (text) => ({ words: text, disconnects: 'at-login' }),
      ],
      ['speaks as the program there', 'connection-lost', (text) => ({ complaint: text })],
      [
        'disconnects after the login',
        'connection-lost',
        (text) => ({ complaint: text, words: text, disconnects: 'at-program' }),
      ],
    ];
    it.each(scenes)('and %s is not believed', async (_how, code, speech) => {
      const folder = temporaryFolder();
      const server = await speaking(speech(words(folder)));
      const problem = await told(source({ folder, server }));
      expect(problem.code).toBe(code);
      expect(problem.message).toContain('ssh’s or the server’s own');
      expect(problem.message.length).toBeLessThan(500);
    });
  });

  it('is told by the key that it really shows, whatever its banner says', async () => {
    const folder = temporaryFolder();
    const server = await speaking({ banner: forgedSentences('/dev/zero').join('') });
    const at = `[127.0.0.1]:${server.port}`;
    const print = fingerprint(keyBytes(server));
    const unknown = await told(source({ folder, server, known: [] }));
    expect(unknown.code).toBe('host-key-unknown');
    expect(unknown.message).toContain(`ecdsa-sha2-nistp256 ${print}`);
    const other = await speaking({});
    const changed = await told(source({ folder, server, known: [`${at} ${other.hostKey}`] }));
    expect(changed.code).toBe('host-key-changed');
    expect(changed.message).toContain(`now ecdsa-sha2-nistp256 ${print}`);
    expect(changed.message).toContain(`${join(folder, 'known_hosts')}, line 1`);
    const revoked = [`${at} ${server.hostKey}`, `@revoked * ${server.hostKey}`];
    expect((await told(source({ folder, server, known: revoked }))).code).toBe('host-key-revoked');
  });

  it('is asked about by names that are hashed, aliases and patterns as well', async () => {
    const folder = temporaryFolder();
    const server = await speaking({ refuses: true });
    const accepted = async (known: string, config: readonly string[] = []) =>
      (await told(source({ folder, server, known: [known], config }))).code;
    const hashed = join(folder, 'hashed');
    writeFileSync(hashed, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' });
    const [line = ''] = readFileSync(hashed, 'utf8').split('\n');
    expect(line).toMatch(/^\|1\|/);
    expect(await accepted(line)).toBe('authentication-failed');
    expect(await accepted(`[127.0.0.?]:* ${server.hostKey}`)).toBe('authentication-failed');
    const alias = ['Host db1', '  HostKeyAlias Alias.example'];
    expect(await accepted(`alias.example ${server.hostKey}`, alias)).toBe('authentication-failed');
    expect(await accepted(`other.example ${server.hostKey}`, alias)).toBe('host-key-unknown');
  });

  it('is not believed as a hop either, neither before nor behind its login', async () => {
    const folder = temporaryFolder();
    const words = forgedSentences(silentPipe(folder)).join('');
    const inner = await speaking({});
    const through = async (speech: Speech) => {
      const hop = await speaking(speech);
      const config = [
        'Host gate',
        '  HostName 127.0.0.1',
        `  Port ${hop.port}`,
        'Host db1',
        '  ProxyJump gate',
      ];
      const known = [hop, inner].map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}`);
      return told(source({ folder, server: inner, config, known }));
    };
    const refused = await through({ banner: words, refuses: true });
    expect(refused).toMatchObject({ code: 'authentication-failed' });
    expect(refused.message).toMatch(/^gate let nobody in/);
    // It lets us in, and goes no further.
    const stuck = await through({ banner: words });
    expect(stuck).toMatchObject({ code: 'unreachable' });
    expect(stuck.message).toMatch(/^ssh could not connect to db1/);
  });

  it('has its key told by the user’s own command, which runs with its own words', async () => {
    const folder = temporaryFolder();
    const server = await speaking({ refuses: true });
    const command = join(folder, 'look up');
    const log = join(folder, 'log');
    const script = `#!/bin/sh\nprintf '%s|' "$@" >>'${log}'\n[ "$2" = NONE ] || printf '%s %s %s\\n' "$1" "$3" "$2"\n`;
    writeFileSync(command, script);
    chmodSync(command, 0o700);
    const config = ['Host db1', `  KnownHostsCommand "${command}" %H %K %t "a b" %%`];
    const problem = await told(source({ folder, server, known: [], config }));
    expect(problem.code).toBe('authentication-failed');
    const at = `[127.0.0.1]:${server.port}`;
    // The first time, to order the types of keys, it names the host alone.
    expect(readFileSync(log, 'utf8')).toBe(
      `127.0.0.1|NONE|NONE|a b|%|${at}|${server.hostKey.split(' ')[1]}|ecdsa-sha2-nistp256|a b|%|`,
    );
  });

  it('is asked about once where its key can’t be kept', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'accepted.json'));
    const server = await speaking({ complaint: 'bye' });
    const ask = answering(['accept'], ['accept']);
    const options = { ask, sudo: true };
    await told(source({ folder, server, known: [], options, config: ['Host db1', '  User ada'] }));
    expect(ask.asked.filter(({ kind }) => kind === 'host-key')).toHaveLength(1);
  });

  it('is refused without a reason by an ssh that is too old to hand its key over', async () => {
    const folder = temporaryFolder();
    const old = join(folder, 'ssh');
    const real = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim();
    writeFileSync(
      old,
      `#!/bin/sh\n[ "$1" = -V ] && { echo 'OpenSSH_8.4p1 Debian-5' >&2; exit; }\nexec ${real} -o KnownHostsCommand=none "$@"\n`,
    );
    chmodSync(old, 0o700);
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
    const server = await speaking({
      banner: forgedSentences(silentPipe(folder)).join(''),
      refuses: true,
    });
    const revoked = `@revoked * ${server.hostKey}`;
    for (const known of [undefined, [], [revoked]]) {
      const problem = await told(source({ folder, server, ...(known ? { known } : {}) }));
      expect(problem.code).toBe('unreachable');
      expect(problem.message).toContain('was refused by ssh, which is older than OpenSSH 8.5');
    }
    // What it knows by itself, it connects to.
    const friendly = await speaking({});
    expect((await told(source({ folder, server: friendly }))).code).toBe('connection-lost');
  });
});
