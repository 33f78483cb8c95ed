/** Which entries of an archive are kept, and where they belong. */

/** Folders at a host's root by which the host's tree is found in an archive. */
const rootFolders = new Set(['proc', 'sys', 'sos_commands', 'var', 'etc']);

/** Longer paths are no host's (PATH_MAX of Linux). */
const longestPath = 4096;

export interface Place {
  /** The archive's top folder that holds the tree; '' where the tree begins at the top. */
  readonly prefix: string;
  /** Names below the tree's root; none for the root itself. */
  readonly names: readonly string[];
}

/** @returns null for a path that leads out of the archive or is no path: it is rejected */
export function placeOf(path: string): Place | null {
  if (path.startsWith('/') || path.length > longestPath || path.includes('\0')) return null;
  const names = path.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) return null;
  const [first, second] = names;
  const isBelowTop =
    first !== undefined &&
    !rootFolders.has(first) &&
    second !== undefined &&
    rootFolders.has(second);
  return isBelowTop ? { prefix: first, names: names.slice(1) } : { prefix: '', names };
}

/** What `collect` may ask for, and the folders on the way there. */
const wanted = [
  /^(?:proc|proc\/\d+|proc\/\d+\/task|proc\/\d+\/task\/\d+)$/,
  /^proc\/(?:modules|uptime|sys\/kernel\/(?:\w+|random\/boot_id))$/,
  /^proc\/\d+(?:\/task\/\d+)?\/(?:comm|cmdline|cgroup|patch_state|stack|stat|status|wchan)$/,
  /^sys(?:\/(?:kernel|module))?$/,
  /^sys\/kernel\/livepatch(?:\/|$)/,
  /^sys\/kernel\/(?:debug\/)?tracing(?:\/enabled_functions)?$/,
  /^sys\/module\/[^/]+(?:\/(?:taint|refcnt|initstate))?$/,
  /^sos_commands\/kernel\/dmesg$/,
  /^var\/log\/dmesg$/,
];

export function isWanted({ names }: Place): boolean {
  const path = names.join('/');
  return wanted.some((pattern) => pattern.test(path));
}
