/** The command line: which command was meant, and how it ended. */
import { version } from '../../package.json';
import { parseTarget } from '../../shared/api/target';
import { targetTraits } from '../../shared/api/targetTraits';
import { visible } from '../../shared/base/text';
import { configuredHosts } from '../ssh/config/configuredHosts';
import { captureScript } from '../probe/program/captureScript';
import { probeText } from '../probe/program/probeText';
import { isCommand, isPlanned, type CommandName, type OptionValues } from './commands/commands';
import { withoutForeign } from './commands/foreignSwitches';
import { commandHelp, generalHelp } from './commands/help';
import { nearestCommand, readArguments, type Given } from './commands/parser';
import { forgetKey } from './forgetKey';
import { open } from './open';
import { describeProblem, exitStatus, type UsageError } from './outcome';
import { processOutput, type Output } from './output';
import { record } from './record';
import { withInput } from './standardInput';
import { status } from './status';
import { readTargetArguments, type TargetArguments } from './targetOptions';
import { watch } from './watch';
import { whatIfCommand } from './whatIf';

type Outcome = number | UsageError | Promise<number | UsageError>;

type Runner<Name extends CommandName> = (
  given: Given<Name>,
  output: Output,
  /** As they were written. */
  args: readonly string[],
) => Outcome;

/** What runs each command of the table. */
export type Runners = { readonly [Name in CommandName]: Runner<Name> };

const ownRunners: Runners = {
  status: reading('status', status),
  watch: reading('watch', watch),
  record: reading('record', record),
  'what-if': reading('what-if', whatIfCommand),
  'forget-key': ({ operands }, output) => forgetKey(operands, output),
  'capture-script': (_given, output) => print(captureScript, output),
  'probe-script': (_given, output) => print(probeText, output),
  open: (_given, output, args) => open(args, output),
};

/** @returns the exit status */
export async function run(
  args: readonly string[],
  output: Output = processOutput(),
  runners = ownRunners,
): Promise<number> {
  const outcome = await dispatch(args, output, runners);
  if (typeof outcome === 'number') return outcome;
  const help = outcome.command === null ? 'klpscope --help' : `klpscope ${outcome.command} --help`;
  output.warn(`${outcome.usage} Try ${help}.`);
  return exitStatus.usage;
}

async function dispatch(
  args: readonly string[],
  output: Output,
  runners: Runners,
): Promise<number | UsageError> {
  const [first, ...rest] = args;
  if (first === undefined) return runCommand('open', [], output, runners);
  if (isCommand(first)) return runCommand(first, rest, output, runners);
  if (first === '--help' || first === '-h' || first === 'help') {
    const [about] = rest;
    const isKnown = about !== undefined && isCommand(about);
    return print(
      isKnown ? commandHelp(about, output.style.width) : generalHelp(output.style.width),
      output,
    );
  }
  if (first === '--version') return print(`klpscope ${version}\n`, output);
  return isTarget(first) ? runCommand('open', args, output, runners) : unknown(first);
}

function runCommand<Name extends CommandName>(
  name: Name,
  args: readonly string[],
  output: Output,
  runners: { readonly [Own in Name]: Runner<Own> },
): Outcome {
  // What is Chromium's goes on to the window, which is the only one to have any.
  const given = readArguments(name, name === 'open' ? withoutForeign(name, args) : args);
  if ('usage' in given) return given;
  const { help }: { readonly help?: boolean | undefined } = given.values;
  return help
    ? print(commandHelp(name, output.style.width), output)
    : runners[name](given, output, args);
}

/** What all commands have in common that read a target. */
function reading<Name extends 'status' | 'watch' | 'record' | 'what-if'>(
  name: Name,
  read: (wanted: TargetArguments, values: OptionValues<Name>, output: Output) => Outcome,
): Runner<Name> {
  return async ({ values, operands }, output) => {
    const named = readTargetArguments(name, operands, values);
    if ('usage' in named) return named;
    if (named.note !== null) output.warn(named.note);
    const wanted = await withInput(name, named);
    if ('usage' in wanted) return wanted;
    if (wanted.ok) {
      const options = { ...wanted.value.options, onSurprise: (line: string) => output.warn(line) };
      return read({ ...wanted.value, options }, values, output);
    }
    output.warn(describeProblem(wanted.problem));
    return exitStatus.unreadable;
  };
}

function print(text: string, output: Output): number {
  output.write(text);
  return exitStatus.settled;
}

/**
 * Whether a first word that is no command names a target. A bare word that is no host of ssh's
 * configuration is taken for a mistyped command.
 */
function isTarget(word: string): boolean {
  const target = parseTarget(word);
  if (!target.ok) return false;
  if (targetTraits[target.value.kind].reached !== 'ssh' || /[@.:]/.test(word)) return true;
  return configuredHosts().includes(word);
}

function unknown(word: string): UsageError {
  const shown = visible(word.slice(0, 200));
  if (isPlanned(word)) return { usage: `${shown} is not in this version.`, command: null };
  if (word.startsWith('-')) return { usage: `${shown} is not an option.`, command: null };
  const meant = nearestCommand(word);
  const hint = meant === null ? '' : ` Did you mean ${meant}?`;
  return { usage: `${shown} is not a command.${hint}`, command: null };
}
