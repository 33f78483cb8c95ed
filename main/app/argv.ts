/**
 * What the window is started with: `klpscope [open] [TARGET...]` and the options of pictures.
 *
 * Switches of Electron and Chromium stand among ours and mean nothing here; anything else that
 * begins with a dash is a mistake, and saying so beats ignoring it.
 */
import { themes, viewNames, type Theme, type ViewName } from '../../shared/api/choices';

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

/** First words that belong to the command line, whether or not this version has the command. */
const commandWords = new Set([
  'status',
  'watch',
  'record',
  'report',
  'what-if',
  'preflight',
  'shadow',
  'metrics',
  'capture-script',
  'help',
  '--help',
  '-h',
  '--version',
]);

/** Electron's and Chromium's switches that people, desktops and test drivers pass. */
const foreignSwitch =
  /^--(no-sandbox|no-zygote|no-proxy-server|in-process-gpu|headless|lang|user-data-dir|js-flags|password-store|gtk-version|class|name|v|vmodule|original-process-start-time|(inspect|remote-debugging|enable|disable|force|ozone|use|log|trace|proxy|host|allow|auth|ignore|gpu|password|high-dpi|unsafely|test|wayland)(-[^=]*)?)(=.*)?$/;

/** @param args what follows the program (and, in a checkout, the application's folder) */
export function readInvocation(args: readonly string[]): Invocation {
  const own = args.filter((arg) => !foreignSwitch.test(arg));
  const [first] = own;
  if (first !== undefined && commandWords.has(first)) return { kind: 'command', args: own };
  return readWindowRequest(first === 'open' ? own.slice(1) : own);
}

function readWindowRequest(args: readonly string[]): Invocation {
  const targets: string[] = [];
  const options = new Map<string, string>();
  let isOver = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (isOver || !arg.startsWith('-')) {
      targets.push(arg);
    } else if (arg === '--') {
      isOver = true;
    } else {
      const [name = '', attached] = arg.split(/=(.*)/s);
      if (!optionNames.has(name)) return wrong(`unknown option ${printable(name)}`);
      const value = attached ?? args[(at += 1)];
      if (value === undefined || value === '') return wrong(`${name} needs a value`);
      options.set(name, value);
    }
  }
  return withOptions(targets, options);
}

const optionNames = new Set(['--screenshot', '--theme', '--size', '--view']);

function withOptions(targets: string[], options: ReadonlyMap<string, string>): Invocation {
  const theme = options.get('--theme') ?? null;
  if (theme !== null && !isTheme(theme)) {
    return wrong(`--theme is ${themes.join(', ')}, not ${printable(theme)}`);
  }
  const sizeText = options.get('--size');
  const size = sizeText === undefined ? null : readSize(sizeText);
  if (sizeText !== undefined && size === null) {
    return wrong(`--size is WIDTHxHEIGHT in pixels, as 1440x900, not ${printable(sizeText)}`);
  }
  const view = options.get('--view') ?? null;
  if (view !== null && !isView(view)) {
    return wrong(`--view is ${viewNames.join(', ')}, not ${printable(view)}`);
  }
  const screenshot = options.get('--screenshot') ?? null;
  return { kind: 'window', request: { targets, screenshot, theme, size, view } };
}

function isTheme(text: string): text is Theme {
  return (themes as readonly string[]).includes(text);
}

function isView(text: string): text is ViewName {
  return (viewNames as readonly string[]).includes(text);
}

function readSize(text: string): WindowRequest['size'] {
  const match = /^(\d{3,5})x(\d{3,5})$/.exec(text);
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) };
}

function wrong(message: string): Invocation {
  return { kind: 'wrong', message };
}

/** An argument within a message: nothing in it may steer a terminal. */
function printable(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
