import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
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
