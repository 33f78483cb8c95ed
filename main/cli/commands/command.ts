/** What the table of commands says of each of them. */

/** An option, under its name without dashes. */
export interface OptionRecord {
  /** The letter that stands for it as well. */
  readonly short?: string;
  /** Placeholder of its value; without one it takes no value. */
  readonly value?: string;
  /** The only values that it takes; without it, any. */
  readonly choices?: readonly string[];
  /** What holds without it, in words; it is for people only. */
  readonly default?: string;
  /** Title of the group under which the help lists it; without it, `Options`. */
  readonly group?: string;
  readonly help: string;
}

export interface OperandsRecord {
  readonly placeholder: string;
  /** What they are, in error messages: `a target`, `the name of one host`. */
  readonly called: string;
  readonly atLeast: 0 | 1;
  /** How many this version can take; null: any number. A command with 0 takes none. */
  readonly atMost: 0 | 1 | null;
}

/** One command: all that the help, the argument handling and other papers need to know of it. */
export interface CommandRecord {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows `klpscope NAME` in its usage line. */
  readonly usage: string;
  /** Paragraphs, unwrapped. */
  readonly description: readonly string[];
  readonly operands: OperandsRecord;
  readonly options: Readonly<Record<string, OptionRecord>>;
  readonly examples: readonly string[];
  /** Meaning of each status with which it ends. */
  readonly exitStatuses: Readonly<Record<number, string>>;
}

/** The values that were given for some options, under the options' names. */
export type ValuesOf<Options extends CommandRecord['options']> = {
  readonly [Name in keyof Options]?: ValueOf<Options[Name]> | undefined;
};

type ValueOf<Option> = Option extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Option extends { readonly value: string }
    ? string
    : boolean;
