/** `klpscope watch`: a line for each change, until it is settled, for a time, or until interrupted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Watcher } from '../../shared/history/watcher';
import { statusOf } from '../../shared/report';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { changeLine, clockTime } from '../../shared/history/watchText';
import { intervalsOf, nextDelay } from '../probe/pollingPlan';
import { type Source } from '../sources/source';
import { openSource } from '../sources/openSource';
import { succeed, type Problem } from '../../shared/base/problem';
import { slownessText } from '../../shared/report/pace';
import { untilInterrupted, type Interruption } from './interruption';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, exitStatusOf, usageError, type UsageError } from './outcome';
import type { Output } from './output';
import { replay } from './replay';
import { secondsOf, type TargetArguments } from './targetOptions';

interface Plan {
  readonly json: boolean;
  readonly untilSettled: boolean;
  /** Milliseconds of a clock that doesn't jump; null: without end. */
  readonly deadline: number | null;
  /** Milliseconds; null: by the state. */
  readonly interval: number | null;
}

/** @returns the exit status of the last state; 3 where the host is lost and stays so to the end */
export async function watch(
  wanted: TargetArguments,
  values: OptionValues<'watch'>,
  output: Output,
): Promise<number | UsageError> {
  const seconds = secondsOf(values.for);
  const interval = secondsOf(values.interval);
  if (Number.isNaN(seconds) || Number.isNaN(interval)) {
    return usageError('watch', '--for and --interval take a number of seconds above 0.');
  }
  const source = openSource(wanted.target, wanted.options);
  if (!source.ok) {
    output.warn(describeProblem(source.problem));
    return exitStatus.unreadable;
  }
  try {
    const recording = await source.value.recording?.();
    if (recording) {
      return replay(recording, output, {
        target: source.value.target,
        json: values.json ?? false,
        untilSettled: values.until === 'settled',
        seconds,
      });
    }
    const plan: Plan = {
      json: values.json ?? false,
      untilSettled: values.until === 'settled',
      deadline: seconds === null ? null : performance.now() + seconds * 1000,
      interval: interval === null ? null : interval * 1000,
    };
    return await untilInterrupted((interruption) =>
      follow(source.value, output, plan, interruption),
    );
  } finally {
    source.value.close();
  }
}

async function follow(
  source: Source,
  output: Output,
  plan: Plan,
  { signal, stopped }: Interruption,
): Promise<number> {
  const watcher = new Watcher();
  let lost: Problem | null = null;
  let saidSlow = false;
  try {
    for (;;) {
      // Whoever interrupts does not wait for a host that does not answer.
      const sample = await Promise.race([source.sample(), stopped]);
      if (!sample) break;
      const now = performance.now();
      if (!sample.ok && !watcher.status) {
        output.warn(describeProblem(sample.problem));
        return exitStatus.unreadable;
      }
      lost = sample.ok ? null : sample.problem;
      const reading = sample.ok ? succeed(statusOf(sample.value)) : sample;
      const at = new Date().toISOString();
      for (const change of watcher.see(reading, now, source.waitsForHuman)) {
        output.write(changeLine(source.target, at, change, plan.json));
      }
      const before = watcher.status;
      if (isOver(source, plan, before, now)) break;
      const roundMs = source.roundMs ?? 0;
      const { ms, isSlowed } = pause(plan, before, roundMs);
      if (isSlowed && !saidSlow && !plan.json)
        output.write(slownessLine(at, { everyMs: ms, roundMs }));
      saidSlow ||= isSlowed;
      const left = plan.deadline === null ? ms : Math.max(0, Math.min(ms, plan.deadline - now));
      await sleep(left, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (lost) output.warn(describeProblem(lost));
  else if (!watcher.status) output.warn(`${source.target}: interrupted before the first answer.`);
  return lost || !watcher.status ? exitStatus.unreadable : exitStatusOf(watcher.status);
}

/**
 * A saved state never changes: one reading says all. A host that is lost had something in transition
 * when it was last read, or this would have been its end.
 */
function isOver(
  source: Source,
  { untilSettled, deadline }: Plan,
  status: StatusDocument | null,
  now: number,
): boolean {
  if (!source.live) return true;
  if (deadline !== null && now >= deadline) return true;
  return untilSettled && status?.transitionState === 'none';
}

function pause(
  { interval }: Plan,
  status: StatusDocument | null,
  roundMs: number,
): ReturnType<typeof nextDelay> {
  return nextDelay(status?.transitionState !== 'none', roundMs, intervalsOf(interval));
}

/** Said once: that the host is asked more rarely than wished for. */
function slownessLine(at: string, pace: Parameters<typeof slownessText>[0]): string {
  return `${clockTime(at)}  read ${slownessText(pace)}\n`;
}
