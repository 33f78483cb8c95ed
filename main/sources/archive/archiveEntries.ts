/** Which entries of an archive are kept, and where they belong. */
import { supportconfigFiles } from '../../../shared/readings/paths';
import { isRead } from '../../../shared/readings/reads';

/** What lies at a host's root, by which the host's tree is found in an archive. */
const rootFolders = new Set([
  'proc',
  'sys',
  'sos_commands',
  'var',
  'etc',
  'insights_commands',
  ...supportconfigFiles.map((path) => path.slice(1)),
]);

/**
 * Below its top folder what Red Hat Insights' client saves since its core collection, beside what it knows
 * of that (insights-core, insights/core/serde.py, Hydration).
 */
const insightsData = 'data';

/** Longer paths are no host's (PATH_MAX of Linux). */
const longestPath = 4096;

export interface Place {
  /** The archive's folder that holds the tree; '' where the tree begins at the top. */
  readonly prefix: string;
  /** Names below the tree's root; none for the root itself. */
  readonly names: readonly string[];
}

/** @returns null for a path that leads out of the archive or is no path: it is rejected */
export function placeOf(path: string): Place | null {
  if (path.startsWith('/') || path.length > longestPath || path.includes('\0')) return null;
  const names = path.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) return null;
  const isRoot = (name: string | undefined) => name !== undefined && rootFolders.has(name);
  const [first, second, third] = names;
  if (first === undefined || isRoot(first)) return { prefix: '', names };
  if (isRoot(second)) return { prefix: first, names: names.slice(1) };
  return second === insightsData && isRoot(third)
    ? { prefix: `${first}/${second}`, names: names.slice(2) }
    : { prefix: '', names };
}

/** Beside facts about a host: a link that stands for one of them may lead there. */
const besideFacts = /^\/proc\/sys\/kernel\/\w+$/;

/** Whether `collect` may ask for it, or it is on the way there. */
export function isWanted({ names }: Place): boolean {
  const path = `/${names.join('/')}`;
  return isRead(path) || besideFacts.test(path);
}
