/** Arguments of one command, read with commander as the table of commands says. */
import { Command, CommanderError, Option } from 'commander';
import { visible } from '../../../shared/base/text';
import type { UsageError } from '../outcome';
import type { CommandRecord, OperandsRecord, OptionRecord } from './command';
import { commands, type CommandName, type OptionValues } from './commands';

export interface Given<Name extends CommandName> {
  readonly values: OptionValues<Name>;
  readonly operands: readonly string[];
}

/** @param args what follows the command's name */
export function readArguments<Name extends CommandName>(
  name: Name,
  args: readonly string[],
): Given<Name> | UsageError {
  const record: CommandRecord = commands[name];
  const command = commanderOf(name, record);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { usage: sentenceOf(error), command: name };
    throw error;
  }
  const values = valuesOf(command);
  if (!isOfTable(name, values, args))
    return { usage: wrongValue(record, values, args) ?? '', command: name };
  const usage = values['help'] ? null : wrongCount(name, record.operands, command.args);
  return usage === null ? { values, operands: command.args } : { usage, command: name };
}

/** Commander's values are untyped; checked, their names and choices are those of the table. */
function isOfTable<Name extends CommandName>(
  name: Name,
  values: Readonly<Record<string, unknown>>,
  args: readonly string[],
): values is OptionValues<Name> & Readonly<Record<string, unknown>> {
  return values['help'] === true || wrongValue(commands[name], values, args) === null;
}

function commanderOf(name: string, { options, operands }: CommandRecord): Command {
  const command = new Command(name)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .helpOption(false)
    .allowExcessArguments();
  if (operands.atMost !== 0) command.argument('[operands...]');
  for (const [option, record] of Object.entries(options)) {
    command.addOption(commanderOption(option, record));
  }
  return command;
}

function commanderOption(name: string, { short, value, help }: OptionRecord): Option {
  const flags = `${short === undefined ? '' : `-${short}, `}--${name}`;
  return new Option(value === undefined ? flags : `${flags} <${value}>`, help);
}

/** Word that was probably meant in place of one that is no command; null: none is near enough. */
export function nearestCommand(word: string): string | null {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const name of Object.keys(commands)) program.command(name);
  try {
    program.parse([word], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return suggestionIn(error);
    throw error;
  }
  return null;
}

function valuesOf(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    command.options.map((option) => [
      option.name(),
      command.getOptionValue(option.attributeName()) as unknown,
    ]),
  );
}

function sentenceOf(error: CommanderError): string {
  const [, written = ''] = /'(.*)'/su.exec(error.message) ?? [];
  if (error.code === 'commander.optionMissingArgument') {
    return `${written.replace(/^-\w, /, '').split(' ')[0]} needs a value.`;
  }
  if (error.code !== 'commander.unknownOption') return visible(error.message);
  const meant = suggestionIn(error);
  const hint = meant === null ? '' : ` Did you mean ${meant}?`;
  return `${printable(written.split('=')[0] ?? '')} is not an option here.${hint}`;
}

/** Commander hints in its message alone. Of several words that are equally near it names all. */
function suggestionIn({ message }: CommanderError): string | null {
  const [, near] = /\(Did you mean (?:one of )?([^?]*)\?\)$/.exec(message) ?? [];
  return near?.replace(/, ([^,]*)$/, ' or $1') ?? null;
}

/** What begins with a dash is more likely an option whose neighbour was left out. */
function wrongValue(
  { options }: CommandRecord,
  values: Readonly<Record<string, unknown>>,
  args: readonly string[],
): string | null {
  for (const [name, { value: placeholder, choices }] of Object.entries(options)) {
    const value = values[name];
    if (placeholder === undefined || typeof value !== 'string') continue;
    const isAttached = args.includes(`--${name}=${value}`);
    if (value === '' || (/^-./su.test(value) && !isAttached)) {
      return `--${name} needs a value; one that begins with a dash is written --${name}=VALUE.`;
    }
    if (choices && !choices.includes(value)) return `--${name} ${inWords(choices)}.`;
  }
  return null;
}

/** `takes settled`; `is ssh2 or openssh`; `is system, light or dark`. */
function inWords(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  const others = choices.slice(0, -1);
  return others.length === 0 ? `takes ${last}` : `is ${others.join(', ')} or ${last}`;
}

function wrongCount(
  name: string,
  { called, atLeast, atMost }: OperandsRecord,
  { length }: readonly string[],
): string | null {
  if (atMost === 0) return length === 0 ? null : `${name} takes no arguments.`;
  if (length < atLeast) return `${name} needs ${called}.`;
  if (atMost === null || length <= atMost) return null;
  return `${name} takes ${called.replace(/^a /, 'one ')}, not ${length}.`;
}

/** Within a message, nothing of an argument may steer a terminal or fill it. */
function printable(text: string): string {
  return visible(text.slice(0, 200));
}
