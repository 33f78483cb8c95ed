/**
 * Switches of Electron and Chromium among the arguments of the application's own program: people,
 * desktops and test drivers pass them. None of ours is taken for one.
 */
import { commands, type CommandName } from './commands';
import type { CommandRecord } from './command';

/** Families end in a hyphen and a name: a bare `--log` or `--force` is no switch of Chromium's. */
const foreignSwitch =
  /^--(no-sandbox|no-zygote|no-proxy-server|in-process-gpu|headless|lang|user-data-dir|js-flags|password-store|gtk-version|class|name|v|vmodule|original-process-start-time|inspect|(inspect|remote-debugging|enable|disable|force|ozone|use|log|trace|proxy|host|allow|auth|ignore|gpu|password|high-dpi|unsafely|test|wayland)-[^=]+)(=.*)?$/su;

/**
 * The few that are looked for behind a command as well, where a whole family would swallow our own
 * mistyped options: without the first Chromium does not run as root, drivers pass the others.
 */
const foreignBehindCommand =
  /^--(no-sandbox|disable-gpu|user-data-dir|(inspect|remote-debugging|ozone)(-[^=]+)?)(=.*)?$/su;

/** Arguments from the first on that is no foreign switch. */
export function withoutLeadingForeign(args: readonly string[]): readonly string[] {
  const first = args.findIndex((arg) => !foreignSwitch.test(arg));
  return first === -1 ? [] : args.slice(first);
}

/** @param args what follows the command's name, or the whole where it is left out (`open`) */
export function withoutForeign(name: CommandName, args: readonly string[]): readonly string[] {
  const foreign = name === 'open' ? foreignSwitch : foreignBehindCommand;
  const { options }: CommandRecord = commands[name];
  const kept: string[] = [];
  let isValue = false;
  for (const [at, arg] of args.entries()) {
    if (arg === '--' && !isValue) return [...kept, ...args.slice(at)];
    const isOwn = Object.hasOwn(options, arg.slice(2).split('=')[0] ?? '');
    if (isValue || isOwn || !foreign.test(arg)) kept.push(arg);
    isValue = !isValue && takesNext(options, arg);
  }
  return kept;
}

/** Whether an argument is an option whose value is the next argument. */
function takesNext(options: CommandRecord['options'], arg: string): boolean {
  return Object.entries(options).some(
    ([name, { short, value }]) =>
      value !== undefined && (arg === `--${name}` || arg === `-${short}`),
  );
}
