/** What OpenSSH itself makes of the configuration that it is given. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  const station = async (host: string) => {
    const address = { user: null, host, port: null };
    return { address, settings: await resolveHost(address, { configFile: user }) };
  };
  const text = openSshConfig({
    stations: [await station('gate'), await station('db1')],
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
