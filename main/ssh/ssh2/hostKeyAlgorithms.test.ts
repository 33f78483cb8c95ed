import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { resolveHost } from '../config/config';
import { hostKeyAlgorithms } from './hostKeyAlgorithms';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { nobody } from '../questions';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-algorithms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function key(type: 'rsa' | 'ecdsa'): string {
  const path = join(folder, type);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8').trim();
}
const rsa = key('rsa');
const ecdsa = key('ecdsa');

async function ordered(known: readonly string[], ...config: string[]) {
  const [path, file] = [join(folder, 'config'), join(folder, 'known_hosts')];
  writeFileSync(file, known.map((line) => `${line}\n`).join(''));
  writeFileSync(path, [...config, `UserKnownHostsFile ${file}`, ''].join('\n'));
  const settings = await resolveHost({ user: null, host: 'db1', port: 2222 }, { configFile: path });
  const accepted = new AcceptedKeys(join(folder, 'accepted.json'));
  return hostKeyAlgorithms(settings, {
    files: [file],
    accepted,
    acceptNew: false,
    policy: usualPolicy,
    ask: nobody,
  });
}

it('asks for the types that are known first, RSA with SHA-2', async () => {
  expect((await ordered([]))[0]).toBe('ssh-ed25519');
  expect((await ordered([`[db1]:2222 ${rsa}`])).slice(0, 2)).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
  ]);
  expect((await ordered([`[db1]:2222 ${ecdsa}`, `[db1]:2222 ${rsa}`]))[0]).toBe(
    'ecdsa-sha2-nistp256',
  );
});

it('asks for no type because another host or port is known, or a key revoked', async () => {
  const lines = [`db1 ${rsa}`, `[db2]:2222 ${rsa}`, `@revoked * ${rsa}`];
  expect((await ordered(lines))[0]).toBe('ssh-ed25519');
});

it('goes by the name that the configuration gives', async () => {
  const algorithms = await ordered([`alias ${ecdsa}`], 'HostKeyAlias alias');
  expect(algorithms[0]).toBe('ecdsa-sha2-nistp256');
});

it('offers only what the configuration allows, whatever is known', async () => {
  const config = 'HostKeyAlgorithms rsa-sha2-256,ssh-ed25519';
  expect(await ordered([], config)).toEqual(['rsa-sha2-256', 'ssh-ed25519']);
  expect(await ordered([`[db1]:2222 ${ecdsa}`], config)).toEqual(['rsa-sha2-256', 'ssh-ed25519']);
  const known = [`[db1]:2222 ${ecdsa}`];
  expect(await ordered(known, 'HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256')).toEqual([
    'ecdsa-sha2-nistp256',
    'ssh-ed25519',
  ]);
});
