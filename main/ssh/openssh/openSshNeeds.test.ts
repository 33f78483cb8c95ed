import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { resolveHost } from '../config/config';
import { hasOpenSsh, needsOf } from './openSshNeeds';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { nobody } from '../questions';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-needs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const plain = join(folder, 'plain');
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'sk-ssh', '-f', plain]);

async function needs(identity: string, ...known: string[]) {
  const [path, file] = [join(folder, 'config'), join(folder, 'known_hosts')];
  writeFileSync(file, known.map((line) => `${line}\n`).join(''));
  const lines = [`IdentityFile ${identity}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${file}`];
  writeFileSync(path, `${lines.join('\n')}\n`);
  const settings = await resolveHost({ user: null, host: 'db1', port: null }, { configFile: path });
  const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
  return needsOf(settings, {
    files: [file],
    accepted,
    acceptNew: false,
    policy: usualPolicy,
    ask: nobody,
  });
}

/** A security key's file in the form of PROTOCOL.key: the public key in the clear, the rest sealed. */
function securityKeyFile(type: string): string {
  const field = (value: Buffer | string) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const publicKey = Buffer.concat([field(type), field(Buffer.alloc(32, 1)), field('ssh:')]);
  const wire = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('aes256-ctr'),
    field('bcrypt'),
    field(Buffer.alloc(24)),
    Buffer.from([0, 0, 0, 1]),
    field(publicKey),
    field(Buffer.alloc(160)),
  ]);
  const body = wire.toString('base64').replace(/(.{70})/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

it('needs nothing for an ordinary key', async () => {
  expect(await needs(plain)).toEqual([]);
  expect(await needs(join(folder, 'absent'))).toEqual([]);
});

it.each(['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'])(
  'knows a security key %s by its file, and by its public key',
  async (type) => {
    const path = join(folder, `id-${type.slice(3, 8)}`);
    writeFileSync(path, securityKeyFile(type));
    expect(await needs(path)).toEqual(['security-key']);
    rmSync(path);
    writeFileSync(`${path}.pub`, `${type} AAAA ada\n`);
    expect(await needs(path)).toEqual(['security-key']);
  },
);

it('knows a certificate beside its key', async () => {
  const path = join(folder, 'certified');
  writeFileSync(path, readFileSync(plain));
  writeFileSync(`${path}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
  expect(await needs(path)).toEqual(['user-certificate']);
});

it('knows a host whose authority alone is known', async () => {
  const key = readFileSync(`${plain}.pub`, 'utf8').trim();
  expect(await needs(plain, `@cert-authority * ${key}`)).toEqual(['host-authority']);
  expect(await needs(plain, `@cert-authority * ${key}`, `db1 ${key}`)).toEqual([]);
});

it('knows whether there is an ssh', () => {
  expect(hasOpenSsh()).toBe(true);
  vi.stubEnv('PATH', folder);
  expect(hasOpenSsh()).toBe(false);
});

describe('keys of the agent', () => {
  /** An `ssh-add` that lists these keys of the agent at `/agent`, and no other one. */
  function agentLists(...lines: readonly string[]): void {
    const bin = mkdtempSync(join(folder, 'bin-'));
    const list = lines.map((line) => `echo '${line}'`).join('\n');
    const script = `#!/bin/sh\n[ "$*" = -L ] && [ "$SSH_AUTH_SOCK" = /agent ] || exit 2\n${list}\n`;
    writeFileSync(join(bin, 'ssh-add'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  }

  async function needsOfAgent(...lines: readonly string[]) {
    const path = join(folder, 'agent-config');
    writeFileSync(path, `${['IdentityFile none', ...lines].join('\n')}\n`);
    const address = { user: null, host: 'db1', port: null };
    const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
    return needsOf(await resolveHost(address, { configFile: path }), {
      files: [],
      accepted,
      acceptNew: false,
      policy: usualPolicy,
      ask: nobody,
    });
  }

  it.each([
    ['ssh-ed25519 AAAA ada', []],
    ['sk-ssh-ed25519@openssh.com AAAA ada', ['security-key']],
    ['ssh-rsa-cert-v01@openssh.com AAAA ada', ['user-certificate']],
    ['ssh-rsa AAAA sk-ssh-ed25519@openssh.com', []],
  ])('%s', async (line, expected) => {
    agentLists('ssh-ed25519 BBBB first', line);
    expect(await needsOfAgent('IdentityAgent /agent')).toEqual(expected);
  });

  it('count where the configuration lets them', async () => {
    agentLists('sk-ssh-ed25519@openssh.com AAAA ada');
    const agent = 'IdentityAgent /agent';
    expect(await needsOfAgent(agent)).toEqual(['security-key']);
    expect(await needsOfAgent('IdentityAgent none')).toEqual([]);
    expect(await needsOfAgent(agent, 'IdentitiesOnly yes')).toEqual([]);
    expect(await needsOfAgent(agent, 'PubkeyAuthentication no')).toEqual([]);
    // One that does not answer has none.
    expect(await needsOfAgent('IdentityAgent /other')).toEqual([]);
  });
});

it('needs nothing of a key file where no key is to be used', async () => {
  const path = join(folder, 'unused');
  writeFileSync(`${path}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
  const config = join(folder, 'unused-config');
  writeFileSync(config, `IdentityFile ${path}\nPubkeyAuthentication no\nIdentityAgent none\n`);
  const address = { user: null, host: 'db1', port: null };
  const settings = await resolveHost(address, { configFile: config });
  const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
  const rules = { files: [], accepted, acceptNew: false, policy: usualPolicy, ask: nobody };
  expect(await needsOf(settings, rules)).toEqual([]);
});

it('knows an authority under the name, the alias and the port that the host has', async () => {
  const key = readFileSync(`${plain}.pub`, 'utf8').trim();
  const file = join(folder, 'known_authority');
  writeFileSync(file, `@cert-authority ours ${key}\n@cert-authority [10.0.0.1]:2222 ${key}\n`);
  const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
  const rules = { files: [file], accepted, acceptNew: false, policy: usualPolicy, ask: nobody };
  const of = async (...lines: readonly string[]) => {
    const config = join(folder, 'authority-config');
    writeFileSync(config, `${['IdentityAgent none', 'IdentityFile none', ...lines].join('\n')}\n`);
    const address = { user: null, host: 'db1', port: null };
    return needsOf(await resolveHost(address, { configFile: config }), rules);
  };
  expect(await of()).toEqual([]);
  expect(await of('HostKeyAlias ours', 'Port 2222')).toEqual(['host-authority']);
  expect(await of('HostName 10.0.0.1', 'Port 2222')).toEqual(['host-authority']);
  expect(await of('HostName 10.0.0.1')).toEqual([]);
});
