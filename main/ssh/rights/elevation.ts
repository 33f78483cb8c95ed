/**
 * Getting a root shell: through sudo on any host, through pkexec on this machine. A password goes
 * only to a sudo that asks with a prompt of our own, on its input, and is never an argument. pkexec
 * asks in a dialog of the desktop's own, and we see no password at all.
 *
 * The program follows on the same input once we are let in: so the logs of both show one short
 * command.
 */
import { randomBytes } from 'node:crypto';
import { succeed, type Problem, type Result } from '../../../shared/base/problem';
import type { Ask } from '../questions';
import { pkexecRefusal, sudoRefusal } from './refusals';
import type { Channel, ChannelEnd, Command, Transport } from '../transport';

/** What makes a shell root's. */
export type Elevation = 'sudo' | 'pkexec';

export interface ElevationOptions {
  readonly user: string;
  /** What the user calls the host. */
  readonly host: string;
  readonly ask: Ask;
  /** Until sudo says anything. */
  readonly startMs: number;
  /** Milliseconds that are left of a limit that has run out: people's time counts for nothing. */
  readonly extend?: ((limitMs: number) => number) | undefined;
  /** Hears that a human had to answer. */
  readonly onHuman: () => void;
}

/** Passwords that are given to one sudo, however many it asks for. */
const attempts = 3;

/** Bytes that a elevation program (sudo or pkexec) may say before it opens. */
const mostSaid = 262_144;

/** Milliseconds that the end of a channel is waited for. */
const leaveMs = 2000;

/** A root shell that reads its program from its input. */
export function elevate(
  transport: Transport,
  elevation: Elevation,
  options: ElevationOptions,
): Promise<Result<Channel>> {
  return elevation === 'sudo' ? throughSudo(transport, options) : throughPkexec(transport, options);
}

async function throughSudo(
  transport: Transport,
  options: ElevationOptions,
): Promise<Result<Channel>> {
  const silent = await enterSudo(transport, options, null);
  if (silent.ok || silent.problem.code !== 'sudo-password-needed') return silent;
  const password = await askPassword(options, false);
  return password === null ? silent : enterSudo(transport, options, password);
}

async function throughPkexec(
  transport: Transport,
  options: ElevationOptions,
): Promise<Result<Channel>> {
  const ready = newMark('ready');
  const argv = ['pkexec', '--disable-internal-agent', '/bin/sh', '-c', greeting(ready)];
  const opened = await transport.exec({ argv, line: quoted(argv) });
  if (!opened.ok) return opened;
  options.onHuman();
  return new ElevationHandshake(opened.value, options, {
    ready,
    prompt: null,
    password: null,
  }).enter(
    // The desktop's dialog may stay open as long as a person likes.
    null,
    ({ status }, said) => pkexecRefusal(status, said, options),
  );
}

/** The words of one who lets in print `ready`; the shell behind reads its program from its input. */
function greeting(ready: string): string {
  return `echo ${ready}; exec sh -s`;
}

function sudoCommand(ready: string, prompt: string | null): Command {
  const asking = prompt === null ? ['-n'] : ['-S', '-p', prompt];
  const argv = ['env', 'LC_ALL=C', 'sudo', ...asking, '--', 'sh', '-c', greeting(ready)];
  return { argv, line: quoted(argv) };
}

/** For a login shell of any kind: the last word alone has blanks, and no word has quotes. */
function quoted(argv: readonly string[]): string {
  return [...argv.slice(0, -1), `'${argv.at(-1) ?? ''}'`].join(' ');
}

async function enterSudo(
  transport: Transport,
  options: ElevationOptions,
  password: string | null,
): Promise<Result<Channel>> {
  const ready = newMark('ready');
  const prompt = password === null ? null : `${newMark('password')}:`;
  const opened = await transport.exec(sudoCommand(ready, prompt));
  if (!opened.ok) return opened;
  const entrance = new ElevationHandshake(opened.value, options, { ready, prompt, password });
  return entrance.enter(options.startMs, (_end, said) => sudoRefusal(said, options));
}

async function askPassword(
  { ask, user, host, onHuman }: ElevationOptions,
  again: boolean,
): Promise<string | null> {
  const [password] = (await ask({ kind: 'sudo-password', user, host, again })) ?? [];
  if (password === undefined) return null;
  onHuman();
  return password;
}

interface Words {
  readonly ready: string;
  readonly prompt: string | null;
  readonly password: string | null;
}

/** Waits until the root shell prints `ready`, or until sudo or pkexec exits. */
class ElevationHandshake {
  private said = '';
  private complained = '';
  private heard = 0;
  private given = 0;
  private timer: NodeJS.Timeout | undefined;
  private reason: Problem | null = null;
  private settle: (result: Result<Channel>) => void = () => undefined;

  constructor(
    private readonly channel: Channel,
    private readonly options: ElevationOptions,
    private readonly words: Words,
  ) {}

  /**
   * @param limitMs until the first word; null: as long as it takes
   * @param refusal what it means that the elevation program (sudo or pkexec) has gone
   */
  async enter(
    limitMs: number | null,
    refusal: (end: ChannelEnd, said: string) => Problem,
  ): Promise<Result<Channel>> {
    const { stdout, stderr, ended } = this.channel;
    const entered = await new Promise<Result<Channel>>((resolve) => {
      this.settle = resolve;
      if (limitMs !== null) this.timer = setTimeout(() => this.giveUp(limitMs), limitMs);
      stdout.on('data', this.hearReady);
      stderr.on('data', this.hearPrompt);
      stdout.resume();
      stderr.resume();
      const left = (end: ChannelEnd): Problem =>
        this.reason ?? end.problem ?? refusal(end, this.complained || this.said);
      void ended.then((end) => resolve({ ok: false, problem: left(end) }));
    });
    clearTimeout(this.timer);
    stdout.off('data', this.hearReady);
    stderr.off('data', this.hearPrompt);
    stdout.pause();
    stderr.pause();
    return entered;
  }

  private readonly hearReady = (chunk: Buffer): void => {
    if (this.isFlooded()) return;
    this.said += chunk.toString('latin1');
    const line = `${this.words.ready}\n`;
    const at = this.said.indexOf(line);
    if (at === -1) return;
    const { stdout } = this.channel;
    stdout.off('data', this.hearReady);
    stdout.pause();
    const rest = this.said.slice(at + line.length);
    if (rest !== '') stdout.unshift(Buffer.from(rest, 'latin1'));
    this.settle(succeed(this.channel));
  };

  private readonly hearPrompt = (chunk: Buffer): void => {
    if (this.isFlooded()) return;
    this.complained += chunk.toString('latin1');
    const { prompt } = this.words;
    if (prompt === null) return;
    const at = this.complained.indexOf(prompt, this.heard);
    if (at === -1) return;
    this.heard = at + prompt.length;
    clearTimeout(this.timer);
    void this.answerPrompt();
  };

  private isFlooded(): boolean {
    if (this.reason) return true;
    if (this.said.length + this.complained.length <= mostSaid) return false;
    const { host } = this.options;
    const message = `sudo on ${host} printed more than 256 KiB and let nobody in.`;
    this.leave({ code: 'sudo-refused', path: host, message });
    return true;
  }

  private async answerPrompt(): Promise<void> {
    const { host, user } = this.options;
    if (this.given === attempts) {
      const message = `sudo on ${host} did not accept the password of ${user}, ${attempts} times.`;
      this.leave({ code: 'sudo-refused', path: host, message });
      return;
    }
    this.given += 1;
    const password = this.given === 1 ? this.words.password : await askPassword(this.options, true);
    if (password !== null) {
      this.channel.stdin.write(`${password}\n`);
      return;
    }
    const message = `sudo on ${host} wants a password, and none was given.`;
    this.leave({ code: 'sudo-password-needed', path: host, message });
  }

  private giveUp(limitMs: number): void {
    const { host, extend } = this.options;
    const more = extend?.(limitMs) ?? 0;
    if (more > 0) {
      this.timer = setTimeout(() => this.giveUp(limitMs), more);
      return;
    }
    const message = `sudo on ${host} did not answer within ${limitMs / 1000} s.`;
    this.leave({ code: 'timeout', path: host, message });
  }

  /** A server may allow one session at a time: this one is to have ended before another begins. */
  private leave(problem: Problem): void {
    this.reason = problem;
    this.timer = setTimeout(() => this.settle({ ok: false, problem }), leaveMs);
    this.channel.close();
  }
}

function newMark(kind: 'ready' | 'password'): string {
  return `klpscope-${kind}-${randomBytes(8).toString('hex')}`;
}
