/** The help texts, made of the table of commands. */
import { Help } from 'commander';
import { targetTraits } from '../../../shared/api/targetTraits';
import type { CommandRecord } from './command';
import { commands, type CommandName } from './commands';

/** Columns that a text takes at most, however wide the terminal is. */
const widest = 100;

const targetForms = Object.values(targetTraits).flatMap(({ forms }) => forms);

type Rows = readonly (readonly [term: string, description: string])[];

/** @param width columns of the place where it is shown */
export function commandHelp(name: CommandName, width: number): string {
  const record: CommandRecord = commands[name];
  const text = layoutFor(width);
  return joined([
    text.paragraph(`Usage: klpscope ${name} ${record.usage}`.trimEnd()),
    ...record.description.map((paragraph) => text.paragraph(paragraph)),
    ...optionGroups(record).map(([title, rows]) => text.list(title, rows)),
    text.list(
      'Examples',
      record.examples.map((example) => [example, '']),
    ),
    exitStatusList(record),
  ]);
}

/** @param width columns of the place where it is shown */
export function generalHelp(width: number): string {
  const text = layoutFor(width);
  return joined([
    text.paragraph(
      'Klpscope shows the kernel livepatch state of a Linux host. It never writes to one.',
    ),
    text.paragraph('Usage: klpscope COMMAND [OPTION...] TARGET'),
    text.list(
      'Commands',
      Object.entries<CommandRecord>(commands).map(([name, { operands, summary }]) => [
        `${name} ${operands.placeholder}`.trimEnd(),
        summary,
      ]),
    ),
    text.list('A TARGET is', targetForms),
    text.list('Options', [
      ['--help', "this text, or a command's own with COMMAND --help"],
      ['--version', 'the version'],
    ]),
  ]);
}

function optionGroups({ options }: CommandRecord): [title: string, rows: Rows][] {
  const groups = new Map<string, [string, string][]>();
  for (const [name, { short, value, default: absent, choices, group, help }] of Object.entries(
    options,
  )) {
    const letter = short === undefined ? '' : `-${short}, `;
    const term = `${letter}--${name}${value === undefined ? '' : ` ${value}`}`;
    const more = [
      ...(choices && choices.length > 1 && !choices.every((choice) => help.includes(choice))
        ? [`one of ${choices.join(', ')}`]
        : []),
      ...(absent === undefined ? [] : [`default ${absent}`]),
    ];
    const rows = groups.get(group ?? 'Options') ?? [];
    rows.push([term, more.length === 0 ? help : `${help} (${more.join('; ')})`]);
    groups.set(group ?? 'Options', rows);
  }
  return [...groups];
}

/** Commander's layout of terms and texts, for a place of some columns. */
function layoutFor(width: number) {
  const help = new Help();
  const columns = Math.min(width, widest);
  help.prepareContext({ helpWidth: columns });
  return {
    paragraph: (text: string) => help.boxWrap(text, columns),
    list(title: string, rows: Rows): string {
      const termWidth = Math.max(...rows.map(([term]) => term.length));
      const lines = rows.map(([term, text]) => help.formatItem(term, termWidth, text, help));
      return [`${title}:`, ...lines].join('\n');
    },
  };
}

function exitStatusList({ exitStatuses }: CommandRecord): string {
  const lines = Object.entries(exitStatuses).map(([code, text]) => `  ${code.padEnd(2)} ${text}`);
  return ['Exit status:', ...lines].join('\n');
}

function joined(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
