/** Where the command line prints, and what that place can show. */
import type { TextStyle } from '../../shared/report/statusText';

export interface Output {
  readonly style: TextStyle;
  write(text: string): void;
  /** One line on standard error. */
  warn(line: string): void;
  /** How far a long command is, in place of what it said before; null: nothing more. Only on terminals. */
  progress?(text: string | null): void;
}

/** Columns where nothing tells: of a pipe or a file. */
const plainWidth = 100;

/** Standard output and standard error of this process. */
export function processOutput(): Output {
  return {
    style: {
      width: widthOf(process.stdout.columns),
      colour: wantsColour(process.env, process.stdout.isTTY),
      unicode: isUnicode(process.env),
    },
    write: (text) => void process.stdout.write(text),
    warn: (line) => void process.stderr.write(`klpscope: ${line}\n`),
    ...(process.stderr.isTTY && process.env['TERM'] !== 'dumb'
      ? { progress: (text) => void process.stderr.write(`\r\u001b[K${text ?? ''}`) }
      : {}),
  };
}

function widthOf(columns: number | undefined): number {
  const asked = Number(process.env['COLUMNS']);
  const width = columns ?? (Number.isInteger(asked) && asked > 0 ? asked : plainWidth);
  return Math.min(Math.max(width, 40), 200);
}

/** NO_COLOR (no-color.org) before FORCE_COLOR before the terminal. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}

function isUnicode(env: NodeJS.ProcessEnv): boolean {
  if (env['TERM'] === 'dumb' || env['TERM'] === 'linux') return false;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'C.UTF-8';
  return /utf-?8/i.test(locale);
}
