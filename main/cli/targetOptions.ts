/** Options and positionals that every command has that reads one target. */
import { existsSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseTarget, type Target } from '../../shared/api/target';
import { visible } from '../../shared/base/text';
import type { LiveRequest, SourceOptions } from '../sources/source';
import { askerHere } from './terminal';
import type { UsageError } from './usage';

export interface TargetArguments {
  readonly target: Target;
  readonly options: SourceOptions;
  readonly timeoutSeconds: number;
}

/** Seconds after which a reading is given up. */
const defaultTimeoutSeconds = 60;

export const targetOptions = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  log: { type: 'string' },
  timeout: { type: 'string' },
  sudo: { type: 'boolean' },
  transport: { type: 'string' },
  identity: { type: 'string' },
  'accept-new': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** The values of {@link targetOptions}, as far as they were given. */
export interface TargetValues {
  readonly log?: string | undefined;
  readonly timeout?: string | undefined;
  readonly sudo?: boolean | undefined;
  readonly transport?: string | undefined;
  readonly identity?: string | undefined;
  readonly 'accept-new'?: boolean | undefined;
}

/** `parseArgs`, with its complaint as a value. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    return usageError(
      command,
      error instanceof Error ? firstSentence(error.message) : String(error),
    );
  }
}

/** What one target and its options mean; a usage error where they mean nothing. */
export function readTargetArguments(
  command: string,
  positionals: readonly string[],
  values: TargetValues,
): TargetArguments | UsageError {
  const [text, ...others] = positionals;
  const timeoutSeconds = secondsOf(values.timeout) ?? defaultTimeoutSeconds;
  if (Number.isNaN(timeoutSeconds)) {
    return usageError(command, '--timeout takes a number of seconds above 0.');
  }
  if (text === undefined) return usageError(command, `${command} needs a target.`);
  if (others.length > 0) {
    return usageError(command, `${command} takes one target, not ${positionals.length}.`);
  }
  const target = parseTarget(text);
  if (!target.ok) return usageError(command, visible(target.problem.message));
  const live = liveRequest(command, target.value, values);
  if ('usage' in live) return live;
  return {
    target: target.value,
    timeoutSeconds,
    options: { ...(values.log === undefined ? {} : { log: values.log }), live, ask: askerHere() },
  };
}

/** Seconds above 0, at most a day; NaN for anything else; null where none are given. */
export function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  return text.trim() !== '' && seconds > 0 && seconds <= 86_400 ? seconds : Number.NaN;
}

function liveRequest(
  command: string,
  target: Target,
  values: TargetValues,
): Partial<LiveRequest> | UsageError {
  const { sudo, transport, identity } = values;
  const given = ['transport', 'identity', 'accept-new'] as const;
  const wrong =
    target.kind === 'ssh' ? undefined : given.find((name) => values[name] !== undefined);
  if (wrong) return usageError(command, `--${wrong} goes with a host, not with ${target.text}.`);
  if (sudo && target.kind !== 'ssh' && target.kind !== 'local') {
    return usageError(command, `--sudo goes with a live host, not with ${target.text}.`);
  }
  if (transport !== undefined && transport !== 'ssh2' && transport !== 'openssh') {
    return usageError(command, '--transport is ssh2 or openssh.');
  }
  if (identity !== undefined && !existsSync(identity)) {
    return usageError(command, `--identity: ${identity} does not exist.`);
  }
  return {
    ...(sudo === undefined ? {} : { sudo }),
    ...(transport === undefined ? {} : { transport }),
    ...(identity === undefined ? {} : { identity }),
    ...(values['accept-new'] === undefined ? {} : { acceptNew: values['accept-new'] }),
    ...(values.timeout === undefined ? {} : { timeoutMs: Number(values.timeout) * 1000 }),
  };
}

export function usageError(command: string, usage: string): UsageError {
  return { usage, command };
}

function firstSentence(message: string): string {
  return `${message.split('. ')[0]?.replace(/\.$/, '') ?? message}.`;
}
