/** `klpscope record`: keeps what is read of a target, sample by sample, in a file. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndReason } from '../../shared/history/recording/format';
import { visible } from '../../shared/base/text';
import { buildState } from '../../shared/model/buildState';
import type { Readings } from '../../shared/readings/readings';
import { intervalsOf, nextDelay } from '../probe/pollingPlan';
import { RecordingWriter } from '../sources/recording/recordingWriter';
import { type Source } from '../sources/source';
import { openSource } from '../sources/openSource';
import { untilInterrupted, type Interruption } from './interruption';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, usageError, type UsageError } from './outcome';
import type { Output } from './output';
import { secondsOf, type TargetArguments } from './targetOptions';

interface Plan {
  readonly file: string;
  readonly overwrite: boolean;
  /** Milliseconds; null: until interrupted. */
  readonly duration: number | null;
  /** Milliseconds; null: by the state. */
  readonly interval: number | null;
}

/** @returns 0 done, 3 the target could not be read at its end or the file not be written */
export async function record(
  wanted: TargetArguments,
  values: OptionValues<'record'>,
  output: Output,
): Promise<number | UsageError> {
  const plan = planOf(wanted, values);
  if ('usage' in plan) return plan;
  const source = openSource(wanted.target, wanted.options);
  if (!source.ok) {
    output.warn(describeProblem(source.problem));
    return exitStatus.unreadable;
  }
  try {
    return await untilInterrupted((interruption) =>
      follow(source.value, output, plan, interruption),
    );
  } finally {
    source.value.close();
  }
}

function planOf({ target }: TargetArguments, values: OptionValues<'record'>): Plan | UsageError {
  const { output: file, overwrite = false } = values;
  const duration = secondsOf(values.duration);
  const interval = secondsOf(values.interval);
  if (Number.isNaN(duration) || Number.isNaN(interval)) {
    return usageError('record', '--duration and --interval take a number of seconds above 0.');
  }
  if (file === undefined) return usageError('record', 'record needs a file: -o FILE.klprec.');
  if (!/\.klprec$/i.test(file)) {
    return usageError('record', `-o ${visible(file)}: a recording’s name ends in .klprec.`);
  }
  if (target.kind === 'recording') {
    return usageError('record', `${visible(target.text)} is a recording already.`);
  }
  if (!overwrite && existsSync(file)) {
    return usageError('record', `${visible(file)} is there already; --overwrite replaces it.`);
  }
  return {
    file,
    overwrite,
    duration: duration === null ? null : duration * 1000,
    interval: interval === null ? null : interval * 1000,
  };
}

async function follow(
  source: Source,
  output: Output,
  plan: Plan,
  { signal: interrupted, stopped }: Interruption,
): Promise<number> {
  // The time of day may be set at any moment; how long it takes goes by a clock that doesn't jump.
  const start = performance.now();
  const passed = () => performance.now() - start;
  const first = await Promise.race([source.sample(), stopped]);
  if (!first) {
    output.warn(`${source.target}: interrupted before the first answer.`);
    return exitStatus.unreadable;
  }
  if (!first.ok) {
    output.warn(describeProblem(first.problem));
    return exitStatus.unreadable;
  }
  const begun = RecordingWriter.begin(plan.file, first.value, timeOf(first.value), plan);
  // What helps against a problem of reading does not help here.
  if (!begun.ok) {
    output.warn(visible(begun.problem.message));
    return exitStatus.unreadable;
  }
  const writer = begun.value;
  let last = first.value;
  let lost = null;
  let reason: EndReason | null = source.live ? null : 'done';
  while (reason === null && !writer.problem) {
    output.progress?.(progressText(writer, passed()));
    const left = plan.duration === null ? Infinity : plan.duration - passed();
    await sleep(Math.max(0, Math.min(pause(source, plan, last), left)), null, {
      signal: interrupted,
    }).catch(() => undefined);
    if (interrupted.aborted) {
      reason = 'interrupted';
      break;
    }
    const sample = await Promise.race([source.sample(), stopped]);
    if (!sample) {
      reason = 'interrupted';
      break;
    }
    if (sample.ok) last = sample.value;
    lost = sample.ok ? null : sample.problem;
    writer.add(sample.ok ? sample.value : sample.problem, sample.ok ? timeOf(sample.value) : now());
    if (plan.duration !== null && passed() >= plan.duration) reason = 'done';
    else if (writer.isFull) reason = 'full';
  }
  writer.end(reason ?? 'interrupted', now());
  output.progress?.(null);
  if (writer.problem) {
    output.warn(visible(writer.problem.message));
    return exitStatus.unreadable;
  }
  output.write(`${progressText(writer, passed())} in ${visible(plan.file)}\n`);
  if (reason === 'full') output.warn('The recording has reached its largest size.');
  if (lost) output.warn(describeProblem(lost));
  return lost ? exitStatus.unreadable : exitStatus.settled;
}

/** The moment of a sample, as the source says; of a saved state, when it was recorded. */
function timeOf({ takenAt }: Readings): string {
  return takenAt ?? now();
}

function now(): string {
  return new Date().toISOString();
}

function pause(source: Source, { interval }: Plan, last: Readings): number {
  const isMoving = buildState(last).transitionState !== 'none';
  return nextDelay(isMoving, source.roundMs ?? 0, intervalsOf(interval)).ms;
}

/** `12 samples in 34 s, 5.6 KiB`. */
function progressText({ moments, bytes }: RecordingWriter, ms: number): string {
  const samples = `${moments} ${moments === 1 ? 'sample' : 'samples'}`;
  return `${samples} in ${Math.round(ms / 1000)} s, ${(bytes / 1024).toFixed(1)} KiB`;
}
