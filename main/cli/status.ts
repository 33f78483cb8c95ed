/** `klpscope status`: one reading, printed for people or as JSON. */
import { jsonText } from '../../shared/base/text';
import { renderStatusText } from '../../shared/report/statusText';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, exitStatusOf } from './outcome';
import type { Output } from './output';
import { readStatus } from './readStatus';
import type { TargetArguments } from './targetOptions';

/** @returns the exit status of the contract */
export async function status(
  wanted: TargetArguments,
  { json }: OptionValues<'status'>,
  output: Output,
): Promise<number> {
  const read = await readStatus(wanted);
  if (!read.ok) {
    output.warn(describeProblem(read.problem));
    return exitStatus.unreadable;
  }
  output.write(json ? `${jsonText(read.value, 2)}\n` : renderStatusText(read.value, output.style));
  return exitStatusOf(read.value);
}
