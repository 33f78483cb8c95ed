/** `klpscope watch` of a recording: all of its changes at once, by its own times. */
import { rebootProblem } from '../../shared/history/boot';
import type { Recording } from '../../shared/history/recording/recording';
import { Watcher } from '../../shared/history/watcher';
import { changeLine } from '../../shared/history/watchText';
import { succeed, type Result } from '../../shared/base/problem';
import { describeProblem, exitStatus, exitStatusOf } from './outcome';
import type { Output } from './output';

export interface ReplayPlan {
  readonly target: string;
  readonly json: boolean;
  readonly untilSettled: boolean;
  /** Of recorded time; null: to the end. */
  readonly seconds: number | null;
}

/** @returns the exit status as of `watch`, of the last state that was told */
export function replay(opened: Result<Recording>, output: Output, plan: ReplayPlan): number {
  if (!opened.ok) {
    output.warn(describeProblem(opened.problem));
    return exitStatus.unreadable;
  }
  const recording = opened.value;
  const watcher = new Watcher();
  const times = recording.times();
  const start = Date.parse(times[0] ?? '');
  for (const [index, at] of times.entries()) {
    const now = Date.parse(at);
    if (plan.seconds !== null && now - start > plan.seconds * 1000) break;
    const lost = recording.lostAt(index);
    for (const change of watcher.follow(
      lost ? { ok: false, problem: lost } : succeed(recording.readingsAt(index)),
      now,
    )) {
      output.write(changeLine(plan.target, at, change, plan.json));
    }
    if (plan.untilSettled && watcher.lostTransition) {
      output.warn(describeProblem(rebootProblem(watcher.lostTransition)));
      return exitStatus.unreadable;
    }
    if (plan.untilSettled && watcher.status?.transitionState === 'none') break;
  }
  for (const problem of recording.lines.problems) output.warn(describeProblem(problem));
  return watcher.isLost || !watcher.status ? exitStatus.unreadable : exitStatusOf(watcher.status);
}
