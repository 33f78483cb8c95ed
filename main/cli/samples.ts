/** A target's samples one after the other, for the commands that follow it: watch and record. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { intervalsOf, nextDelay } from '../probe/pollingPlan';
import { openSource } from '../sources/openSource';
import type { Source } from '../sources/source';
import { untilInterrupted, type Interruption } from './interruption';
import { describeProblem, exitStatus, type UsageError } from './outcome';
import type { Output } from './output';
import type { TargetArguments } from './targetOptions';

/** Opens a target and follows it; it is closed in any case. An interruption ends it in its own way. */
export async function withSource(
  { target, options }: TargetArguments,
  output: Output,
  follow: (source: Source, interruption: Interruption) => Promise<number | UsageError>,
): Promise<number | UsageError> {
  const source = openSource(target, options);
  if (!source.ok) {
    output.warn(describeProblem(source.problem));
    return exitStatus.unreadable;
  }
  try {
    return await untilInterrupted((interruption) => follow(source.value, interruption));
  } finally {
    source.value.close();
  }
}

export interface SamplingPlan {
  /** Milliseconds of a clock that doesn't jump; null: without end. */
  readonly duration: number | null;
  /** Milliseconds; null: by the state. */
  readonly interval: number | null;
}

export interface Sample {
  readonly result: Result<Readings>;
  /** Milliseconds since the first one was asked for, by a clock that doesn't jump. */
  readonly passed: number;
}

export type Pace = ReturnType<typeof nextDelay> & { readonly roundMs: number };

/**
 * Takes samples until the duration is over, at once for a saved state, which never changes, or until
 * the interruption, which does not wait for a host that does not answer.
 *
 * @param isMoving whether a transition runs, as far as is known from the last sample
 * @param onPace is told how long the next one is waited for
 */
export async function* samplesOf(
  source: Source,
  { duration, interval }: SamplingPlan,
  { signal, stopped }: Interruption,
  isMoving: () => boolean,
  onPace: (pace: Pace) => void = () => undefined,
): AsyncGenerator<Sample, void> {
  const start = performance.now();
  const passed = () => performance.now() - start;
  for (;;) {
    const before = passed();
    const result = await Promise.race([source.sample(), stopped]);
    if (!result) return;
    const after = passed();
    yield { result, passed: after };
    if (!source.live || (duration !== null && after >= duration)) return;
    const roundMs = source.roundMs ?? 0;
    const pace = nextDelay(isMoving(), roundMs, intervalsOf(interval));
    onPace({ ...pace, roundMs });
    // The interval is from one beginning to the next, except where the host needs rest.
    const rest = pace.isSlowed ? pace.ms : pace.ms - (after - before);
    const left = duration === null ? rest : Math.min(rest, duration - passed());
    await sleep(Math.max(0, left), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}
