/** What of ssh_config(5) comes to be which setting, by `ssh -G` and without an `ssh` alike. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { resolveHost, type HostSettings } from './config';
import { userConfig } from './configuredHosts';
import type { HostAddress } from './hostAddress';

afterEach(() => void vi.unstubAllEnvs());

const readers = ['OpenSSH', 'the file alone'] as const;

/** Settings of `db1` by these lines. */
async function settings(
  reader: (typeof readers)[number],
  lines: readonly string[],
  address: Partial<HostAddress> = {},
): Promise<HostSettings> {
  const folder = temporaryFolder();
  const configFile = join(folder, 'config');
  writeFileSync(configFile, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`);
  if (reader === 'the file alone') vi.stubEnv('PATH', folder);
  return resolveHost({ user: null, host: 'db1', port: null, ...address }, { configFile });
}

describe.each(readers)('by %s', (reader) => {
  const of = (...lines: string[]) => settings(reader, lines);

  it('a configuration that says nothing has what is usual', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
    const usual = await of();
    expect(usual).toMatchObject({
      hostname: 'db1',
      user: userInfo().username,
      port: 22,
      identitiesOnly: false,
      agentSocket: '/run/agent',
      methods: ['publickey', 'keyboard-interactive', 'password'],
      promptCount: 3,
      isBatch: false,
      hostKeyPolicy: {
        newKeys: 'asked',
        revokedFiles: [],
        leastRsaBits: 1024,
        hashesNames: false,
        checksAddress: false,
      },
      knownHostsCommand: null,
      hostKeyAlias: null,
      jumps: [],
      connectSeconds: null,
      aliveSeconds: null,
      aliveCount: 3,
      family: null,
      bindAddress: null,
      refusal: null,
      onlyOpenSsh: [],
    });
    const own = join(homedir(), '.ssh');
    expect(usual.identityFiles).toEqual(expect.arrayContaining([join(own, 'id_ed25519')]));
    expect(usual.knownHostsFiles).toEqual([
      join(own, 'known_hosts'),
      join(own, 'known_hosts2'),
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]);
  });

  it.each<[string, Partial<HostSettings>]>([
    ['AddressFamily inet', { family: 4 }],
    ['AddressFamily inet6', { family: 6 }],
    ['AddressFamily any', { family: null }],
    ['BatchMode yes', { isBatch: true }],
    ['BindAddress 127.0.0.9', { bindAddress: '127.0.0.9', onlyOpenSsh: [] }],
    ['BindAddress here', { onlyOpenSsh: ['keyword:BindAddress'] }],
    ['ConnectTimeout 7', { connectSeconds: 7 }],
    ['ConnectTimeout 0', { connectSeconds: null }],
    ['HostKeyAlias ours', { hostKeyAlias: 'ours' }],
    ['HostKeyAlias none', { hostKeyAlias: null }],
    ['HostName %h.example.org', { hostname: 'db1.example.org' }],
    ['IdentityAgent none', { agentSocket: null }],
    ['IdentityAgent ~/agent', { agentSocket: join(homedir(), 'agent') }],
    ['IdentitiesOnly yes', { identitiesOnly: true }],
    ['IdentityFile none', { identityFiles: [] }],
    ['IdentityFile /k/%%-%d-%h-%n-%p-%r-%u-%i-%k', { identityFiles: [expanded('/k')] }],
    ['IdentityFile /k/%l-%L', { identityFiles: [`/k/${hostname()}-${hostname().split('.')[0]}`] }],
    ['IdentityFile /k/${KLPSCOPE_TEST_KEY}', { identityFiles: ['/k/its-name'] }],
    ['NumberOfPasswordPrompts 1', { promptCount: 1 }],
    ['PreferredAuthentications password,none,publickey', { methods: ['password', 'publickey'] }],
    ['PasswordAuthentication no', { methods: ['publickey', 'keyboard-interactive'] }],
    ['PubkeyAuthentication no', { methods: ['keyboard-interactive', 'password'] }],
    ['KbdInteractiveAuthentication no', { methods: ['publickey', 'password'] }],
    [
      'PreferredAuthentications hostbased',
      { methods: [], onlyOpenSsh: ['keyword:PreferredAuthentications'] },
    ],
    ['ProxyJump none', { jumps: [] }],
    ['ProxyJump ssh://ada@gate:2200', { jumps: [{ user: 'ada', host: 'gate', port: 2200 }] }],
    ['ProxyJump [fe80::1]:2200,b', { jumps: [hop('fe80::1', 2200), hop('b', null)] }],
    ['ServerAliveInterval 7', { aliveSeconds: 7 }],
    ['ServerAliveInterval 0', { aliveSeconds: null }],
    ['ServerAliveCountMax 5', { aliveCount: 5 }],
    ['User ada', { user: 'ada' }],
    ['Port 2222', { port: 2222 }],
  ])('%s', async (line, expected) => {
    vi.stubEnv('KLPSCOPE_TEST_KEY', 'its-name');
    expect(await of(line)).toMatchObject(expected);
  });

  it.each<[string, Partial<HostSettings['hostKeyPolicy']>]>([
    ['StrictHostKeyChecking yes', { newKeys: 'refused' }],
    ['StrictHostKeyChecking accept-new', { newKeys: 'accepted' }],
    ['StrictHostKeyChecking ask', { newKeys: 'asked' }],
    ['StrictHostKeyChecking no', { newKeys: 'asked' }],
    ['StrictHostKeyChecking off', { newKeys: 'asked' }],
    ['RevokedHostKeys none', { revokedFiles: [] }],
    ['RevokedHostKeys /k/%h', { revokedFiles: ['/k/db1'] }],
    ['RequiredRSASize 3072', { leastRsaBits: 3072 }],
    ['HashKnownHosts yes', { hashesNames: true }],
    ['CheckHostIP yes', { checksAddress: true }],
  ])('%s is a rule for host keys', async (line, expected) => {
    expect((await of(line)).hostKeyPolicy).toMatchObject(expected);
  });

  it('a file of revoked keys may have a blank in its name', async () => {
    const path = join(temporaryFolder(), 'two words');
    writeFileSync(path, '');
    expect((await of(`RevokedHostKeys "${path}"`)).hostKeyPolicy.revokedFiles).toEqual([path]);
  });

  it('the agent may be named by a variable', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', '/run/usual');
    vi.stubEnv('KLPSCOPE_TEST_AGENT', '/run/other');
    expect((await of('IdentityAgent SSH_AUTH_SOCK')).agentSocket).toBe('/run/usual');
    expect((await of('IdentityAgent $KLPSCOPE_TEST_AGENT')).agentSocket).toBe('/run/other');
    expect((await of('IdentityAgent $KLPSCOPE_TEST_NOBODY')).agentSocket).toBeNull();
  });

  it('who connects outweighs the file, in the names of files as well', async () => {
    const lines = ['User ada', 'Port 2222', 'IdentityFile /k/%r-%p'];
    expect(await settings(reader, lines, { user: 'eve', port: 2200 })).toMatchObject({
      user: 'eve',
      port: 2200,
      identityFiles: ['/k/eve-2200'],
    });
  });
});

function hop(host: string, port: number | null): HostAddress {
  return { user: null, host, port };
}

function expanded(folder: string): string {
  const { username, uid } = userInfo();
  const own = homedir();
  return `${folder}/%-${own}-db1-db1-22-${username}-${username}-${uid}-db1`;
}

describe('the algorithms of this machine’s ssh', () => {
  it('are what it says itself, and none where there is none', async () => {
    const line = 'MACs hmac-sha2-512,umac-128@openssh.com';
    const { sshAlgorithms } = await settings('OpenSSH', [line]);
    expect(sshAlgorithms.mac).toEqual(['hmac-sha2-512', 'umac-128@openssh.com']);
    for (const [kind, query] of [
      ['kex', 'kex'],
      ['cipher', 'cipher'],
    ] as const) {
      const all = execFileSync('ssh', ['-Q', query]).toString().trim().split('\n');
      expect(sshAlgorithms[kind].length).toBeGreaterThan(3);
      for (const name of sshAlgorithms[kind]) expect(all).toContain(name);
    }
    expect(sshAlgorithms.hostKey).toContain('ssh-ed25519');
    expect((await settings('the file alone', [line])).sshAlgorithms).toEqual({
      kex: [],
      cipher: [],
      mac: [],
      hostKey: [],
    });
  });
});

it('a hop that makes no sense is a host of that name', async () => {
  const { jumps } = await settings('the file alone', ['ProxyJump a:b:c']);
  expect(jumps).toEqual([hop('a:b:c', null)]);
});

describe('what ssh refuses', () => {
  it('is the configuration, where the name alone would do', async () => {
    const { refusal } = await settings('OpenSSH', ['PermitTimeTravel no']);
    expect(refusal).toMatchObject({ isOfName: false });
    expect(refusal?.words).toMatch(/line 2: .*permittimetravel/i);
  });

  it('is refused in its own words, or by its status where it has none', async () => {
    const play = async (script: string) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      vi.stubEnv('PATH', folder);
      const address = { user: null, host: 'db1', port: null };
      return (await resolveHost(address, { configFile: '/dev/null' })).refusal;
    };
    const said = 'echo "Pseudo-terminal will not be allocated" >&2; echo "  no such line " >&2';
    expect(await play(`${said}; exit 255`)).toEqual({ words: 'no such line', isOfName: true });
    expect(await play('exit 7')).toEqual({ words: 'ssh -G failed (7)', isOfName: true });
    const long = await play('printf "%0500d" 1 >&2; exit 1');
    expect(long?.words).toHaveLength(300);
  });
});

it('the file is the one that the environment names, or the user’s own', () => {
  vi.stubEnv('KLPSCOPE_SSH_CONFIG', '/some/file');
  expect(userConfig()).toEqual({ configFile: '/some/file' });
  vi.stubEnv('KLPSCOPE_SSH_CONFIG', undefined);
  expect(userConfig()).toEqual({ configFile: null });
});

describe('a Match that runs a program', () => {
  it.each([
    ['Match exec "true"', true],
    ['Match !exec "true"', true],
    ['Match host db1 exec "true"', true],
    ['Match host db2 exec "true"', false],
    ['Match host db*,!db1 exec "true"', false],
    ['Match host db*,!db2 exec "true"', true],
    ['Match originalhost db1 exec "true"', true],
    ['Match host db1', false],
  ])('%s: %s', async (line, isNeeded) => {
    const configFile = join(temporaryFolder(), 'config');
    writeFileSync(configFile, `${line}\n  Port 2222\n`);
    const address = { user: null, host: 'db1', port: null };
    const { onlyOpenSsh } = await resolveHost(address, { configFile });
    expect(onlyOpenSsh).toEqual(isNeeded ? ['match-exec'] : []);
  });
});

describe('what ssh2 can’t do', () => {
  it.each([
    ['ProxyCommand nc %h %p', ['proxy-command']],
    ['ProxyCommand none', []],
    ['CertificateFile /cert', ['user-certificate']],
    ['HostbasedAuthentication yes', ['host-based']],
    ['HostbasedAuthentication no', []],
    ['PKCS11Provider /lib', ['pkcs11']],
    ['RekeyLimit 1G', ['keyword:RekeyLimit']],
    ['RekeyLimit default none', []],
    ['KnownHostsCommand /bin/true', ['keyword:KnownHostsCommand']],
    ['GSSAPIAuthentication yes', ['gssapi']],
    ['GSSAPIAuthentication no', []],
    ['Ciphers chacha20-poly1305@openssh.com', []],
    ['KexAlgorithms sntrup761x25519-sha512@openssh.com', ['keyword:KexAlgorithms']],
  ])('%s: %j', async (line, needs) => {
    expect((await settings('OpenSSH', [line])).onlyOpenSsh).toEqual(needs);
  });

  it('is a canonical name only where no ssh has found it', async () => {
    const line = 'CanonicalizeHostname yes';
    expect((await settings('OpenSSH', [line])).onlyOpenSsh).toEqual([]);
    expect((await settings('the file alone', [line])).onlyOpenSsh).toEqual([
      'keyword:CanonicalizeHostname',
    ]);
  });

  it('is a keyword that nobody knows here, once it is not at what it is by itself', async () => {
    const real = execFileSync('which', ['ssh']).toString().trim();
    const folder = temporaryFolder();
    const lines = (value: string) =>
      `case "$*" in *-G*/dev/null*) echo permittimetravel no ;; *) echo permittimetravel ${value} ;; esac`;
    const needs = async (value: string) => {
      const script = `#!/bin/sh\n${lines(value)}\nexec ${real} "$@"\n`;
      writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
      vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
      return (await settings('OpenSSH', [])).onlyOpenSsh;
    };
    expect(await needs('never')).toEqual(['keyword:permittimetravel']);
    expect(await needs('no')).toEqual([]);
    // A file is read by nobody who could tell what is usual.
    const alone = await settings('the file alone', ['PermitTimeTravel no']);
    expect(alone.onlyOpenSsh).toEqual(['keyword:permittimetravel']);
  });

  it('is nothing that has but blanks for its value', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'ssh'),
      '#!/bin/sh\necho "proxycommand  "; echo "certificatefile "\n',
      {
        mode: 0o755,
      },
    );
    vi.stubEnv('PATH', folder);
    expect((await settings('OpenSSH', [])).onlyOpenSsh).toEqual([]);
  });

  it('is GSSAPI only where the user’s own file has it, and not the system’s', async () => {
    const real = execFileSync('which', ['ssh']).toString().trim();
    const folder = temporaryFolder();
    // As Debian's: on for every host, in the system's file.
    const script = `#!/bin/sh\ncase "$*" in *-F*) ;; *) set -- -o GSSAPIAuthentication=yes "$@" ;; esac\nexec ${real} "$@"\n`;
    writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    vi.stubEnv('HOME', folder);
    const address = { user: null, host: 'db1', port: null };
    expect((await resolveHost(address, { configFile: null })).onlyOpenSsh).toEqual([]);
  });
});
