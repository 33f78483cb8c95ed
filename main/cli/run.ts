/** The command line: which command was meant, and how it ended. */
import { version } from '../../package.json';
import { parseTarget } from '../../shared/api/target';
import { captureScript } from '../probe/program/captureScript';
import { forgetKey } from './forgetKey';
import { open } from './open';
import { processOutput, type Output } from './output';
import { record } from './record';
import { status } from './status';
import { captureScriptHelp, exitStatus, generalHelp, type UsageError } from './usage';
import { watch } from './watch';
import { whatIfCommand } from './whatIf';

/** @returns the exit status */
export async function run(
  args: readonly string[],
  output: Output = processOutput(),
): Promise<number> {
  const outcome = await dispatch(args, output);
  if (typeof outcome === 'number') return outcome;
  const help = outcome.command === null ? 'klpscope --help' : `klpscope ${outcome.command} --help`;
  output.complain(`${outcome.usage} Try ${help}.`);
  return exitStatus.usage;
}

async function dispatch(
  [command, ...rest]: readonly string[],
  output: Output,
): Promise<number | UsageError> {
  switch (command) {
    case 'status':
      return status(rest, output);
    case 'watch':
      return watch(rest, output);
    case 'record':
      return record(rest, output);
    case 'what-if':
      return whatIfCommand(rest, output);
    case 'forget-key':
      return forgetKey(rest, output);
    case 'capture-script':
      return printCaptureScript(rest, output);
    case 'open':
      return open(rest, output);
    case undefined:
      return open([], output);
    case '--help':
    case '-h':
    case 'help':
      output.write(generalHelp);
      return exitStatus.settled;
    case '--version':
      output.write(`klpscope ${version}\n`);
      return exitStatus.settled;
    default:
      return (await isTarget(command)) ? open([command, ...rest], output) : unknown(command);
  }
}

function printCaptureScript(args: readonly string[], output: Output): number | UsageError {
  const [first] = args;
  if (first === '--help' || first === '-h') output.write(captureScriptHelp);
  else if (first === undefined) output.write(captureScript);
  else return { usage: 'capture-script takes no arguments.', command: 'capture-script' };
  return exitStatus.settled;
}

/**
 * Whether a first word that is no command names a target. A bare word that is no host of ssh's
 * configuration is taken for a mistyped command.
 */
async function isTarget(word: string): Promise<boolean> {
  const target = parseTarget(word);
  if (!target.ok) return false;
  if (target.value.kind !== 'ssh' || /[@.:]/.test(word)) return true;
  const { configuredHosts } = await import('../ssh/config/config');
  return configuredHosts().includes(word);
}

/** Commands of the contract that come with later versions. */
const planned = new Set(['report', 'preflight', 'shadow', 'metrics', 'capture-script']);

function unknown(command: string): UsageError {
  if (planned.has(command)) return { usage: `${command} is not in this version.`, command: null };
  if (command.startsWith('-')) return { usage: `${command} is not an option.`, command: null };
  return { usage: `${command} is not a command.`, command: null };
}
