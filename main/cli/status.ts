/** `klpscope status`: one reading, printed for people or as JSON. */
import { jsonText } from '../../shared/base/text';
import { renderStatusText } from '../../shared/report/statusText';
import { describeProblem, exitStatusOf } from './outcome';
import type { Output } from './output';
import { readStatus } from './readStatus';
import { parseOptions, readTargetArguments, targetOptions } from './targetOptions';
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
  const read = await readStatus(wanted);
  if (!read.ok) {
    output.complain(describeProblem(read.problem));
    return exitStatus.unreadable;
  }
  output.write(
    values.json ? `${jsonText(read.value, 2)}\n` : renderStatusText(read.value, output.style),
  );
  return exitStatusOf(read.value);
}
