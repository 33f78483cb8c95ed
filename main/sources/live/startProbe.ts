/**
 * Starting the probe with the rights that were asked for. Where root's are refused it is started
 * with the login's own: what they let be read is read, and a problem says what is missing.
 */
import { randomBytes } from 'node:crypto';
import type { Problem, ProblemCode, Result } from '../../../shared/base/problem';
import { firstRequest } from '../../probe/liveHost';
import { ProbeSession, type Answer } from '../../probe/wire/session';
import { defaultLimits, type SessionLimits } from '../../probe/wire/limits';
import { programText, startArguments, startCommand } from '../../probe/program/start';
import { elevate, type Elevation } from '../../ssh/rights/elevation';
import type { Ask } from '../../ssh/questions';
import type { Trace } from '../../ssh/trace';
import type { Channel, Transport } from '../../ssh/transport';

export interface ProbeOptions {
  /** Ways to root's rights in the order in which they are tried; none: the login's own rights. */
  readonly through: readonly Elevation[];
  readonly user: string;
  /** What the user calls the host. */
  readonly host: string;
  readonly ask: Ask;
  readonly limits?: SessionLimits;
  /** Hears that a human had to answer. */
  readonly onHuman: () => void;
  /** Hears each step; absent: nobody does. */
  readonly trace?: Trace;
}

export interface StartedProbe {
  readonly session: ProbeSession;
  readonly first: Promise<Result<Answer>>;
  /** Why it has not the rights that were asked for; null: it has. */
  readonly problem: Problem | null;
}

/**
 * Fails where the host can't be read at all, and where sudo wants a password and there is nobody to
 * ask: reading with fewer rights than were asked for, without saying so, would be wrong.
 */
export async function startProbe(
  transport: Transport,
  options: ProbeOptions,
): Promise<Result<StartedProbe>> {
  const refusals: Problem[] = [];
  for (const elevation of options.user === 'root' ? [] : options.through) {
    const entered = await elevate(transport, elevation, {
      ...options,
      startMs: (options.limits ?? defaultLimits).startMs,
      extend: options.limits?.extend,
    });
    const outcome = entered.ok
      ? 'a root shell'
      : `${entered.problem.code}: ${entered.problem.message}`;
    options.trace?.(`${elevation}: ${outcome}`);
    if (entered.ok) return follow(entered.value, options);
    const { code } = entered.problem;
    if (!aboutRights.has(code)) return entered;
    if (code === 'sudo-password-needed' && options.ask.unattended === true) return entered;
    refusals.push(entered.problem);
    // Who did not want to give a password isn't asked for it in another way.
    if (code === 'sudo-password-needed') break;
  }
  return startPlainly(transport, options, refusals);
}

const aboutRights: ReadonlySet<ProblemCode> = new Set(['sudo-refused', 'sudo-password-needed']);

async function startPlainly(
  transport: Transport,
  options: ProbeOptions,
  refusals: readonly Problem[],
): Promise<Result<StartedProbe>> {
  options.trace?.(`the probe starts with the rights of ${options.user}`);
  const nonce = newNonce();
  const program = programText(nonce, firstRequest);
  const channel = await transport.exec({
    line: startCommand(program),
    argv: ['sh', ...startArguments(program)],
  });
  if (!channel.ok) return channel;
  return open(channel.value, nonce, options, refusals);
}

function follow(channel: Channel, options: ProbeOptions): Promise<Result<StartedProbe>> {
  const nonce = newNonce();
  channel.stdin.write(`${programText(nonce, firstRequest)}\n`);
  return open(channel, nonce, options, []);
}

async function open(
  channel: Channel,
  nonce: string,
  { limits, trace }: ProbeOptions,
  refusals: readonly Problem[],
): Promise<Result<StartedProbe>> {
  const opened = await ProbeSession.open(channel, nonce, firstRequest, limits);
  trace?.(
    opened.ok
      ? `the probe answers, as uid ${opened.value.session.uid}`
      : `the probe does not start: ${opened.problem.code}: ${opened.problem.message}`,
  );
  return opened.ok ? { ok: true, value: { ...opened.value, problem: together(refusals) } } : opened;
}

/** One problem for all refusals: the last one's code, everybody's words. */
function together(refusals: readonly Problem[]): Problem | null {
  const last = refusals.at(-1);
  if (!last) return null;
  const why = refusals.map(({ message }) => message).join(' ');
  return { ...last, message: `${why} What the login may read is shown.` };
}

function newNonce(): string {
  return randomBytes(8).toString('hex');
}
