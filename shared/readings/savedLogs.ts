/** Where a saved tree may keep a kernel log, beside the few places that `savedLogFiles` names. */
import type { Tree } from './readings';

/** What a log may be compressed with, as its name says it; its content decides. */
const packed = String.raw`(?:\.(?:gz|xz|zst|bz2))?`;

interface Place {
  readonly folder: string;
  readonly name: RegExp;
}

const inFolder = (folder: string, name: string): Place => ({
  folder,
  name: new RegExp(`^${name}${packed}$`),
});

/**
 * The best first. What journalctl writes may be in any of its forms, `-o export` and `-o json` among
 * them.
 */
const places: readonly Place[] = [
  inFolder('/sos_commands/kernel', 'dmesg(?:_-T)?'),
  inFolder('/insights_commands', 'dmesg'),
  inFolder('/var/log', 'dmesg'),
  inFolder(
    '/sos_commands/logs',
    'journalctl_--no-pager(?:_--catalog)?(?:_--boot)?(?:_-o_[a-z-]{1,20})?',
  ),
  inFolder('/var/log', String.raw`journal(?:ctl)?(?:[-_.][\w-]{1,40})?\.(?:export|json|log|txt)`),
  inFolder('/var/log', String.raw`kern\.log`),
  inFolder('/var/log', '(?:messages|syslog)'),
  inFolder('/var/log', String.raw`(?:kern\.log|messages|syslog)[-.][\d-]{1,20}`),
];

/** Where a boot rotates it, it is of the one before: taken only where there is no other log. */
const lastResort = inFolder('/var/log', String.raw`dmesg\.0`);

export function isSavedLog(path: string): boolean {
  const slash = path.lastIndexOf('/');
  const [folder, file] = [path.slice(0, slash), path.slice(slash + 1)];
  return [...places, lastResort].some((place) => place.folder === folder && place.name.test(file));
}

/** So many of them are looked at. */
const most = 16;

/** Paths of the logs in a tree, the best first; of those that are rotated the newest. */
export function savedLogsIn(tree: Pick<Tree, 'readFolder'>): string[] {
  const found = places.flatMap((place) => logsAt(tree, place));
  return found.length === 0 ? logsAt(tree, lastResort) : [...new Set(found)].slice(0, most);
}

function logsAt(tree: Pick<Tree, 'readFolder'>, { folder, name }: Place): string[] {
  const listed = tree.readFolder(folder);
  if (!('entries' in listed)) return [];
  const names = listed.entries.map((entry) => entry.name).filter((file) => name.test(file));
  return names.toSorted(newestFirst).map((file) => `${folder}/${file}`);
}

/** `messages-20260914.xz` by its date, `messages.1` by its number, of which the lowest is the newest. */
function newestFirst(a: string, b: string): number {
  const [dateA, dateB] = [numberIn(a), numberIn(b)];
  const isDate = dateA > 1_000_000 || dateB > 1_000_000;
  return (isDate ? dateB - dateA : dateA - dateB) || (a < b ? -1 : 1);
}

function numberIn(name: string): number {
  const digits =
    name
      .replace(/\.(?:gz|xz|zst|bz2)$/, '')
      .split(/[a-z]/)
      .at(-1) ?? '';
  return Number(digits.replaceAll(/\D/g, ''));
}
