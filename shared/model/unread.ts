/** What was not read, or not surely, of what claims about the whole host stand on. */
import type { KernelLog } from '../readings/log/kernelLog';
import { livepatchRoot, modulesFile, patchPath } from '../readings/paths';
import { parseModules } from '../readings/files/modules';
import type { FileReading, FolderReading, Readings } from '../readings/readings';
import { hidesProcesses } from './hiddenProcesses';
import type { ReadingsReader } from './reader';
import { unreadKinds, type KernelRules, type Livepatch, type Unread } from './systemState';

/** @param isLeftOut the tree was saved without the livepatches that there were */
export function findUnread(
  { readings }: ReadingsReader,
  patches: readonly Livepatch[],
  log: KernelLog | null,
  rules: KernelRules,
  isLeftOut = false,
): Unread[] {
  const isUnread: Readonly<Record<Unread, boolean>> = {
    livepatches: isLeftOut || !isListed(readings),
    functions: !patches.every((patch) => areFunctionsListed(readings, patch)),
    'one-moment': readings.torn,
    modules: !areModulesListed(readings),
    forcing: !isForcingTold(patches, log, rules),
    processes: hidesProcesses(readings),
  };
  return unreadKinds.filter((kind) => isUnread[kind]);
}

/** A saved tree may lack the folder because it was empty. */
function isListed({ folders }: Readings): boolean {
  const folder = folders.get(livepatchRoot);
  if (folder && 'entries' in folder) return isWhole(folder);
  return folder?.missing === 'absent' || folder === undefined
    ? isWhole(folders.get('/sys/kernel'))
    : false;
}

function areFunctionsListed({ folders }: Readings, { name, objects }: Livepatch): boolean {
  return [patchPath(name), ...objects.map((object) => `${patchPath(name)}/${object.name}`)].every(
    (path) => isWhole(folders.get(path)),
  );
}

/** The whole list, every line of it understood. */
export function areModulesListed({ files }: Readings): boolean {
  const reading: FileReading | undefined = files.get(modulesFile);
  return (
    reading !== undefined &&
    'text' in reading &&
    !reading.truncated &&
    parseModules(reading.text).malformed === 0
  );
}

function isWhole(folder: FolderReading | undefined): boolean {
  return folder !== undefined && 'entries' in folder && folder.truncated !== true;
}

/**
 * The kernel says in its log that it forces (kernel/livepatch/transition.c, klp_force_transition), and
 * nowhere else. So the log has to hold the boot from its beginning, or that of each transition. Whom a
 * forced transition removed shows as a module that is in use.
 */
function isForcingTold(
  patches: readonly Livepatch[],
  log: KernelLog | null,
  { forcible, transitions }: KernelRules,
): boolean {
  const applied = patches.filter(({ enabled, inTransition }) => enabled !== false && !inTransition);
  if (applied.length === 0 || forcible === false || transitions === false) return true;
  if (log === null) return false;
  if (log.release !== null) return true;
  const begun = new Set(
    log.entries.map(({ event }) => (event.kind === 'starting' ? event.patch : null)),
  );
  return applied.every(({ name }) => begun.has(name));
}
