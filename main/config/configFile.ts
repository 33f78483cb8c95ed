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
  readonly complaint: string | null;
}

/** What holds without a file: those of the first layout, where there are some. */
const none: Config = { format: 'klpscope/config', version: configVersion };

/** What holds where there is a file that can't be used: nothing of the first layout comes back. */
const empty: Config = { ...none, settings: {}, hostKeys: [] };

/** A broken file is set aside for an empty one, and so complained about once; one of a newer version stays. */
export async function readConfig(path: string): Promise<ConfigReading> {
  const found = look(path);
  if (found.kind !== 'broken') return readingOf(path, found);
  // Under the lock, since a file that another process has made anew must stay.
  const settled = await whileLocked(path, () => settle(path));
  return settled.ok
    ? readingOf(path, settled.value)
    : { config: empty, complaint: `${path} ${found.why}` };
}

export interface ConfigChange {
  /** Whether the file now holds what was to be kept. */
  readonly isKept: boolean;
  /** One sentence where something went wrong, which for a broken file is no reason to give up. */
  readonly complaint: string | null;
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
    const { config, complaint } = readingOf(path, found);
    if (found.kind === 'unreadable' || found.kind === 'newer') return { isKept: false, complaint };
    const edited = edit(config);
    const failure = edited === config ? null : writeJsonFile(path, edited);
    return { isKept: failure === null, complaint: failure ?? complaint };
  });
  return done.ok ? done.value : { isKept: false, complaint: done.complaint };
}

type Looked = Found<Config> | { readonly kind: 'newer'; readonly version: number };
type Settled =
  | Exclude<Looked, { kind: 'broken' }>
  /** `complaint` is the whole sentence. */
  | { readonly kind: 'aside'; readonly complaint: string };

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
  const complaint = setAside(path, found.why);
  if (existsSync(path)) return { kind: 'unreadable', why: found.why };
  const failure = writeJsonFile(path, empty);
  return { kind: 'aside', complaint: failure === null ? complaint : `${complaint}; ${failure}` };
}

function readingOf(path: string, found: Settled): ConfigReading {
  switch (found.kind) {
    case 'value':
      return { config: found.value, complaint: null };
    case 'missing':
      return { config: none, complaint: null };
    case 'unreadable':
      return { config: empty, complaint: `${path} ${found.why}` };
    case 'aside':
      return { config: empty, complaint: found.complaint };
    case 'newer': {
      const complaint = `${path} was written by a newer Klpscope (version ${found.version}, here ${configVersion}): it is neither used nor changed`;
      return { config: empty, complaint };
    }
  }
}
