/** `klpscope status`: one reading, printed for people or as JSON. */
import { parseArgs } from 'node:util';
import { parseTarget, type Target } from '../../shared/api/target';
import { problemHelp } from '../../shared/diagnosis/wording';
import type { Problem, Result } from '../../shared/readings/problem';
import { visible } from '../../shared/readings/text';
import { statusOf } from '../../shared/report/status';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { renderStatusText } from '../../shared/report/statusText';
import { openSource } from '../sources/source';
import type { Output } from './output';
import { exitStatus, statusHelp, type UsageError } from './usage';

interface StatusArguments {
  readonly json: boolean;
  /** Null: its help was asked for. */
  readonly target: Target | null;
  readonly log: string | undefined;
  readonly timeoutSeconds: number;
}

const defaultTimeoutSeconds = 60;

/** @returns the exit status of the contract */
export async function status(
  args: readonly string[],
  output: Output,
): Promise<number | UsageError> {
  const parsed = parse(args);
  if ('usage' in parsed) return parsed;
  if (parsed.target === null) {
    output.write(statusHelp);
    return exitStatus.settled;
  }
  const read = await readWithin(parsed.target, parsed.log, parsed.timeoutSeconds);
  if (!read.ok) {
    output.complain(describe(read.problem));
    return exitStatus.unreadable;
  }
  output.write(
    parsed.json
      ? `${JSON.stringify(read.value, null, 2)}\n`
      : renderStatusText(read.value, output.style),
  );
  return exitStatusOf(read.value);
}

function parse(args: readonly string[]): StatusArguments | UsageError {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        log: { type: 'string' },
        timeout: { type: 'string' },
      },
    });
  } catch (error) {
    return wrong(error instanceof Error ? firstSentence(error.message) : String(error));
  }
  const { values, positionals } = parsed;
  const [target, ...others] = positionals;
  const timeoutSeconds =
    values.timeout === undefined ? defaultTimeoutSeconds : Number(values.timeout);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 86_400)) {
    return wrong('--timeout takes a number of seconds above 0.');
  }
  const known = { json: values.json ?? false, log: values.log, timeoutSeconds };
  if (values.help) return { ...known, target: null };
  if (target === undefined) return wrong('status needs a target.');
  if (others.length > 0) return wrong(`status takes one target, not ${positionals.length}.`);
  const parsedTarget = parseTarget(target);
  return parsedTarget.ok
    ? { ...known, target: parsedTarget.value }
    : wrong(visible(parsedTarget.problem.message));
}

function wrong(usage: string): UsageError {
  return { usage, command: 'status' };
}

function firstSentence(message: string): string {
  return `${message.split('. ')[0]?.replace(/\.$/, '') ?? message}.`;
}

async function readWithin(
  target: Target,
  log: string | undefined,
  timeoutSeconds: number,
): Promise<Result<StatusDocument>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<StatusDocument>>((resolve) => {
    const message = `${target.text} could not be read within ${timeoutSeconds} s.`;
    const problem = { code: 'timeout', path: target.text, message } as const;
    timer = setTimeout(() => resolve({ ok: false, problem }), timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([read(target, log), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read(target: Target, log: string | undefined): Promise<Result<StatusDocument>> {
  const source = openSource(target, log === undefined ? {} : { log });
  if (!source.ok) return source;
  try {
    const sample = await source.value.sample();
    return sample.ok ? { ok: true, value: statusOf(sample.value) } : sample;
  } finally {
    source.value.close();
  }
}

function describe({ code, message }: Problem): string {
  return `${code}: ${visible(message)} ${problemHelp(code)}`;
}

/** The highest that applies: an error among the findings, then a transition, then settled. */
export function exitStatusOf({ findings, transitionState }: StatusDocument): number {
  if (findings.some(({ severity }) => severity === 'error')) return exitStatus.error;
  return transitionState === 'none' ? exitStatus.settled : exitStatus.transition;
}
