/**
 * Every option of every command, as the table has them, through the arguments of the application's own
 * program and from there through the command line: each arrives where it belongs.
 */
import { describe, expect, it } from 'vitest';
import type { CommandRecord, OptionRecord } from '../cli/commands/command';
import { commands, isCommand, type CommandName } from '../cli/commands/commands';
import { readArguments } from '../cli/commands/parser';
import { run, type Runners } from '../cli/run';
import { readInvocation } from './argv';

const table = Object.keys(commands)
  .filter(isCommand)
  .map((name): readonly [CommandName, CommandRecord] => [name, commands[name]]);

/** How Chromium, its test drivers and the program itself put their switches in front. */
const inFront = [
  '--ozone-platform=headless',
  '--disable-gpu',
  '--log-level=3',
  '--no-sandbox',
  '--inspect=0',
  '--remote-debugging-port=0',
  '--user-data-dir=/tmp/profile',
  '--enable-features=UseOzonePlatform',
  '--force-device-scale-factor=2',
];

/** Values that look like what they must not be taken for. */
function valuesFor(name: string, { choices }: OptionRecord): readonly string[] {
  if (choices) return choices;
  if (name === 'size') return ['900x700'];
  return ['lp', 'db1', 'status', 'force', 'a=b', 'livepatch_no-sandbox'];
}

function spellings(
  name: string,
  option: OptionRecord,
): (readonly [readonly string[], string | true])[] {
  const letter = option.short === undefined ? [] : [`-${option.short}`];
  if (option.value === undefined) return [`--${name}`, ...letter].map((flag) => [[flag], true]);
  return valuesFor(name, option).flatMap((value): (readonly [readonly string[], string])[] => [
    [[`--${name}`, value], value],
    [[`--${name}=${value}`], value],
    ...letter.map((flag) => [[flag, value], value] as const),
  ]);
}

const operandsOf = ({ operands }: CommandRecord) => (operands.atLeast === 0 ? [] : ['db1']);

const cases = table.flatMap(([command, record]) =>
  Object.entries(record.options).flatMap(([name, option]) =>
    spellings(name, option).flatMap(([written, value]) => {
      const operands = operandsOf(record);
      const orders = [
        [...written, ...operands],
        [...operands, ...written],
      ];
      return orders.map((args) => ({ command, name, value, operands, args: [command, ...args] }));
    }),
  ),
);

/** Runners that note what reaches them, and do nothing. */
function noting() {
  const seen: { name: string; values: object; operands: readonly string[] }[] = [];
  const note =
    (name: string) =>
    ({ values, operands }: { values: object; operands: readonly string[] }) => {
      seen.push({ name, values, operands });
      return 0;
    };
  const runners: Runners = {
    status: note('status'),
    watch: note('watch'),
    record: note('record'),
    'what-if': note('what-if'),
    'forget-key': note('forget-key'),
    'capture-script': note('capture-script'),
    'probe-script': note('probe-script'),
    open: note('open'),
  };
  return { seen, runners };
}

async function commandLine(args: readonly string[]) {
  const { seen, runners } = noting();
  const printed = { out: '', warnings: [] as string[] };
  const output = {
    style: { width: 100, colour: false, unicode: true },
    write: (text: string) => void (printed.out += text),
    warn: (line: string) => void printed.warnings.push(line),
  };
  const status = await run(args, output, runners);
  return { status, seen, ...printed };
}

function valueOf(values: object, name: string): unknown {
  return Object.entries(values).find(([key]) => key === name)?.[1];
}

/** What the application's own program makes of one option of `open`. */
function windowWith(name: string, value: string | true, targets: readonly string[]): object {
  if (name === 'help') return { kind: 'command', args: ['open', '--help'] };
  const none = { screenshot: null, theme: null, size: null, view: null };
  const shown = name === 'size' ? { width: 900, height: 700 } : value;
  return { kind: 'window', request: { ...none, targets, [name]: shown } };
}

it('there are options to try, of every command', () => {
  expect(new Set(cases.map(({ command }) => command))).toEqual(new Set(Object.keys(commands)));
  expect(cases.length).toBeGreaterThan(300);
});

describe.each(table.map(([command]) => command))('%s', (command) => {
  const own = cases.filter((one) => one.command === command);

  it('gets each option from the command line', async () => {
    for (const { args, name, value, operands } of own) {
      const { status, seen, out, warnings } = await commandLine(args);
      expect({ args, status, warnings }).toEqual({ args, status: 0, warnings: [] });
      const reached = seen.map((one) => [one.name, one.operands, valueOf(one.values, name)]);
      expect({ args, reached }).toEqual({
        args,
        reached: name === 'help' ? [] : [[command, operands, value]],
      });
      expect(out.startsWith(`Usage: klpscope ${command}`)).toBe(name === 'help');
    }
  });

  it("gets each option from the application's own program", () => {
    for (const { args, name, value, operands } of own) {
      const invocation = readInvocation([...inFront, ...args]);
      expect(invocation).toEqual(
        command === 'open' ? windowWith(name, value, operands) : { kind: 'command', args },
      );
    }
  });

  it("gets no switch of Chromium's that a driver or a wrapper puts behind it", () => {
    for (const { args } of own) {
      const behind = [...args, '--no-sandbox', '--inspect=0', '--ozone-platform=headless'];
      expect(readInvocation(behind)).toEqual(readInvocation(args));
    }
  });
});

describe("our own are never taken for Chromium's", () => {
  it.each([
    ['what-if', 'HOST', '--disable', 'lp'],
    ['what-if', '--force', 'lp', 'HOST'],
    ['status', 'T', '--log', 'FILE'],
    ['forget-key', 'db1'],
    ['forget-key', '[db1]:2222'],
    ['record', 'T', '-o', 'x.klprec', '--log=FILE'],
    ['status', 'T', '--log', '--no-sandbox'],
    ['what-if', 'HOST', '--disable', '--no-sandbox'],
    ['status', '--', '--no-sandbox'],
    ['status', 'T', '--log-file', 'FILE'],
    ['what-if', 'T', '--disable-livepatch', 'lp'],
    ['probe-script'],
    ['help', 'what-if'],
    ['-h'],
  ])('%s %s %s %s', (...args) => {
    expect(readInvocation(args)).toEqual({ kind: 'command', args });
  });

  it('and no option of ours alone is one', () => {
    for (const [, { options }] of table) {
      for (const name of Object.keys(options)) {
        if (name === 'help') continue;
        const invocation = readInvocation([`--${name}=x`]);
        expect(invocation.kind === 'wrong' || name === 'screenshot').toBe(true);
      }
    }
  });
});

it('every command that is there is known by its first word', () => {
  for (const [name] of table) {
    expect(isCommand(name)).toBe(true);
    expect(readInvocation([name, '--help'])).toEqual({ kind: 'command', args: [name, '--help'] });
  }
  for (const word of ['constructor', 'toString', '__proto__']) expect(isCommand(word)).toBe(false);
});

it('what one program refuses the other refuses too, with a hint', () => {
  expect(readArguments('status', ['T', '--jsn'])).toMatchObject({
    usage: expect.stringContaining('Did you mean --json?'),
  });
  expect(readInvocation(['T', '--themes', 'dark'])).toMatchObject({
    kind: 'wrong',
    message: expect.stringContaining('Did you mean --theme?'),
  });
});
