/**
 * SSH by the system's own client, for what ssh2 can't do. Its questions come through an askpass
 * helper; nothing that a user typed passes through a shell.
 */
import { writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import { openAskpass, type Askpass } from './askpass';
import { startChild } from '../childChannel';
import type { HostSettings } from '../config/config';
import type { ConfigOptions } from '../config/configuredHosts';
import type { HostAddress } from '../config/hostAddress';
import type { HostKeyRules } from '../hostKeys/hostKeyPolicy';
import { openSshConfig } from './openSshConfig';
import { explainFailure } from './openSshFailure';
import { handsOverKeys } from './openSshVersion';
import type { Hop } from '../ssh2/proxyJump';
import { tooManyWords, type Ask } from '../questions';
import { tellAllOfCertificates } from '../hostKeys/revokedKeys';
import type { Trace } from '../trace';
import type { Channel, ChannelEnd, Transport } from '../transport';

export interface OpenSshOptions {
  readonly address: HostAddress;
  /** The hops, and the host itself as the last one. */
  readonly hops: readonly Hop[];
  readonly rulesFor: (settings: HostSettings) => HostKeyRules;
  readonly identity: string | null;
  readonly config: ConfigOptions;
  readonly ask: Ask;
  readonly connectMs: number;
  /** Milliseconds that a login may take beyond that, while nobody is being asked. */
  readonly loginMs: number;
  /** Hears each step; absent: nobody does. */
  readonly trace?: Trace;
}

/** Connects with the first program: until then nothing is known but that there is an `ssh`. */
export async function connectOpenSsh(options: OpenSshOptions): Promise<Result<Transport>> {
  const { address, hops } = options;
  const names = [address, ...hops.map((hop) => hop.address)];
  if (names.some(({ host, user }) => host.startsWith('-') || user?.startsWith('-'))) {
    return fail('unreachable', address.host, 'A host name can’t begin with “-”.');
  }
  const hands = await handsOverKeys();
  const { trace } = options;
  trace?.(
    `openssh: ${hands ? 'hands over' : 'is too old to hand over'} host keys to be judged here`,
  );
  // Both came with the same version.
  const askpass = await openAskpass({ ...options, marksServerWords: hands });
  if (!askpass.ok) return askpass;
  const helper = askpass.value;
  await configure(options, helper, hands);
  let tellClosed: (problem: Problem) => void = () => undefined;
  const closed = new Promise<Problem>((resolve) => {
    tellClosed = resolve;
  });
  const open = new Set<Channel>();
  const watch = async (channel: Channel) => {
    open.add(channel);
    const { status, problem } = await channel.ended;
    options.trace?.(`openssh: ssh has ended, ${problem?.code ?? `status ${status}`}`);
    open.delete(channel);
    if (problem) tellClosed(problem);
  };
  return succeed<Transport>({
    closed,
    get neededHuman() {
      return helper.prompts.neededHuman;
    },
    async exec({ line }) {
      helper.prompts.begin();
      helper.listen();
      const argv = sshArguments(options, helper, line);
      trace?.(`openssh: runs ${argv.slice(0, -1).join(' ')}`);
      const child = startChild(argv, helper.environment);
      if (!child) return fail('no-shell', address.host, 'No program was given.');
      const channel = judged(child, options, helper, hands);
      void watch(channel);
      const entered = await loggedIn(channel, options, helper);
      helper.rest();
      const { refusedKey } = helper.prompts;
      if (refusedKey) trace?.(`openssh: host key refused, ${refusedKey.code}`);
      trace?.(`openssh: ${entered.ok ? 'let in' : entered.problem.code}`);
      return entered;
    },
    close() {
      for (const channel of open) channel.close();
      helper.close();
      tellClosed({
        code: 'connection-lost',
        path: address.host,
        message: 'The connection was closed here.',
      });
    },
  });
}

function sshArguments(options: OpenSshOptions, helper: Askpass, line: string): string[] {
  const { address, identity } = options;
  return [
    'ssh',
    '-T',
    '-F',
    helper.config,
    ...(address.port === null ? [] : ['-p', String(address.port)]),
    ...(address.user === null ? [] : ['-l', address.user]),
    ...(identity === null ? [] : ['-i', identity]),
    '--',
    address.host,
    line,
  ];
}

const patienceMs = 250;

/**
 * Waits for the end of the login, so that no time limit of the program's counts the time that people
 * take to answer.
 */
function loggedIn(
  channel: Channel,
  { address: { host }, connectMs, loginMs }: OpenSshOptions,
  helper: Askpass,
): Promise<Result<Channel>> {
  const { prompts } = helper;
  const limitMs = connectMs + loginMs;
  return new Promise((resolve) => {
    let isOver = false;
    const settle = (result: Result<Channel>) => {
      isOver = true;
      clearInterval(timer);
      prompts.onLogin = () => undefined;
      prompts.onTooMany = () => undefined;
      channel.stdout.off('readable', keep);
      channel.stderr.off('data', sort);
      resolve(result);
    };
    // `ssh` tells of the login before it starts the program: what is printed after that is the
    // program's, however late we come to hear of either.
    const sort = (chunk: Buffer) => {
      helper.hear();
      if (isOver) channel.stderr.unshift(chunk);
    };
    // What nobody has begun to read when a program ends Node lets go of.
    const keep = () => undefined;
    channel.stdout.on('readable', keep);
    const succeeded = () => {
      channel.stderr.pause();
      settle(succeed(channel));
    };
    const awaitEnd = async () => {
      const { status, problem } = await channel.ended;
      const message = `ssh was ended before the login to ${host} was complete.`;
      if (problem) settle({ ok: false, problem });
      // Any status but 255 is that of the program there: ssh(1), EXIT STATUS.
      else if (status === null) settle(fail('connection-lost', host, message));
      else succeeded();
    };
    const timer = setInterval(() => {
      // Where the user's shell ran nothing for us, the program's first words tell.
      channel.stdout.read(0);
      if (channel.stdout.readableLength > 0) {
        prompts.noteAllLogins();
        succeeded();
      }
      if (prompts.idleSince === null || performance.now() - prompts.idleSince < limitMs) return;
      settle(fail('timeout', host, `${host} did not answer within ${limitMs / 1000} s.`));
      channel.close();
    }, patienceMs);
    prompts.onLogin = succeeded;
    prompts.onTooMany = () => {
      settle(fail('authentication-failed', host, `${host}: ${tooManyWords()}`));
      channel.close();
    };
    void awaitEnd();
    channel.stderr.on('data', sort);
    channel.stderr.resume();
  });
}

/** What `ssh` prints is kept while it logs in; after that it's the program's. */
function judged(
  channel: Channel,
  { address, connectMs }: OpenSshOptions,
  helper: Askpass,
  hands: boolean,
): Channel {
  const { prompts } = helper;
  const begun = performance.now();
  let printed = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    printed = (printed + chunk.toString('latin1')).slice(-mostPrinted);
  });
  channel.stderr.pause();
  const ended = channel.ended.then(({ status, problem }): ChannelEnd => {
    helper.hear();
    if (problem || status !== 255) return { status, problem };
    const tookMs = performance.now() - begun;
    const login = { host: address.host, prompts, handsOverKeys: hands, tookMs, connectMs, printed };
    return { status, problem: explainFailure(login) };
  });
  return { ...channel, ended };
}

/** Characters of which the last ones are shown. */
const mostPrinted = 16_384;

/** The files that `ssh` reads. */
async function configure(
  { hops, rulesFor, config, connectMs }: OpenSshOptions,
  helper: Askpass,
  hands: boolean,
): Promise<void> {
  const last = hops.at(-1)?.settings;
  // All hops have the same store.
  const accepted = last ? (await rulesFor(last).accepted.asKnownHosts()).text : '';
  await writeFile(helper.knownHosts, accepted === '' ? '' : `${accepted}\n`, { mode: 0o600 });
  const judged = new Set<Hop>();
  for (const hop of hands ? hops : []) {
    const { revokedFiles } = hop.settings.hostKeyPolicy;
    if (await tellAllOfCertificates(revokedFiles)) judged.add(hop);
  }
  const lines = openSshConfig({
    hops,
    judgesRevoked: (hop) => judged.has(hop),
    knownHostsOf: ({ settings }) => [helper.knownHosts, ...rulesFor(settings).files],
    knownHostsProgram: hands ? helper.knownHostsProgram : null,
    loggedInProgram: helper.loggedInProgram,
    connectSeconds: Math.max(1, Math.round(connectMs / 1000)),
    aliveSeconds: last?.aliveSeconds ?? 10,
    config,
  });
  await writeFile(helper.config, lines, { mode: 0o600 });
}
