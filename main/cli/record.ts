/** `klpscope record`: keeps what is read of a target, sample by sample, in a file. */
import { existsSync } from 'node:fs';
import { rebootBetween } from '../../shared/history/boot';
import type { EndReason } from '../../shared/history/recording/format';
import type { Problem } from '../../shared/base/problem';
import { visible } from '../../shared/base/text';
import { buildState } from '../../shared/model/buildState';
import type { SystemState } from '../../shared/model/systemState';
import type { Readings } from '../../shared/readings/readings';
import { RecordingWriter } from '../sources/recording/recordingWriter';
import type { Source } from '../sources/source';
import type { Interruption } from './interruption';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, usageError, type UsageError } from './outcome';
import type { Output } from './output';
import { samplesOf, withSource, type SamplingPlan } from './samples';
import { secondsOf, type TargetArguments } from './targetOptions';

interface Plan extends SamplingPlan {
  readonly file: string;
  readonly overwrite: boolean;
}

/** @returns 0 done, 3 the target could not be read at its end or the file not be written */
export async function record(
  wanted: TargetArguments,
  values: OptionValues<'record'>,
  output: Output,
): Promise<number | UsageError> {
  const plan = planOf(values);
  if ('usage' in plan) return plan;
  return withSource(wanted, output, (source, interruption) =>
    source.recording
      ? Promise.resolve(usageError('record', `${visible(source.target)} is a recording already.`))
      : follow(source, output, plan, interruption),
  );
}

function planOf(values: OptionValues<'record'>): Plan | UsageError {
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
  interruption: Interruption,
): Promise<number> {
  let writer: RecordingWriter | null = null;
  let last: SystemState | null = null;
  const reboots = new Set<string>();
  let lost: Problem | null = null;
  let duration = 0;
  const isMoving = () => last !== null && last.transitionState !== 'none';
  for await (const { result, passed } of samplesOf(source, plan, interruption, isMoving)) {
    duration = passed;
    if (writer) {
      writer.add(
        result.ok ? result.value : result.problem,
        result.ok ? timeOf(result.value) : now(),
      );
    } else {
      if (!result.ok) {
        output.warn(describeProblem(result.problem));
        return exitStatus.unreadable;
      }
      const begun = RecordingWriter.begin(plan.file, result.value, timeOf(result.value), plan);
      // What helps against a problem of reading does not help here.
      if (!begun.ok) {
        output.warn(visible(begun.problem.message));
        return exitStatus.unreadable;
      }
      writer = begun.value;
    }
    if (result.ok) {
      const state: SystemState = buildState(result.value);
      const rebooted = last && rebootBetween(last, state);
      if (rebooted !== null) reboots.add(rebooted);
      last = state;
    }
    lost = result.ok ? null : result.problem;
    output.progress?.(progressText(writer, passed));
    if (writer.problem !== null || writer.isFull) break;
  }
  if (!writer) {
    output.warn(`${source.target}: interrupted before the first answer.`);
    return exitStatus.unreadable;
  }
  const reason = endReason(writer, interruption);
  writer.end(reason, now());
  output.progress?.(null);
  if (writer.problem) {
    output.warn(visible(writer.problem.message));
    return exitStatus.unreadable;
  }
  output.write(`${progressText(writer, duration)} in ${visible(plan.file)}\n`);
  if (reason === 'full') output.warn('The recording has reached its largest size.');
  for (const sentence of reboots) output.warn(sentence);
  if (lost) output.warn(describeProblem(lost));
  return lost ? exitStatus.unreadable : exitStatus.settled;
}

function endReason({ isFull }: RecordingWriter, { signal }: Interruption): EndReason {
  if (signal.aborted) return 'interrupted';
  return isFull ? 'full' : 'done';
}

/** The moment of a sample, as the source says; of a saved state, when it was recorded. */
function timeOf({ takenAt }: Readings): string {
  return takenAt ?? now();
}

function now(): string {
  return new Date().toISOString();
}

/** `12 samples in 34 s, 5.6 KiB`. */
function progressText({ moments, bytes }: RecordingWriter, ms: number): string {
  const samples = `${moments} ${moments === 1 ? 'sample' : 'samples'}`;
  return `${samples} in ${Math.round(ms / 1000)} s, ${(bytes / 1024).toFixed(1)} KiB`;
}
