/**
 * SSH by the system's own client, for what ssh2 can't do. Its questions come through an askpass
 * helper; nothing that a user typed passes through a shell.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import { capText, visible } from '../../shared/readings/text';
import { openAskpass, type Askpass } from './askpass';
import { startChild } from './childChannel';
import type { ConfigOptions, HostAddress, HostSettings } from './config';
import type { HostKeyRules } from './hostKeys';
import { hostToken } from './knownHosts';
import type { Ask } from './questions';
import type { Channel, ChannelEnd, Transport } from './transport';

export interface OpenSshOptions {
  readonly address: HostAddress;
  readonly settings: HostSettings;
  readonly rules: HostKeyRules;
  readonly identity: string | null;
  readonly config: ConfigOptions;
  readonly ask: Ask;
  readonly connectMs: number;
}

/** Connects with the first program: until then nothing is known but that there is an `ssh`. */
export async function connectOpenSsh(options: OpenSshOptions): Promise<Result<Transport>> {
  const { address } = options;
  if (address.host.startsWith('-') || address.user?.startsWith('-')) {
    return fail('unreachable', address.host, 'A host name can’t begin with “-”.');
  }
  const askpass = await openAskpass(options);
  if (!askpass.ok) return askpass;
  const helper = askpass.value;
  await writeFile(helper.knownHosts, (await options.rules.accepted.asKnownHosts()).text);
  let tellClosed: (problem: Problem) => void = () => undefined;
  const closed = new Promise<Problem>((resolve) => {
    tellClosed = resolve;
  });
  const open = new Set<Channel>();
  const watch = async (channel: Channel) => {
    open.add(channel);
    const { problem } = await channel.ended;
    open.delete(channel);
    if (problem) tellClosed(problem);
  };
  return succeed<Transport>({
    closed,
    get neededHuman() {
      return helper.neededHuman();
    },
    exec({ line }) {
      const child = startChild(sshArguments(options, helper, line), helper.environment);
      if (!child) return Promise.resolve(fail('no-shell', address.host, 'No program was given.'));
      const channel = judged(child, options, helper);
      void watch(channel);
      return Promise.resolve(succeed(channel));
    },
    close() {
      for (const channel of open) channel.close();
      void leave(options, helper);
      tellClosed({
        code: 'connection-lost',
        path: address.host,
        message: 'The connection was closed here.',
      });
    },
  });
}

function sshArguments(options: OpenSshOptions, helper: Askpass, line: string): string[] {
  const { address, settings, identity, config, rules, connectMs } = options;
  const files = [helper.knownHosts, ...rules.files].map((path) => `"${path}"`).join(' ');
  const seconds = Math.max(1, Math.round(connectMs / 1000));
  return [
    'ssh',
    '-T',
    ...(config.configFile === null ? [] : ['-F', config.configFile]),
    ...(address.port === null ? [] : ['-p', String(address.port)]),
    ...(address.user === null ? [] : ['-l', address.user]),
    ...(identity === null ? [] : ['-i', identity]),
    ...option('ConnectTimeout', String(seconds)),
    ...option('ServerAliveInterval', String(settings.aliveSeconds ?? 10)),
    ...option('StrictHostKeyChecking', 'ask'),
    ...option('UpdateHostKeys', 'no'),
    ...option('HashKnownHosts', 'no'),
    ...option('UserKnownHostsFile', files),
    ...option('NumberOfPasswordPrompts', '3'),
    ...option('ClearAllForwardings', 'yes'),
    ...option('ControlMaster', 'no'),
    ...option('ControlPath', 'none'),
    '--',
    address.host,
    line,
  ];
}

function option(name: string, value: string): string[] {
  return ['-o', `${name}=${value}`];
}

/** 255 is ssh's own failure: ssh(1), EXIT STATUS. What it said tells which. */
function judged(channel: Channel, options: OpenSshOptions, helper: Askpass): Channel {
  let said = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 16_384) said += chunk.toString('latin1');
  });
  channel.stderr.pause();
  const ended = channel.ended.then(({ status, problem }): ChannelEnd => {
    if (problem) return { status, problem };
    return { status, problem: status === 255 ? explain(said, options, helper) : null };
  });
  return { ...channel, ended };
}

/** Messages of OpenSSH's sshconnect.c, sshconnect2.c, clientloop.c and misc.c. */
export function explain(said: string, options: OpenSshOptions, helper: Askpass): Problem {
  const host = options.address.host;
  const because = (code: Problem['code'], message: string): Problem => ({
    code,
    path: host,
    message,
  });
  const [, place] = /(?:Offending|Matching) .* key in (\S+:\d+)/.exec(said) ?? [];
  if (said.includes('REVOKED HOST KEY')) {
    return because(
      'host-key-revoked',
      `The host key of ${host} is revoked${place ? ` in ${visible(place)}` : ''}. It is never accepted.`,
    );
  }
  if (said.includes('HOST IDENTIFICATION HAS CHANGED')) {
    const name = hostToken(options.settings.hostname, options.settings.port);
    return because(
      'host-key-changed',
      `The host key of ${host} has changed${place ? ` (known: ${visible(place)})` : ''}. Somebody may be listening in. If the host was set up anew, remove the old key with: ssh-keygen -R '${name}'`,
    );
  }
  if (said.includes('Host key verification failed')) {
    return because(
      'host-key-unknown',
      `The host key of ${host} is not known, and it was not accepted.`,
    );
  }
  if (/Permission denied|Too many authentication failures/.test(said)) {
    return helper.lacksAnswer()
      ? because(
          'authentication-needed',
          `${host}: the login needs an answer (passphrase, password or code), and nobody gave one.`,
        )
      : because('authentication-failed', `${host}: the login was refused. ${lastLine(said)}`);
  }
  if (
    /Timeout, server .* not responding|Connection to .* closed by remote|Broken pipe/.test(said)
  ) {
    return because('connection-lost', `The connection to ${host} was lost. ${lastLine(said)}`);
  }
  if (/timed out/i.test(said))
    return because('timeout', `${host} did not answer in time. ${lastLine(said)}`);
  return because('unreachable', `ssh could not connect to ${host}. ${lastLine(said)}`);
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `It said “${visible(capText(line, 200))}”.`;
}

async function leave(options: OpenSshOptions, helper: Askpass): Promise<void> {
  try {
    await keepAccepted(options, helper);
  } finally {
    await helper.close();
  }
}

/** Keys that were accepted through the helper go to the app's own store. */
async function keepAccepted({ rules }: OpenSshOptions, helper: Askpass): Promise<void> {
  const before = new Set((await rules.accepted.asKnownHosts()).text.split('\n'));
  const after = await readFile(helper.knownHosts, 'utf8').catch(() => '');
  for (const line of after.split('\n')) {
    const [hosts = '', , key] = line.trim().split(' ');
    if (before.has(line.trim()) || key === undefined) continue;
    for (const host of hosts.split(',')) await rules.accepted.add(host, Buffer.from(key, 'base64'));
  }
}
