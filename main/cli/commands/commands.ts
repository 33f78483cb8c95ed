/**
 * The one table of commands. The help, the parser, the hints for mistyped words and the packaged
 * program's own argument handling come from it, and it is plain data, so that other papers can.
 *
 * Who adds a command adds its record here; `run.ts` then does not compile until it has what runs it.
 */
import { themes, viewNames } from '../../../shared/api/choices';
import type { CommandRecord, OperandsRecord, ValuesOf } from './command';
import { helpOption, readingOptions } from './options';

/** Several are foreseen; a command says by `atMost` how many it can read by now. */
const oneTarget = {
  placeholder: 'TARGET',
  called: 'a target',
  atLeast: 1,
  atMost: 1,
} as const satisfies OperandsRecord;

const nothing = {
  placeholder: '',
  called: 'no arguments',
  atLeast: 0,
  atMost: 0,
} as const satisfies OperandsRecord;

const wrongUsage = { 64: 'wrong usage' } as const;

const statusExits = {
  0: 'settled',
  1: 'a transition is in progress, or its state is unknown',
  2: 'there is a finding of severity error',
} as const;

export const commands = {
  status: {
    summary: 'one reading, for people or as JSON',
    usage: '[OPTION...] TARGET',
    description: [
      'Reads the target once and prints what is applied, whether a transition runs, and what blocks it.',
      'Questions (host key, passphrase, password, code) are asked on the terminal only.',
    ],
    operands: oneTarget,
    options: {
      json: { help: 'the status document and nothing else on standard output' },
      ...readingOptions,
    },
    examples: ['klpscope status local', 'klpscope status ops@db1 --sudo --json'],
    exitStatuses: { ...statusExits, 3: 'the target could not be read', ...wrongUsage },
  },

  watch: {
    summary: 'a line for each change',
    usage: '[OPTION...] TARGET',
    description: [
      'Reads the target again and again and prints a line for each change, the state first. A recording is told at once, by its own times.',
    ],
    operands: oneTarget,
    options: {
      json: { help: 'JSON Lines: one event of klpscope/watch in each' },
      until: { value: 'settled', choices: ['settled'], help: 'ends when no transition runs' },
      for: { value: 'S', help: 'ends after S seconds' },
      interval: {
        value: 'S',
        default: '1 in a transition, 5 settled',
        help: 'seconds between two readings',
      },
      ...readingOptions,
    },
    examples: ['klpscope watch db1 --until settled', 'klpscope watch incident.klprec'],
    exitStatuses: { ...statusExits, 3: 'the host could not be read, or was lost', ...wrongUsage },
  },

  record: {
    summary: 'keeps what is read, sample by sample, in a file',
    usage: '[OPTION...] TARGET -o FILE.klprec',
    description: [
      'Reads the target again and again and keeps each sample, until interrupted. The file opens like any other target, also where the recording broke off. It holds what was read and no password or key; of a demo host it says so.',
    ],
    operands: oneTarget,
    options: {
      output: { short: 'o', value: 'FILE', help: 'the file to write' },
      duration: { value: 'S', help: 'ends after S seconds' },
      interval: {
        value: 'S',
        default: '1 in a transition, 5 settled',
        help: 'seconds between two samples',
      },
      overwrite: { help: 'replaces a file that is there already' },
      ...readingOptions,
    },
    examples: ['klpscope record db1 -o incident.klprec --duration 600'],
    exitStatuses: {
      0: 'done',
      3: 'the target could not be read or was lost at the end, or the file not be written',
      ...wrongUsage,
    },
  },

  'what-if': {
    summary: 'what would change if a livepatch were disabled, reversed, forced or replaced',
    usage: '[OPTION...] ACTION TARGET',
    description: [
      'Works out what an action would change, and which threads would block now: their stacks are looked through once. Nothing is tried.',
      'FILE of --replace-with has one function in a line: OBJECT:FUNCTION[,POSITION], or @NAME for all of a livepatch that is there. OBJECT is vmlinux or a module, POSITION counts symbols of that name from 1.',
    ],
    operands: oneTarget,
    options: {
      disable: { value: 'NAME', group: 'Actions, one of them', help: 'disable a livepatch' },
      reverse: {
        value: 'NAME',
        group: 'Actions, one of them',
        help: 'reverse the transition of a livepatch',
      },
      force: {
        value: 'NAME',
        group: 'Actions, one of them',
        help: 'force the transition of a livepatch',
      },
      'replace-with': {
        value: 'FILE',
        group: 'Actions, one of them',
        help: 'replace all by a livepatch with the functions that FILE lists; without such a file, by NAME of a livepatch that is there',
      },
      json: { help: 'the document klpscope/what-if on standard output' },
      ...readingOptions,
    },
    examples: [
      'klpscope what-if db1 --disable livepatch_a',
      'klpscope what-if db1 --replace-with functions.txt',
    ],
    exitStatuses: {
      0: 'done, also where the kernel would refuse',
      3: 'the target could not be read',
      ...wrongUsage,
    },
  },

  'forget-key': {
    summary: 'forgets the key of a host that was accepted in Klpscope',
    usage: 'NAME',
    description: [
      'Forgets the host keys that were accepted in Klpscope under this name: host, or [host]:port where the port is not 22. Keys in known_hosts stay; ssh-keygen -R removes those.',
    ],
    operands: { placeholder: 'NAME', called: 'the name of one host', atLeast: 1, atMost: 1 },
    options: helpOption,
    examples: ['klpscope forget-key db1', "klpscope forget-key '[db1]:2222'"],
    exitStatuses: {
      0: 'forgotten',
      3: 'no key was known under the name, or the file could not be changed',
      ...wrongUsage,
    },
  },

  'capture-script': {
    summary: "prints a shell script that saves a host's state into an archive",
    usage: '> capture.sh',
    description: [
      "Prints a POSIX sh script. Run as root on a host that can't be reached from here, it writes one archive beside itself, which opens here like any other target. It changes nothing on the host.",
      'Stacks are saved of the threads that block a transition. With --all-threads before the name of the archive they are saved of all threads, so that what-if can tell of the archive who would block; that takes a second for about a hundred threads.',
    ],
    operands: nothing,
    options: helpOption,
    examples: ['klpscope capture-script > capture.sh'],
    exitStatuses: { 0: 'done', ...wrongUsage },
  },

  'probe-script': {
    summary: 'prints the shell program that reads a live host',
    usage: '',
    description: [
      'Prints, with its comments, the POSIX sh program that Klpscope runs on a live host: over SSH, through sudo, and here for local. It opens files for reading only. It is sent without comments and indentation, and with a last line that starts it.',
    ],
    operands: nothing,
    options: helpOption,
    examples: ['klpscope probe-script | less'],
    exitStatuses: { 0: 'done', ...wrongUsage },
  },

  open: {
    summary: 'opens the window on these targets',
    usage: '[OPTION...] [TARGET...]',
    description: ['Opens the window on the targets; without one, on the start screen.'],
    operands: { placeholder: '[TARGET...]', called: 'targets', atLeast: 0, atMost: null },
    options: {
      view: {
        value: 'NAME',
        choices: viewNames,
        help: 'the view to show first',
      },
      theme: {
        value: 'NAME',
        choices: themes,
        default: 'as in the settings',
        help: 'for this run only',
      },
      size: {
        value: 'WIDTHxHEIGHT',
        default: 'as it was left',
        help: 'size of what the window shows, in pixels, as 1440x900',
      },
      screenshot: {
        value: 'FILE',
        help: 'writes a PNG picture once the first state is shown, and ends',
      },
      ...helpOption,
    },
    examples: [
      'klpscope open db1 db2',
      'klpscope open demo --view transition --theme dark --size 1440x900 --screenshot demo.png',
    ],
    exitStatuses: { 0: 'the window was closed', 3: 'there is no window here', ...wrongUsage },
  },
} as const satisfies Readonly<Record<string, CommandRecord>>;

export type CommandName = keyof typeof commands;
export type OptionValues<Name extends CommandName> = ValuesOf<(typeof commands)[Name]['options']>;

/** Words that are no targets either: commands that come with later versions. */
const plannedCommands: ReadonlySet<string> = new Set(['report', 'preflight', 'shadow', 'metrics']);

/** What may stand in a command's place and asks for help or the version. */
const generalWords: ReadonlySet<string> = new Set(['help', '--help', '-h', '--version']);

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

export function isPlanned(word: string): boolean {
  return plannedCommands.has(word);
}

/** Whether a first word is for the command line, and not a target or an option of the window. */
export function isOfCommandLine(word: string): boolean {
  return (isCommand(word) && word !== 'open') || isPlanned(word) || generalWords.has(word);
}
