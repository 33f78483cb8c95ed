/** What OpenSSH itself makes of the configuration that it is given. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { resolveHost } from '../config/config';
import { openSshConfig } from './openSshConfig';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function made(userLines: readonly string[]) {
  const odd = join(folder, 'a "b" folder');
  mkdirSync(odd, { recursive: true });
  const user = join(odd, 'config');
  writeFileSync(user, `${userLines.join('\n')}\n`);
  const hop = async (host: string) => {
    const address = { user: null, host, port: null };
    return { address, settings: await resolveHost(address, { configFile: user }) };
  };
  const text = openSshConfig({
    hops: [await hop('gate'), await hop('db1')],
    knownHostsOf: ({ address }) => ['/own copy', `/known/50%/${address.host}`],
    knownHostsProgram: '/own 50%/known-hosts',
    judgesRevoked: ({ address }) => address.host === 'db1',
    loggedInProgram: '/own 50%/logged-in',
    connectSeconds: 7,
    aliveSeconds: 3,
    config: { configFile: user },
  });
  const path = join(folder, 'made');
  writeFileSync(path, text);
  return (host: string) => {
    const lines = execFileSync('ssh', ['-G', '-F', path, '--', host]).toString().split('\n');
    return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.replace(/^\S+ /, '')]));
  };
}

it('gives each host on the way its own known hosts files, names with odd characters too', async () => {
  const of = await made(['Host *', '  UserKnownHostsFile /user/known']);
  expect(of('gate').get('userknownhostsfile')).toBe('/own copy /known/50%/gate');
  expect(of('db1').get('userknownhostsfile')).toBe('/own copy /known/50%/db1');
});

it('keeps what the user configured, and lets nothing weaken what must hold', async () => {
  const of = await made([
    'Host db1',
    '  Port 2222',
    '  ProxyJump gate',
    'Host *',
    '  User ada',
    '  StrictHostKeyChecking no',
    '  VerifyHostKeyDNS yes',
    '  NoHostAuthenticationForLocalhost yes',
    '  UpdateHostKeys yes',
    '  BatchMode yes',
    '  NumberOfPasswordPrompts 1',
    '  RevokedHostKeys /user/revoked',
    '  LogLevel QUIET',
    '  ForwardAgent yes',
    '  RemoteCommand rm',
    '  RequestTTY force',
    '  PermitLocalCommand yes',
    '  LocalCommand rm',
    '  ControlMaster auto',
    '  ControlPath /tmp/shared',
    '  ConnectTimeout 99',
    '  ServerAliveInterval 77',
    '  CheckHostIP yes',
    '  HashKnownHosts yes',
    '  VisualHostKey yes',
    '  ClearAllForwardings no',
    '  ForwardX11 yes',
    '  SessionType none',
    '  StdinNull yes',
    '  ForkAfterAuthentication yes',
    '  LocalForward 127.0.0.1:9999 127.0.0.1:80',
  ]);
  const settings = Object.fromEntries(of('db1'));
  expect(settings).toMatchObject({
    port: '2222',
    user: 'ada',
    proxyjump: 'gate',
    stricthostkeychecking: 'true',
    verifyhostkeydns: 'false',
    knownhostscommand: '"/own 50%/known-hosts" %I %H %K',
    localcommand: "'/own 50%%/logged-in'",
    nohostauthenticationforlocalhost: 'no',
    updatehostkeys: 'false',
    batchmode: 'yes',
    numberofpasswordprompts: '1',
    loglevel: 'INFO',
    forwardagent: 'no',
    requesttty: 'false',
    permitlocalcommand: 'yes',
    controlmaster: 'false',
    connecttimeout: '7',
    serveraliveinterval: '3',
    checkhostip: 'yes',
    hashknownhosts: 'no',
    visualhostkey: 'no',
    clearallforwardings: 'yes',
    forwardx11: 'no',
    sessiontype: 'default',
    stdinnull: 'no',
    forkafterauthentication: 'no',
  });
  for (const absent of ['remotecommand', 'controlpath', 'revokedhostkeys']) {
    expect([undefined, 'none']).toContain(settings[absent]);
  }
  // What isn't judged here stays ssh's own.
  expect(of('gate').get('revokedhostkeys')).toBe('/user/revoked');
});

it('has the user’s own command for known hosts run by ours, with its tokens', async () => {
  const of = await made([
    'Host db1',
    '  KnownHostsCommand "/usr/bin/look 50%" %H "a b"',
    'Host gate',
    '  KnownHostsCommand none',
  ]);
  expect(of('db1').get('knownhostscommand')).toBe(
    '"/own 50%/known-hosts" %I %H %K "/usr/bin/look 50%%" %H "a b"',
  );
  expect(of('gate').get('knownhostscommand')).toBe('"/own 50%/known-hosts" %I %H %K');
});

async function madeOf(
  configs: Readonly<Record<string, readonly string[]>>,
  more: Partial<Parameters<typeof openSshConfig>[0]> = {},
) {
  const hops = await Promise.all(
    Object.entries(configs).map(async ([place, lines]) => {
      const configFile = join(folder, `config-of-${place}`);
      writeFileSync(configFile, `${lines.join('\n')}\n`);
      const address = { user: null, host: place.split(' ')[0] ?? '', port: null };
      return { address, settings: await resolveHost(address, { configFile }) };
    }),
  );
  return openSshConfig({
    hops,
    knownHostsOf: ({ settings }) => [`/known/${settings.port}`],
    knownHostsProgram: '/own/known-hosts',
    judgesRevoked: ({ settings }) => settings.port !== 2222,
    loggedInProgram: '/own/logged-in',
    connectSeconds: 7,
    aliveSeconds: 3,
    config: { configFile: '/user/config' },
    ...more,
  });
}

it('has one block for a host that is met twice, which is as strict as either', async () => {
  const text = await madeOf({
    'db1 a': ['Port 22', 'NumberOfPasswordPrompts 3', 'BatchMode no'],
    'db1 b': ['Port 2222', 'NumberOfPasswordPrompts 1', 'BatchMode yes'],
    gate: ['Port 2200', 'NumberOfPasswordPrompts 2'],
  });
  const [db1 = '', gate = ''] = text.split(/^Host /m).slice(1);
  expect(text.match(/^Host "db1"$/gm)).toHaveLength(1);
  expect(db1).toContain('  UserKnownHostsFile "/known/22" "/known/2222"\n');
  expect(db1).toContain('  NumberOfPasswordPrompts 1\n');
  expect(db1).toContain('  BatchMode yes\n');
  expect(db1).not.toContain('RevokedHostKeys');
  expect(gate).toContain('  NumberOfPasswordPrompts 2\n');
  expect(gate).not.toContain('BatchMode');
  expect(gate).toContain('  RevokedHostKeys none\n');
});

it('reads the user’s own file alone where one is named, and the system’s after it otherwise', async () => {
  const includes = (text: string) => text.match(/^Include .*$/gm);
  expect(includes(await madeOf({ db1: [] }))).toEqual(['Include "/user/config"']);
  const usual = await madeOf({ db1: [] }, { config: { configFile: null } });
  expect(includes(usual)).toEqual([
    `Include "${join(homedir(), '.ssh', 'config')}"`,
    'Include "/etc/ssh/ssh_config"',
  ]);
});

it('asks no program about keys of an ssh that knows no such program', async () => {
  const text = await madeOf({ db1: ['KnownHostsCommand /bin/true'] }, { knownHostsProgram: null });
  expect(text).not.toContain('KnownHostsCommand');
});

it('has ssh look at addresses only where the configuration of the host does', async () => {
  const text = await madeOf({ db1: ['CheckHostIP yes'], gate: ['CheckHostIP no'] });
  const [db1 = '', gate = '', all = ''] = text.split(/^Host /m).slice(1);
  expect([db1, gate, all].map((block) => /CheckHostIP (\w+)/.exec(block)?.[1])).toEqual([
    'yes',
    undefined,
    'no',
  ]);
});

it('asks our program about keys of hosts, too, that are not known to be on the way', async () => {
  const of = await made(['Host other', '  KnownHostsCommand /user/own']);
  expect(of('other').get('knownhostscommand')).toBe('"/own 50%/known-hosts" %I %H %K');
});
