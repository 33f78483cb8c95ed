/**
 * The one file of the user's own, read and changed by all threads and processes of Klpscope: a change
 * loses nothing that another one has written, or that only a newer version understands.
 */
import { existsSync } from 'node:fs';
import { lookAtJsonFile, setAside, writeJsonFile, type Found } from './jsonFile';
import { whileLocked } from './lock';
import { configSchema, configVersion, headSchema, type Config } from './schema';

export interface ConfigReading {
  /** Empty where there is none that is understood. */
  readonly config: Config;
  /** One sentence where something is wrong with the file; null otherwise. */
  readonly warning: string | null;
}

/** What holds without a file: those of the first layout, where there are some. */
const none: Config = { format: 'klpscope/config', version: configVersion };

/** What holds where there is a file that can't be used: nothing of the first layout comes back. */
const empty: Config = { ...none, settings: {}, hostKeys: [] };

/** A broken file is set aside for an empty one, and so warned about once; one of a newer version stays. */
export async function readConfig(path: string): Promise<ConfigReading> {
  const found = look(path);
  if (found.kind !== 'broken') return readingOf(path, found);
  // Under the lock, since a file that another process has made anew must stay.
  const settled = await whileLocked(path, () => settle(path));
  return settled.ok
    ? readingOf(path, settled.value)
    : { config: empty, warning: `${path} ${found.why}` };
}

export interface ConfigChange {
  /** Whether the file now holds what was to be kept. */
  readonly isKept: boolean;
  /** One sentence where something went wrong, which for a broken file is no reason to give up. */
  readonly warning: string | null;
}

/**
 * @param edit gets what the file holds now, whoever wrote it, and returns what it is to hold; called
 *   at most once. What it returns unchanged isn't written.
 */
export async function changeConfig(
  path: string,
  edit: (config: Config) => Config,
): Promise<ConfigChange> {
  const done = await whileLocked(path, (): ConfigChange => {
    const found = settle(path);
    const { config, warning } = readingOf(path, found);
    if (found.kind === 'unreadable' || found.kind === 'newer') return { isKept: false, warning };
    const edited = edit(config);
    const failure = edited === config ? null : writeJsonFile(path, edited);
    return { isKept: failure === null, warning: failure ?? warning };
  });
  return done.ok ? done.value : { isKept: false, warning: done.warning };
}

type Looked = Found<Config> | { readonly kind: 'newer'; readonly version: number };
type Settled =
  | Exclude<Looked, { kind: 'broken' }>
  /** `warning` is the whole sentence. */
  | { readonly kind: 'aside'; readonly warning: string };

function look(path: string): Looked {
  const head = lookAtJsonFile(path, headSchema);
  if (head.kind !== 'value') return head;
  const { version } = head.value;
  return version > configVersion ? { kind: 'newer', version } : lookAtJsonFile(path, configSchema);
}

/** Only under the lock. */
function settle(path: string): Settled {
  const found = look(path);
  if (found.kind !== 'broken') return found;
  const warning = setAside(path, found.why);
  if (existsSync(path)) return { kind: 'unreadable', why: found.why };
  const failure = writeJsonFile(path, empty);
  return { kind: 'aside', warning: failure === null ? warning : `${warning}; ${failure}` };
}

function readingOf(path: string, found: Settled): ConfigReading {
  switch (found.kind) {
    case 'value':
      return { config: found.value, warning: null };
    case 'missing':
      return { config: none, warning: null };
    case 'unreadable':
      return { config: empty, warning: `${path} ${found.why}` };
    case 'aside':
      return { config: empty, warning: found.warning };
    case 'newer': {
      const warning = `${path} was written by a newer Klpscope (version ${found.version}, here ${configVersion}): it is neither used nor changed`;
      return { config: empty, warning };
    }
  }
}
