/** ssh_config(5): what is listed, and what applies. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { prototypeNames } from '../../../testing/shared/prototypeNames';
import { resolveHost } from './config';
import { configuredHosts } from './configuredHosts';
import { configLines } from './configLines';

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
  `Include ${folder}/conf.d/*.conf`,
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

  it('lists what nested and relative files name, and what a block includes', () => {
    write('home/.ssh/config', 'Include conf.d/*.conf more', 'Host last');
    write('home/.ssh/conf.d/b.conf', 'Host second *.pattern');
    // Relative to ~/.ssh as well, though it stands in a folder below.
    write('home/.ssh/conf.d/a.conf', 'Include deeper/*', 'Host first !not');
    write('home/.ssh/deeper/x', 'Host deepest ?one');
    write('home/.ssh/more', 'Include ~/far', 'Host third');
    write('home/far', 'Host far');
    vi.stubEnv('HOME', join(folder, 'home'));
    expect(configuredHosts({ configFile: null })).toEqual([
      'deepest',
      'first',
      'second',
      'far',
      'third',
      'last',
    ]);
    vi.unstubAllEnvs();
    expect(configuredHosts({ configFile: included })).toContain('elsewhere');
  });

  it('is read anew each time', () => {
    const changing = write('changing', 'Host before');
    expect(configuredHosts({ configFile: changing })).toEqual(['before']);
    write('changing', 'Host after');
    expect(configuredHosts({ configFile: changing })).toEqual(['after']);
  });

  it('has none where there is no file, and survives files that include each other', () => {
    expect(configuredHosts({ configFile: join(folder, 'absent') })).toEqual([]);
    const loop = write('loop', `Include ${folder}/loop`, 'Host once');
    expect(configuredHosts({ configFile: loop })).toEqual(['once']);
  });
});

/** The `Include` of relative paths is of `~/.ssh` for OpenSSH, so these are absolute. */
const included = write(
  'included/config',
  `Include ${folder}/included/a*.conf`,
  `Include "${folder}/included/one file.conf" ${folder}/absent`,
  'Host inside*',
  `  Include ${folder}/included/port.inc`,
  'Host after',
  '  Port 3004',
  'Host *',
  '  User last',
);
write('included/a1.conf', `Include ${folder}/included/sub/*.conf`, 'Host deep', '  User second');
write('included/a2.conf', 'Host nothing', '  Port 1');
write('included/sub/x.conf', 'Host deep', '  Port 3001', '  User first');
write('included/one file.conf', 'Host absolute', '  Port 3002');
write('included/port.inc', '  Port 3003', 'Host elsewhere', '  Port 1');

const special = write(
  'special',
  'Host certified',
  '  CertificateFile ~/.ssh/id-cert.pub',
  'Host token',
  '  PKCS11Provider /usr/lib/token.so',
  'Host kerberos',
  '  GSSAPIAuthentication yes',
  'Host plain',
  '  GSSAPIAuthentication no',
  'Match originalhost run exec "true"',
  '  User x',
);

/** With `ssh -G`, and without an `ssh` by the file alone. */
describe.each(['OpenSSH', 'the file alone'])('resolveHost by %s', (how) => {
  const settingsIn = async (configFile: string, host: string) => {
    if (how === 'OpenSSH') execFileSync('ssh', ['-V'], { stdio: 'ignore' });
    else vi.stubEnv('PATH', folder);
    try {
      return await resolveHost({ user: null, host, port: null }, { configFile });
    } finally {
      vi.unstubAllEnvs();
    }
  };
  const settings = (host: string) => settingsIn(main, host);

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

  it.each(prototypeNames)('takes a host called %s like any other', async (name) => {
    expect(await settings(name)).toMatchObject({ port: 22, family: null });
  });

  it('expands the names of known hosts files', async () => {
    const { knownHostsFiles } = await settings('web9');
    expect(knownHostsFiles.slice(0, 2)).toEqual([join(homedir(), 'known'), '/tmp/web9']);
  });

  it('follows Include in every form, and takes the first value', async () => {
    for (const [host, port] of [
      ['deep', 3001],
      ['absolute', 3002],
      ['inside', 3003],
      ['after', 3004],
      ['elsewhere', 22],
    ] as const) {
      const resolved = await settingsIn(included, host);
      expect([host, resolved.port]).toEqual([host, port]);
    }
    expect((await settingsIn(included, 'deep')).user).toBe('first');
  });

  it('knows what only OpenSSH can do, where the user’s own configuration has it', async () => {
    const needs = async (host: string) => (await settingsIn(special, host)).onlyOpenSsh;
    expect(await needs('certified')).toEqual(['user-certificate']);
    expect(await needs('token')).toEqual(['pkcs11']);
    expect(await needs('kerberos')).toEqual(['gssapi']);
    expect(await needs('run')).toEqual(['match-exec']);
    expect(await needs('plain')).toEqual([]);
  });

  it('lets the target outweigh the configuration', async () => {
    const resolved = await resolveHost({ user: 'root', host: 'db1', port: 22 }, options);
    expect(resolved).toMatchObject({ user: 'root', port: 22, hostname: '10.0.0.1' });
  });
});

it.each(prototypeNames)('an address family called %s is none', async (name) => {
  const file = join(folder, `family-${name}`);
  writeFileSync(file, `Host *\n  AddressFamily ${name}\n`);
  vi.stubEnv('PATH', folder);
  try {
    const read = await resolveHost({ user: null, host: 'x', port: null }, { configFile: file });
    expect(read.family).toBeNull();
  } finally {
    vi.unstubAllEnvs();
  }
});

it('an Include that is a pipe adds nothing, and is not waited for', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(configLines(write('with-a-pipe', `Include ${pipe}`, 'User root'))).toEqual([
    { keyword: 'user', words: ['root'] },
  ]);
});
