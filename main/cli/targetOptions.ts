/** What the options and operands mean that every command has that reads a target. */
import { existsSync } from 'node:fs';
import { parseTarget, type Target } from '../../shared/api/target';
import { targetTraits } from '../../shared/api/targetTraits';
import { visible } from '../../shared/base/text';
import type { LiveRequest, SourceOptions } from '../sources/source';
import { meantHere } from '../sources/wordHere';
import { configuredHosts } from '../ssh/config/configuredHosts';
import { traceInto } from '../ssh/trace';
import type { ValuesOf } from './commands/command';
import type { readingOptions } from './commands/options';
import { usageError, type UsageError } from './outcome';
import { askerHere } from './terminal';

export interface TargetArguments {
  readonly target: Target;
  /** How a word was understood that could mean two things; null: it could not. */
  readonly note: string | null;
  readonly options: SourceOptions;
  readonly timeoutSeconds: number;
}

/** Options that only a live host has: beside them a word names one, whatever file lies here. */
const liveOptions = ['sudo', 'transport', 'identity', 'accept-new'] as const;

/** Seconds after which a reading is given up. */
const defaultTimeoutSeconds = 60;

/** The values of the options that every command has that reads a target. */
export type TargetValues = ValuesOf<typeof readingOptions>;

/** What one target and its options mean; a usage error where they mean nothing. */
export function readTargetArguments(
  command: string,
  [text = '']: readonly string[],
  values: TargetValues,
): TargetArguments | UsageError {
  const timeoutSeconds = secondsOf(values.timeout) ?? defaultTimeoutSeconds;
  if (Number.isNaN(timeoutSeconds)) {
    return usageError(command, '--timeout takes a number of seconds above 0.');
  }
  const isHost = liveOptions.some((name) => values[name] !== undefined);
  const meant = isHost ? { target: text, note: null } : meantHere(text, '.', configuredHosts);
  const target = parseTarget(meant.target);
  if (!target.ok) return usageError(command, visible(target.problem.message));
  const live = liveRequest(command, target.value, values);
  if ('usage' in live) return live;
  return {
    target: target.value,
    note: meant.note,
    timeoutSeconds,
    options: {
      ...(values.log === undefined ? {} : { log: values.log }),
      ...(values.verbose ? { trace: traceInto((line) => void process.stderr.write(line)) } : {}),
      live,
      ask: askerHere(),
    },
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
  const { reached } = targetTraits[target.kind];
  const wrong = reached === 'ssh' ? undefined : given.find((name) => values[name] !== undefined);
  if (wrong) return usageError(command, `--${wrong} goes with a host, not with ${target.text}.`);
  if (sudo && reached === null) {
    return usageError(command, `--sudo goes with a live host, not with ${target.text}.`);
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
