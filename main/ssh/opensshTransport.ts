/**
 * SSH by the system's own client, for what ssh2 can't do. Its questions come through an askpass
 * helper; nothing that a user typed passes through a shell.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import { openAskpass, type Askpass } from './askpass';
import { startChild } from './childChannel';
import type { ConfigOptions, HostAddress, HostSettings } from './config';
import type { HostKeyRules } from './hostKeys';
import { fingerprint } from './knownHosts';
import { openSshConfig } from './openSshConfig';
import { explain } from './openSshFailure';
import type { Station } from './proxyJump';
import type { Ask } from './questions';
import { keepKey } from './savedKeys';
import type { Channel, ChannelEnd, Transport } from './transport';

export interface OpenSshOptions {
  readonly address: HostAddress;
  /** The hops, and the host itself as the last one. */
  readonly stations: readonly Station[];
  readonly rulesFor: (settings: HostSettings) => HostKeyRules;
  readonly identity: string | null;
  readonly config: ConfigOptions;
  readonly ask: Ask;
  readonly connectMs: number;
  /** Milliseconds that a login may take beyond that, while nobody is being asked. */
  readonly loginMs: number;
}

/** Connects with the first program: until then nothing is known but that there is an `ssh`. */
export async function connectOpenSsh(options: OpenSshOptions): Promise<Result<Transport>> {
  const { address, stations } = options;
  const names = [address, ...stations.map((station) => station.address)];
  if (names.some(({ host, user }) => host.startsWith('-') || user?.startsWith('-'))) {
    return fail('unreachable', address.host, 'A host name can’t begin with “-”.');
  }
  const askpass = await openAskpass(options);
  if (!askpass.ok) return askpass;
  const helper = askpass.value;
  const keys = await KeyCopy.create(options, helper);
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
      return helper.desk.neededHuman;
    },
    async exec({ line }) {
      helper.desk.begin();
      helper.listen();
      const child = startChild(sshArguments(options, helper, line), helper.environment);
      if (!child) return fail('no-shell', address.host, 'No program was given.');
      const channel = judged(child, options, helper);
      void watch(channel);
      const entered = await loggedIn(channel, options, helper);
      helper.rest();
      // No more keys will be accepted by this login.
      await keys.keep();
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
    // Options hold for the host alone, and not for the hops.
    '-o',
    'PermitLocalCommand=yes',
    '-o',
    `LocalCommand=${helper.loginCommand}`,
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
  { desk }: Askpass,
): Promise<Result<Channel>> {
  const limitMs = connectMs + loginMs;
  return new Promise((resolve) => {
    const settle = (result: Result<Channel>) => {
      clearInterval(timer);
      desk.onLogin = () => undefined;
      resolve(result);
    };
    const succeeded = () => {
      channel.stderr.pause();
      settle(succeed(channel));
    };
    const timer = setInterval(() => {
      // Where the user's shell ran nothing for us, the program's first words tell.
      channel.stdout.read(0);
      if (channel.stdout.readableLength > 0) succeeded();
      if (desk.idleSince === null || performance.now() - desk.idleSince < limitMs) return;
      settle(fail('timeout', host, `${host} did not answer within ${limitMs / 1000} s.`));
      channel.close();
    }, patienceMs);
    desk.onLogin = succeeded;
    const message = `ssh ended before the login to ${host} was complete.`;
    void channel.ended.then(({ problem }) =>
      settle(problem ? { ok: false, problem } : fail('unreachable', host, message)),
    );
    channel.stderr.resume();
  });
}

/** 255 is ssh's own failure: ssh(1), EXIT STATUS. What it said tells which. */
function judged(channel: Channel, options: OpenSshOptions, helper: Askpass): Channel {
  let said = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 16_384) said += chunk.toString('latin1');
  });
  channel.stderr.pause();
  const ended = channel.ended.then(async ({ status, problem }): Promise<ChannelEnd> => {
    if (problem || status !== 255) return { status, problem };
    const login = {
      ...options,
      host: options.address.host,
      acceptedCopy: helper.knownHosts,
      refusedKey: helper.desk.refusedKey,
      lacksAnswer: helper.desk.lacksAnswer,
    };
    return { status, problem: await explain(said, login) };
  });
  return { ...channel, ended };
}

/** The app's own accepted keys in the file that `ssh` reads, and appends newly accepted ones to. */
class KeyCopy {
  private constructor(
    private readonly options: OpenSshOptions,
    private readonly helper: Askpass,
    private readonly kept: Set<string>,
  ) {}

  static async create(options: OpenSshOptions, helper: Askpass): Promise<KeyCopy> {
    const { stations, rulesFor, config, connectMs } = options;
    const accepted = stations.map(({ settings }) => rulesFor(settings).accepted.asKnownHosts());
    const text = (await Promise.all(accepted)).at(-1)?.text ?? '';
    await writeFile(helper.knownHosts, text === '' ? '' : `${text}\n`, { mode: 0o600 });
    const last = stations.at(-1)?.settings;
    const lines = openSshConfig({
      stations,
      knownHostsOf: ({ settings }) => [helper.knownHosts, ...rulesFor(settings).files],
      connectSeconds: Math.max(1, Math.round(connectMs / 1000)),
      aliveSeconds: last?.aliveSeconds ?? 10,
      config,
    });
    await writeFile(helper.config, lines, { mode: 0o600 });
    return new KeyCopy(options, helper, new Set(text.split('\n')));
  }

  private last: Promise<void> = Promise.resolve();

  /** Puts what was accepted since where it belongs: our own store, or known_hosts if asked for. */
  keep(): Promise<void> {
    this.last = this.last.then(() => this.keepNew());
    return this.last;
  }

  private async keepNew(): Promise<void> {
    const text = await readFile(this.helper.knownHosts, 'utf8').catch(() => '');
    for (const line of text.split('\n').map((each) => each.trim())) {
      const [name, , encoded] = line.split(' ');
      if (this.kept.has(line) || name === undefined || encoded === undefined) continue;
      this.kept.add(line);
      const key = Buffer.from(encoded, 'base64');
      const { stations, rulesFor } = this.options;
      const savedFor = this.helper.desk.saved.get(fingerprint(key));
      const station = savedFor ?? stations.at(-1);
      if (!station) continue;
      await keepKey(rulesFor(station.settings), name, key, savedFor !== undefined);
    }
  }
}
