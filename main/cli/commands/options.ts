/** Options that several commands have. */
import type { OptionRecord } from './command';

type Options = Readonly<Record<string, OptionRecord>>;

export const helpOption = {
  help: { short: 'h', help: 'this text' },
} as const satisfies Options;

const timeoutHelp = 'gives up on one answer after S seconds';

/** Of every command that reads a target. */
export const readingOptions = {
  log: { value: 'FILE', help: 'a kernel log to read along with a tree or archive' },
  timeout: { value: 'S', default: '60', help: timeoutHelp },
  sudo: {
    help: 'read a live host through sudo; without, only what the login may read',
  },
  transport: {
    value: 'NAME',
    choices: ['ssh2', 'openssh'],
    default: 'ssh2',
    help: "how to reach a host: ssh2, which is built in, or openssh, the system's own ssh",
  },
  identity: {
    value: 'FILE',
    help: "a key to offer beside those of ssh's configuration",
  },
  verbose: {
    help: 'tell each step on the way to a live host on standard error; no secrets',
  },
  'accept-new': { help: 'take the key of an unknown host; a changed one never' },
  ...helpOption,
} as const satisfies Options;
