/** `klpscope status`: one reading, printed for people or as JSON. */
import { statusOf } from '../../shared/report/status';
import type { Result } from '../../shared/readings/problem';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { renderStatusText } from '../../shared/report/statusText';
import { openSource } from '../sources/source';
import { describeProblem, exitStatusOf } from './outcome';
import type { Output } from './output';
import {
  parseOptions,
  readTargetArguments,
  targetOptions,
  type TargetArguments,
} from './targetOptions';
import { exitStatus, statusHelp, type UsageError } from './usage';

/** @returns the exit status of the contract */
export async function status(
  args: readonly string[],
  output: Output,
): Promise<number | UsageError> {
  const parsed = parseOptions('status', args, targetOptions);
  if ('usage' in parsed) return parsed;
  const { values, positionals } = parsed;
  if (values.help) {
    output.write(statusHelp);
    return exitStatus.settled;
  }
  const wanted = readTargetArguments('status', positionals, values);
  if ('usage' in wanted) return wanted;
  const read = await readWithin(wanted);
  if (!read.ok) {
    output.complain(describeProblem(read.problem));
    return exitStatus.unreadable;
  }
  output.write(
    values.json
      ? `${JSON.stringify(read.value, null, 2)}\n`
      : renderStatusText(read.value, output.style),
  );
  return exitStatusOf(read.value);
}

async function readWithin(wanted: TargetArguments): Promise<Result<StatusDocument>> {
  const { target, timeoutSeconds } = wanted;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<StatusDocument>>((resolve) => {
    const message = `${target.text} could not be read within ${timeoutSeconds} s.`;
    const problem = { code: 'timeout', path: target.text, message } as const;
    timer = setTimeout(() => resolve({ ok: false, problem }), timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([read(wanted), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read({ target, options }: TargetArguments): Promise<Result<StatusDocument>> {
  const source = openSource(target, { ...options, demo: 'end' });
  if (!source.ok) return source;
  try {
    const sample = await source.value.sample();
    return sample.ok ? { ok: true, value: statusOf(sample.value) } : sample;
  } finally {
    source.value.close();
  }
}
