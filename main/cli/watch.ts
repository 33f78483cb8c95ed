/** `klpscope watch`: a line for each change, until it is settled, for a time, or until interrupted. */
import { rebootProblem } from '../../shared/history/boot';
import type { Change } from '../../shared/history/change';
import { Watcher } from '../../shared/history/watcher';
import { changeLine } from '../../shared/history/watchText';
import type { Source } from '../sources/source';
import type { Problem } from '../../shared/base/problem';
import type { Interruption } from './interruption';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, exitStatusOf, usageError, type UsageError } from './outcome';
import type { Output } from './output';
import { replay } from './replay';
import { samplesOf, withSource, type Pace, type SamplingPlan } from './samples';
import { secondsOf, type TargetArguments } from './targetOptions';

interface Plan extends SamplingPlan {
  readonly json: boolean;
  readonly untilSettled: boolean;
}

/**
 * @returns the exit status of the last state; 3 where the host is lost and stays so to the end, or was
 *   to settle and was booted again amid a transition: nobody knows whether that completed
 */
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
  const shown = { json: values.json ?? false, untilSettled: values.until === 'settled' };
  return withSource(wanted, output, async (source, interruption) => {
    const recording = await source.recording?.();
    if (recording) return replay(recording, output, { target: source.target, ...shown, seconds });
    const plan: Plan = {
      ...shown,
      duration: seconds === null ? null : seconds * 1000,
      interval: interval === null ? null : interval * 1000,
    };
    return follow(source, output, plan, interruption);
  });
}

async function follow(
  source: Source,
  output: Output,
  plan: Plan,
  interruption: Interruption,
): Promise<number> {
  const watcher = new Watcher();
  const isMoving = () => watcher.status?.transitionState !== 'none';
  let lost: Problem | null = null;
  let saidSlow = false;
  const onPace = (pace: Pace): void => {
    if (pace.isSlowed && !saidSlow) {
      output.write(changeLine(source.target, new Date().toISOString(), slowed(pace), plan.json));
    }
    saidSlow ||= pace.isSlowed;
  };
  for await (const { result } of samplesOf(source, plan, interruption, isMoving, onPace)) {
    if (!result.ok && !watcher.status) {
      output.warn(describeProblem(result.problem));
      return exitStatus.unreadable;
    }
    lost = result.ok ? null : result.problem;
    const at = new Date().toISOString();
    for (const change of watcher.follow(result, performance.now(), source.waitsForHuman)) {
      output.write(changeLine(source.target, at, change, plan.json));
    }
    if (plan.untilSettled && watcher.lostTransition) {
      output.warn(describeProblem(rebootProblem(watcher.lostTransition)));
      return exitStatus.unreadable;
    }
    // A host that is lost had something in transition when it was last read, or this had been its end.
    if (plan.untilSettled && !isMoving()) break;
  }
  if (lost) output.warn(describeProblem(lost));
  else if (!watcher.status) output.warn(`${source.target}: interrupted before the first answer.`);
  return lost || !watcher.status ? exitStatus.unreadable : exitStatusOf(watcher.status);
}

/** Said once: that the host is asked more rarely than wished for. */
function slowed({ ms, roundMs }: Pace): Change {
  const pace = { everySeconds: seconds(ms), roundSeconds: seconds(roundMs) };
  return { event: 'slowed', subject: null, pace };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
