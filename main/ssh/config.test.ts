/** ssh_config(5): what is listed, and what applies. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { configuredHosts, resolveHost } from './config';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const main = write(
  'config',
  'Include conf.d/*.conf',
  'Host db1 db2 *.example.com !db3',
  '  HostName 10.0.0.1',
  '  User admin',
  '  Port 2222',
  '  IdentityFile ~/.ssh/%r-%h',
  '  IdentitiesOnly yes',
  '  ServerAliveInterval 7',
  'Host inner',
  '  ProxyJump admin@db1:2200,[fe80::1]:22',
  'Host proxied',
  '  ProxyCommand nc %h %p',
  'Host "quoted"',
  'Match host x',
  '  User y',
  'Host *',
  '  UserKnownHostsFile ~/known /tmp/%h',
);
write('conf.d/10-web.conf', 'Host web1', '  User www', 'host=web2');
write('conf.d/.hidden.conf', 'Host hidden');

const options = { configFile: main };
const of = (host: string) => resolveHost({ user: null, host, port: null }, options);

describe('configuredHosts', () => {
  it('lists names of all files, without patterns', () => {
    expect(configuredHosts(options)).toEqual([
      'web1',
      'web2',
      'db1',
      'db2',
      'inner',
      'proxied',
      'quoted',
    ]);
  });

  it('has none where there is no file, and survives files that include each other', () => {
    expect(configuredHosts({ configFile: join(folder, 'absent') })).toEqual([]);
    const loop = write('loop', 'Include loop', 'Host once');
    expect(configuredHosts({ configFile: loop })).toEqual(['once']);
  });
});

/** With `ssh -G`, and without an `ssh` by the file alone. */
describe.each(['OpenSSH', 'the file alone'])('resolveHost by %s', (how) => {
  const settings = async (host: string) => {
    if (how === 'OpenSSH') {
      execFileSync('ssh', ['-V'], { stdio: 'ignore' });
      return of(host);
    }
    vi.stubEnv('PATH', folder);
    try {
      return await of(host);
    } finally {
      vi.unstubAllEnvs();
    }
  };

  it('applies what the configuration says', async () => {
    expect(await settings('db1')).toMatchObject({
      hostname: '10.0.0.1',
      user: 'admin',
      port: 2222,
      identitiesOnly: true,
      aliveSeconds: 7,
      jumps: [],
      onlyOpenSsh: [],
    });
    expect((await settings('db1')).identityFiles).toEqual([join(homedir(), '.ssh/admin-10.0.0.1')]);
  });

  it('knows hops, and what only OpenSSH can do', async () => {
    expect((await settings('inner')).jumps).toEqual([
      { user: 'admin', host: 'db1', port: 2200 },
      { user: null, host: 'fe80::1', port: 22 },
    ]);
    expect((await settings('proxied')).onlyOpenSsh).toEqual(['proxy-command']);
  });

  it('expands the names of known hosts files', async () => {
    const { knownHostsFiles } = await settings('web9');
    expect(knownHostsFiles.slice(0, 2)).toEqual([join(homedir(), 'known'), '/tmp/web9']);
  });

  it('lets the target outweigh the configuration', async () => {
    const resolved = await resolveHost({ user: 'root', host: 'db1', port: 22 }, options);
    expect(resolved).toMatchObject({ user: 'root', port: 22, hostname: '10.0.0.1' });
  });
});
