/**
 * What the configuration restricts, against Debian's own sshd: the server has only what is forbidden
 * and lets nobody in, or what is allowed and does.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf, messageOf, openSource, type SourceOptions } from '../../../testing/sshd/source';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import type { LiveSource } from './connectedSource';
import { nobody } from '../../ssh/questions';
import { defaultLiveOptions, openSsh } from './sshSource';

const impossible = cannotServe();
if (impossible !== undefined) console.warn(`SKIPPED: sshd: ${impossible}`);

/** Takes keys, passwords and answers; one algorithm of each kind. */
let server: SshServer;
const opened: LiveSource[] = [];

function open(options: SourceOptions = {}, to = server): LiveSource {
  const source = openSource(to, options);
  opened.push(source);
  return source;
}

/** Reads with these lines of configuration, and nobody to ask. */
function sample(config: readonly string[], options: SourceOptions = {}) {
  return open({ ...options, config }).sample();
}

function keygen(...args: string[]): void {
  execFileSync('ssh-keygen', args, { stdio: 'ignore' });
}

/** A file with the public key of a server. */
function publicKey({ hostKey }: SshServer): string {
  const path = join(temporaryFolder(), 'host.pub');
  writeFileSync(path, `${hostKey}\n`);
  return path;
}

function revocationList(...args: string[]): string {
  const path = join(temporaryFolder(), 'krl');
  keygen('-q', '-k', '-f', path, ...args);
  return path;
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, text);
  return path;
}

/** A new key that is no server's. */
function strangeKey(): string {
  const path = join(temporaryFolder(), 'strange');
  keygen('-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path);
  return `${path}.pub`;
}

/** A line of a key whose end is missing. */
function cutKey(): string {
  return readFileSync(strangeKey(), 'utf8').trim().slice(0, -8);
}

function keyOfType(type: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  const wire = Buffer.concat([length, Buffer.from(type), Buffer.from([0, 0, 0, 4, 1, 2, 3, 4])]);
  return `${type} ${wire.toString('base64')}\n`;
}

/** Nobody ever writes to it. */
function silentPipe(): string {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

describe.skipIf(impossible !== undefined)('what a configuration restricts', () => {
  beforeAll(async () => {
    server = await startSshd({
      config: [
        'PasswordAuthentication yes',
        'KbdInteractiveAuthentication yes',
        'KexAlgorithms curve25519-sha256',
        'Ciphers aes256-ctr',
        'MACs hmac-sha2-256',
        'PubkeyAcceptedAlgorithms rsa-sha2-256,ssh-ed25519',
      ],
    });
  });
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
    vi.unstubAllEnvs();
  });
  afterAll(() => server.stop());

  describe.each(['ssh2', 'openssh'] as const)('RevokedHostKeys over %s', (transport) => {
    const revokedBy = async (path: string) => {
      const ask = answering();
      const config = ['PubkeyAuthentication no', `RevokedHostKeys ${path}`];
      const sampled = await open({ transport, config, ask, acceptNew: true }).sample();
      return { code: codeOf(sampled), message: messageOf(sampled), asked: ask.asked };
    };

    it.each<[string, () => string]>([
      ['a list of keys', () => fileOf(`# stolen\n\n${server.hostKey} comment\n`)],
      ['a revocation list', () => revocationList(publicKey(server))],
      [
        'a revocation list of hashes',
        () => revocationList(fileOf(`sha256: ${server.hostKey}\nsha1: ${server.hostKey}\n`)),
      ],
    ])('refuses a key in %s, before anything is asked', async (_name, make) => {
      const path = make();
      const { code, message, asked } = await revokedBy(path);
      expect(code).toBe('host-key-revoked');
      expect(message).toContain(`is revoked in ${path}`);
      expect(asked).toEqual([]);
    });

    it.each<[string, () => string]>([
      ['is not there', () => join(temporaryFolder(), 'absent')],
      ['is no list', () => fileOf('ssh-ed25519 notakey\n')],
      ['is cut within the key', () => fileOf(server.hostKey.slice(0, -4))],
      ['is cut within another key', () => fileOf(`${server.hostKey}\n${cutKey()}\n`)],
      ['has more behind the key', () => fileOf(`${server.hostKey}AAAA\n`)],
      ['has a key with signs that belong into none', () => fileOf(`${server.hostKey}!\n`)],
      ['has a key of a type that is not known', () => fileOf(keyOfType('ssh-future'))],
      ['is a pipe', silentPipe],
      ['is a device', () => '/dev/zero'],
      ['is a folder', temporaryFolder],
      [
        'is a revocation list with a hash that is too short',
        () => {
          const path = revocationList(fileOf(`sha256: ${readFileSync(strangeKey(), 'utf8')}`));
          const list = readFileSync(path);
          // Lengths of the section and of the hash: PROTOCOL.krl, section 4.
          const section = list.length - 41;
          list.writeUInt32BE(35, section + 1);
          list.writeUInt32BE(31, section + 5);
          writeFileSync(path, list.subarray(0, -1));
          return path;
        },
      ],
      [
        'is a damaged revocation list',
        () => {
          const path = revocationList(strangeKey());
          writeFileSync(path, readFileSync(path).subarray(0, -3));
          return path;
        },
      ],
    ])('refuses every key where the file %s', async (_name, make) => {
      const path = make();
      const { code, message, asked } = await revokedBy(path);
      expect(code).toBe('host-key-revoked');
      expect(message).toContain(path);
      expect(message).toContain('no key is accepted');
      expect(asked).toEqual([]);
    });

    it('accepts a key that no file revokes', async () => {
      const [list, krl] = [
        fileOf(readFileSync(strangeKey(), 'utf8')),
        revocationList(strangeKey()),
      ];
      for (const path of [list, krl]) {
        const config = [`RevokedHostKeys ${path}`];
        expect(codeOf(await open({ transport, config }).sample())).toBe('read');
      }
    });
  });

  it.each([
    ['yes', 'host-key-unknown', 0],
    ['accept-new', 'read', 0],
    ['ask', 'read', 1],
    ['no', 'read', 1],
    ['off', 'read', 1],
  ] as const)('StrictHostKeyChecking %s', async (value, code, questions) => {
    for (const transport of ['ssh2', 'openssh'] as const) {
      const ask = answering(['accept']);
      const accepted = new AcceptedKeys(join(temporaryFolder(), 'klpscope.json'));
      const config = [`StrictHostKeyChecking ${value}`];
      const options = { transport, ask, accepted, knownHosts: '/dev/null' };
      const sampled = await sample(config, { ...options, acceptNew: value === 'yes' });
      expect([transport, codeOf(sampled)]).toEqual([transport, code]);
      expect(ask.asked).toHaveLength(questions);
    }
  });

  describe.each([
    ['KexAlgorithms', 'ecdh-sha2-nistp256', 'curve25519-sha256'],
    ['KexAlgorithms', '-curve25519*', '+curve25519-sha256'],
    ['Ciphers', 'aes128-ctr,chacha20-poly1305@openssh.com', 'aes256-ctr'],
    ['Ciphers', '-aes256-*', '^aes256-ctr'],
    ['MACs', 'hmac-sha2-512', 'hmac-sha2-256,umac-64@openssh.com'],
    ['HostKeyAlgorithms', 'rsa-sha2-512,ecdsa-sha2-nistp256', 'ssh-ed25519'],
  ])('%s', (keyword, forbids, allows) => {
    it(`${forbids} refuses, and names both lists; ${allows} lets in`, async () => {
      const refused = await sample([`${keyword} ${forbids}`]);
      expect(codeOf(refused)).toBe('no-agreement');
      expect(messageOf(refused)).toMatch(
        /the server offers \S+.*built-in SSH may use \S+.*it may use \S+/,
      );
      expect(messageOf(refused)).not.toContain('listen');
      expect(codeOf(await sample([`${keyword} ${allows}`]))).toBe('read');
    });
  });

  it.each([
    ['PubkeyAcceptedAlgorithms ssh-ed25519', 'rsa', 'authentication-failed'],
    ['PubkeyAcceptedAlgorithms rsa-sha2-256', 'rsa', 'read'],
    ['PubkeyAcceptedAlgorithms rsa-sha2-256', 'ed25519', 'authentication-failed'],
    ['RequiredRSASize 16384', 'rsa', 'authentication-failed'],
    ['RequiredRSASize 2048', 'rsa', 'read'],
  ] as const)('%s and a key of type %s: %s', async (line, type, code) => {
    const config = [line, 'PreferredAuthentications publickey'];
    const sampled = await sample(config, { identity: server.keys[type] });
    expect(codeOf(sampled)).toBe(code);
  });

  it('RequiredRSASize refuses a host’s key that is too short', async () => {
    const rsa = await startSshd({ hostKey: 'rsa' });
    try {
      const read = (line: string) => open({ config: [line] }, rsa).sample();
      const refused = await read('RequiredRSASize 8192');
      expect(codeOf(refused)).toBe('no-agreement');
      expect(messageOf(refused)).toContain('RequiredRSASize');
      expect(codeOf(await read('RequiredRSASize 2048'))).toBe('read');
    } finally {
      await rsa.stop();
    }
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing more', [], ['prompts']],
    ['PasswordAuthentication no', ['PasswordAuthentication no'], ['prompts']],
    ['KbdInteractiveAuthentication no', ['KbdInteractiveAuthentication no'], ['password']],
    ['its old name', ['ChallengeResponseAuthentication no'], ['password']],
    [
      'neither',
      ['KbdInteractiveAuthentication no', 'PasswordAuthentication no', 'PubkeyAuthentication yes'],
      [],
    ],
    ['PreferredAuthentications password', ['PreferredAuthentications password'], ['password']],
    ['BatchMode', ['BatchMode yes'], []],
    ['no prompt', ['NumberOfPasswordPrompts 0'], []],
  ])('without keys and with %s nothing else is asked', async (_name, lines, kinds) => {
    const ask = answering([server.password]);
    const identity = strangeKey().replace('.pub', '');
    const sampled = await sample(lines, { ask, identity });
    expect(ask.asked.map(({ kind }) => kind)).toEqual(kinds);
    expect(codeOf(sampled)).toMatch(kinds.length > 0 ? /^read$/ : /^authentication-/);
  });

  it('PubkeyAuthentication no offers no key, PreferredAuthentications none that it leaves out', async () => {
    for (const line of [
      'PubkeyAuthentication no',
      'PreferredAuthentications keyboard-interactive',
    ]) {
      const ask = answering([server.password]);
      expect(codeOf(await sample([line], { ask }))).toBe('read');
      expect(ask.asked.map(({ kind }) => kind)).toEqual(['prompts']);
    }
  });

  it('NumberOfPasswordPrompts is how often somebody is asked', async () => {
    const ask = answering(['wrong'], [server.password]);
    const config = ['PreferredAuthentications password', 'NumberOfPasswordPrompts 1'];
    expect(codeOf(await sample(config, { ask }))).toBe('authentication-failed');
    expect(ask.asked).toHaveLength(1);
  });

  it('CheckHostIP refuses another key of the same address', async () => {
    const other = readFileSync(strangeKey(), 'utf8').trim();
    const { port, hostKey, keys, folder } = server;
    const known = fileOf(`[localhost]:${port} ${hostKey}\n[127.0.0.1]:${port} ${other}\n`);
    const read = (line: string) => {
      const configFile = fileOf(
        `${line}\nAddressFamily inet\nUserKnownHostsFile ${known}\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\n`,
      );
      const source = openSsh(
        { kind: 'ssh', text: 'localhost', user: 'root', host: 'localhost', port },
        {
          ...defaultLiveOptions(),
          identity: keys.ed25519,
          config: { configFile },
          accepted: new AcceptedKeys(join(folder, 'accepted-ip.json')),
        },
      );
      opened.push(source);
      return source.sample();
    };
    expect(codeOf(await read('CheckHostIP yes'))).toBe('host-key-changed');
    expect(codeOf(await read('CheckHostIP no'))).toBe('read');
  });

  it('BindAddress is where the connection comes from', async () => {
    expect(codeOf(await sample(['BindAddress 127.0.0.9']))).toBe('read');
    expect(server.log()).toContain('from 127.0.0.9 port');
  });

  it('HashKnownHosts saves no name', async () => {
    const knownHosts = fileOf('');
    const ask = answering(['accept-and-save']);
    expect(codeOf(await sample(['HashKnownHosts yes'], { ask, knownHosts }))).toBe('read');
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^\|1\|/);
    const found = execFileSync('ssh-keygen', [
      '-F',
      `[127.0.0.1]:${server.port}`,
      '-f',
      knownHosts,
    ]);
    expect(found.toString()).toContain(server.hostKey);
    expect(codeOf(await sample([], { knownHosts }))).toBe('read');
  });

  it.each([
    ['KnownHostsCommand', 'KnownHostsCommand /bin/true'],
    ['RekeyLimit', 'RekeyLimit 1G 1h'],
    ['KbdInteractiveDevices', 'KbdInteractiveDevices pam'],
    ['BindInterface', 'BindInterface lo'],
    ['BindAddress', 'BindAddress localhost'],
    ['KexAlgorithms', 'KexAlgorithms sntrup761x25519-sha512@openssh.com'],
    ['MACs', 'MACs umac-128-etm@openssh.com'],
    ['HostKeyAlgorithms', 'HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com'],
    ['PubkeyAcceptedAlgorithms', 'PubkeyAcceptedAlgorithms rsa-sha2-512'],
    ['PreferredAuthentications', 'PreferredAuthentications hostbased'],
  ])('%s makes OpenSSH necessary', async (keyword, line) => {
    const ask = answering(null);
    const undecided = await sample([line], { ask });
    expect(ask.asked).toMatchObject([{ kind: 'transport', needs: [`keyword:${keyword}`] }]);
    expect(messageOf(undecided)).toContain(keyword);
    const demanded = await sample([line], { transport: 'ssh2' });
    expect(codeOf(demanded)).toBe('no-agreement');
    expect(messageOf(demanded)).toContain(`uses ${keyword}, which the built-in SSH can’t do`);
  });

  it.each([
    'RekeyLimit default',
    'KnownHostsCommand none',
    'GSSAPIAuthentication no',
    'HostbasedAuthentication no',
    'RevokedHostKeys none',
    'CanonicalizeHostname no',
  ])('asks for nothing by what is usual: %s', async (line) => {
    expect(codeOf(await sample([line], { ask: answering() }))).toBe('read');
  });

  it('takes a keyword that it has never heard of for one that restricts, once it is set', async () => {
    const folder = temporaryFolder();
    const real = execFileSync('which', ['ssh']).toString().trim();
    const script = (value: string) =>
      `#!/bin/sh\ncase "$*" in *-G*/dev/null*) echo permittimetravel no ;; *-G*) echo permittimetravel ${value} ;; esac\nexec ${real} "$@"\n`;
    mkdirSync(join(folder, 'bin'));
    const program = join(folder, 'bin/ssh');
    writeFileSync(program, script('never'));
    chmodSync(program, 0o755);
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
    const ask = answering(null);
    await sample([], { ask });
    expect(ask.asked).toMatchObject([{ needs: ['keyword:permittimetravel'] }]);
    writeFileSync(program, script('no'));
    expect(codeOf(await sample([], { ask }))).toBe('read');
  });

  it('goes nowhere by a configuration that OpenSSH refuses', async () => {
    for (const transport of [null, 'ssh2', 'openssh'] as const) {
      const refused = await sample(['PermitTimeTravel no'], { transport });
      expect(codeOf(refused)).toBe('invalid-content');
      expect(messageOf(refused)).toMatch(/line 2.*permittimetravel/);
    }
  });

  it('leaves a host behind a hop to OpenSSH where ssh2 has no cipher that it can nest', async () => {
    const path = fileOf(
      `Host inner\n  ProxyJump gate\nHost *\n  Ciphers chacha20-poly1305@openssh.com\n`,
    );
    const ask = answering(null);
    const target = { kind: 'ssh', text: 'inner', user: null, host: 'inner', port: null } as const;
    const source = openSsh(target, { ...defaultLiveOptions(), ask, config: { configFile: path } });
    opened.push(source);
    await source.sample();
    expect(ask.asked).toMatchObject([{ kind: 'transport', needs: ['keyword:Ciphers'] }]);
  });

  it('asks ssh about each hop, and restricts each by its own lines', async () => {
    const inner = await startSshd();
    try {
      const path = fileOf(
        [
          'Host gate',
          `  HostName 127.0.0.1\n  Port ${server.port}\n  IdentityFile ${strangeKey().replace('.pub', '')}`,
          '  PasswordAuthentication no\n  KbdInteractiveAuthentication no',
          'Host inner',
          `  HostName 127.0.0.1\n  Port ${inner.port}\n  ProxyJump gate`,
          'Host *',
          '  User root\n  IdentityAgent none\n  GlobalKnownHostsFile /dev/null',
          `  UserKnownHostsFile ${server.knownHostsFile} ${inner.knownHostsFile}`,
          '',
        ].join('\n'),
      );
      const ask = answering([server.password]);
      const source = openSsh(
        { kind: 'ssh', text: 'inner', user: null, host: 'inner', port: null },
        {
          ...defaultLiveOptions(),
          identity: inner.keys.ed25519,
          ask,
          config: { configFile: path },
        },
      );
      opened.push(source);
      const sampled = await source.sample();
      expect(codeOf(sampled)).toBe('authentication-failed');
      expect(messageOf(sampled)).toContain('root@gate was not let in');
      expect(ask.asked).toEqual([]);
    } finally {
      await inner.stop();
    }
  });
});

describe.skipIf(impossible !== undefined)('a server with algorithms that ssh2 lacks', () => {
  it('is reached by OpenSSH, which is said, unless ssh2 was asked for or ssh may not either', async () => {
    const method = 'sntrup761x25519-sha512@openssh.com';
    const modern = await startSshd({ config: [`KexAlgorithms ${method}`] });
    try {
      const ask = answering();
      const steps: string[] = [];
      const source = open({ ask, trace: (step) => steps.push(step) }, modern);
      for (const _round of [1, 2]) {
        const sampled = await source.sample();
        expect(sampled).toMatchObject({ ok: true });
        const problems = sampled.ok ? sampled.value.problems : [];
        const told = problems.filter(({ code }) => code === 'no-agreement');
        expect(told).toHaveLength(1);
        expect(told[0]?.message).toContain(`the server offers ${method}`);
        expect(told[0]?.message).toContain('So the system’s OpenSSH is used.');
      }
      expect(ask.asked).toEqual([]);
      // A connection that comes back does not try in vain again.
      modern.signal('SIGKILL');
      expect(codeOf(await source.sample())).toBe('connection-lost');
      await modern.restart();
      source.retry();
      expect(codeOf(await source.sample())).toBe('read');
      expect(steps.filter((step) => step.includes('So the system’s OpenSSH'))).toHaveLength(1);

      const demanded = await open({ transport: 'ssh2', ask: nobody }, modern).sample();
      expect(codeOf(demanded)).toBe('no-agreement');
      expect(messageOf(demanded)).toMatch(/sntrup761.*curve25519-sha256.*--transport openssh/);

      const restricted = ['KexAlgorithms ecdh-sha2-nistp256'];
      const neither = await open({ config: restricted, ask: nobody }, modern).sample();
      expect(codeOf(neither)).toBe('no-agreement');
      expect(messageOf(neither)).toContain('Nor has this machine’s OpenSSH any of them');

      vi.stubEnv('PATH', temporaryFolder());
      const without = await open({ ask: nobody }, modern).sample();
      expect(messageOf(without)).toContain('There is no ssh program on this machine.');
    } finally {
      vi.unstubAllEnvs();
      await modern.stop();
    }
  });
});
