/** `klpscope watch`: a line for each change, until it is settled, for a time, or until interrupted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { changesBetween, type Change, type WatchEvent } from '../../shared/history/events';
import {
  watchTransition,
  withStall,
  type TransitionWatch,
} from '../../shared/history/transitionWatch';
import { statusOf } from '../../shared/report/status';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { renderChange } from '../../shared/history/watchText';
import { openSource, type Source } from '../sources/source';
import { describeProblem, exitStatusOf } from './outcome';
import type { Output } from './output';
import {
  parseOptions,
  readTargetArguments,
  secondsOf,
  targetOptions,
  usageError,
} from './targetOptions';
import { exitStatus, watchHelp, type UsageError } from './usage';

/** Milliseconds between two samples, in a transition and settled (design of the probe, rule 4). */
const intervals = { transition: 1000, settled: 5000 } as const;

const watchOptions = {
  ...targetOptions,
  until: { type: 'string' },
  for: { type: 'string' },
  interval: { type: 'string' },
} as const;

interface Plan {
  readonly json: boolean;
  readonly untilSettled: boolean;
  /** Milliseconds since the epoch; null: without end. */
  readonly deadline: number | null;
  /** Milliseconds; null: by the state. */
  readonly interval: number | null;
}

/** @returns the exit status of the last state; 3 where the host is lost and stays so to the end */
export async function watch(args: readonly string[], output: Output): Promise<number | UsageError> {
  const parsed = parseOptions('watch', args, watchOptions);
  if ('usage' in parsed) return parsed;
  const { values, positionals } = parsed;
  if (values.help) {
    output.write(watchHelp);
    return exitStatus.settled;
  }
  const wanted = readTargetArguments('watch', positionals, values);
  if ('usage' in wanted) return wanted;
  if (values.until !== undefined && values.until !== 'settled') {
    return usageError('watch', '--until takes settled.');
  }
  const seconds = secondsOf(values.for);
  const interval = secondsOf(values.interval);
  if (Number.isNaN(seconds) || Number.isNaN(interval)) {
    return usageError('watch', '--for and --interval take a number of seconds above 0.');
  }
  const source = openSource(wanted.target, wanted.options);
  if (!source.ok) {
    output.complain(describeProblem(source.problem));
    return exitStatus.unreadable;
  }
  try {
    return await follow(source.value, output, {
      json: values.json ?? false,
      untilSettled: values.until === 'settled',
      deadline: seconds === null ? null : Date.now() + seconds * 1000,
      interval: interval === null ? null : interval * 1000,
    });
  } finally {
    source.value.close();
  }
}

async function follow(source: Source, output: Output, plan: Plan): Promise<number> {
  const interrupted = new AbortController();
  const stop = () => interrupted.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const report = (change: Change) => output.write(lineOf(source.target, change, plan.json));
  let before: StatusDocument | null = null;
  let history: TransitionWatch | null = null;
  let isLost = false;
  try {
    for (;;) {
      const sample = await source.sample();
      const now = Date.now();
      if (sample.ok) {
        if (isLost) report({ event: 'back', subject: null });
        isLost = false;
        const status = statusOf(sample.value);
        history = watchTransition(history, status, now);
        const after = withStall(status, history, now);
        for (const change of changesBetween(before, after)) report(change);
        before = after;
      } else {
        if (!before) {
          output.complain(describeProblem(sample.problem));
          return exitStatus.unreadable;
        }
        if (!isLost) report({ event: 'lost', subject: null, problem: sample.problem });
        isLost = true;
      }
      if (isOver(source, plan, before, isLost, now)) break;
      await sleep(pause(plan, before, now), undefined, { signal: interrupted.signal });
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  return isLost || !before ? exitStatus.unreadable : exitStatusOf(before);
}

/** A saved state never changes: one reading says all. */
function isOver(
  source: Source,
  { untilSettled, deadline }: Plan,
  status: StatusDocument,
  isLost: boolean,
  now: number,
): boolean {
  if (!source.live) return true;
  if (deadline !== null && now >= deadline) return true;
  return untilSettled && !isLost && status.transitionState === 'none';
}

function pause({ interval, deadline }: Plan, status: StatusDocument, now: number): number {
  const usual =
    interval ?? (status.transitionState === 'none' ? intervals.settled : intervals.transition);
  return deadline === null ? usual : Math.max(0, Math.min(usual, deadline - now));
}

function lineOf(target: string, change: Change, json: boolean): string {
  const at = new Date().toISOString();
  if (!json) return `${renderChange(at, change)}\n`;
  const event: WatchEvent = { format: 'klpscope/watch', version: 1, target, at, ...change };
  return `${JSON.stringify(event)}\n`;
}
