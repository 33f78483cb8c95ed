/**
 * What the application's program is started with: a command of the command line, or
 * `klpscope [open] [TARGET...]` for the window, both as the table of commands says.
 *
 * Switches of Electron and Chromium stand among ours and mean nothing here; anything else that
 * begins with a dash is a mistake, and saying so beats ignoring it.
 */
import type { Theme, ViewName } from '../../shared/api/choices';
import { isCommand, isOfCommandLine } from '../cli/commands/commands';
import { withoutForeign, withoutLeadingForeign } from '../cli/commands/foreignSwitches';
import { readArguments } from '../cli/commands/parser';

export interface WindowRequest {
  /** As they were written; not yet checked. */
  readonly targets: readonly string[];
  /** PNG file to write once the first state is shown; null: stay open. */
  readonly screenshot: string | null;
  /** For this run only; null: as the settings say. */
  readonly theme: Theme | null;
  /** Of the window's content, in CSS pixels; null: as it was left. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** View to show first; null: the window's own choice. */
  readonly view: ViewName | null;
}

export type Invocation =
  | { readonly kind: 'window'; readonly request: WindowRequest }
  /** A command of the command line's: runs without a window. */
  | { readonly kind: 'command'; readonly args: readonly string[] }
  /** One sentence for standard error. */
  | { readonly kind: 'wrong'; readonly message: string };

/** @param args what follows the program (and, in a checkout, the application's folder) */
export function readInvocation(args: readonly string[]): Invocation {
  const own = withoutLeadingForeign(args);
  const [first, ...rest] = own;
  if (first !== undefined && isOfCommandLine(first)) {
    const others = isCommand(first) ? withoutForeign(first, rest) : rest;
    return { kind: 'command', args: [first, ...others] };
  }
  return readWindowRequest(withoutForeign('open', first === 'open' ? rest : own));
}

function readWindowRequest(args: readonly string[]): Invocation {
  const given = readArguments('open', args);
  if ('usage' in given) return { kind: 'wrong', message: given.usage };
  const { help, screenshot = null, theme = null, size: written, view = null } = given.values;
  if (help) return { kind: 'command', args: ['open', '--help'] };
  const size = written === undefined ? null : readSize(written);
  if (written !== undefined && size === null) {
    const message = `--size is WIDTHxHEIGHT in pixels, as 1440x900, not ${printable(written)}.`;
    return { kind: 'wrong', message };
  }
  return { kind: 'window', request: { targets: given.operands, screenshot, theme, size, view } };
}

function readSize(text: string): WindowRequest['size'] {
  const match = /^(\d{3,5})x(\d{3,5})$/.exec(text);
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) };
}

/** An argument within a message: nothing in it may steer a terminal. */
function printable(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
