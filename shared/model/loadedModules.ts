/** Which modules are loaded, as /proc/modules and /sys/module tell. */
import { parseModules, type ModuleLine } from '../readings/files/modules';
import { moduleRoot, modulePath, modulesFile, supportconfigFiles } from '../readings/paths';
import type { Readings } from '../readings/readings';
import { parseModuleTaint } from '../readings/files/hostFacts';
import { oneLine } from '../base/text';
import { plainText, type ReadingsReader } from './reader';
import { areModulesListed } from './unread';

export interface LoadedModules {
  /** Names, in any order. */
  readonly names: readonly string[];
  /** The same, newest first; null where /proc/modules could not be read, or was sorted by name. */
  readonly newestFirst: readonly string[] | null;
  /** Whether a module is loaded and ready; null while it comes or goes, or where nothing tells. */
  isLive(name: string): boolean | null;
  refcount(name: string): number | null;
  /** Modules with `K` (livepatch) in their taint. */
  readonly livepatchModules: readonly string[];
}

export function readLoadedModules(reader: ReadingsReader): LoadedModules {
  const listed = readList(reader);
  const lines = new Map(listed?.map((line) => [line.name, line]));
  const { readings } = reader;
  const isListWhole = areModulesListed(readings);
  const isLive = (object: string) => {
    const name = asModuleName(object);
    return liveness(stateOf(readings, lines.get(name), name), isListWhole, readings, name);
  };
  return {
    names: listed?.map(({ name }) => name) ?? [],
    newestFirst: isSorted(readings) ? null : (listed?.map(({ name }) => name) ?? null),
    isLive,
    refcount: (object) => {
      const name = asModuleName(object);
      return refcountOf(readings, lines.get(name), name);
    },
    livepatchModules: findLivepatchModules(readings, listed ?? []),
  };
}

/** A supportconfig sorts the list by name (supportutils, bin/supportconfig, module_info). */
function isSorted({ files }: Readings): boolean {
  return supportconfigFiles.some((path) => files.has(path));
}

/** `/sys/module` and /proc/modules spell `-` as `_` (kernel/module: module names). */
function asModuleName(object: string): string {
  return object.replaceAll('-', '_');
}

function readList(reader: ReadingsReader): readonly ModuleLine[] | null {
  const text = reader.text(modulesFile);
  if (text === null) return null;
  const { modules, malformed } = parseModules(text);
  if (malformed > 0) {
    const lines = malformed === 1 ? 'A line' : `${malformed} lines`;
    const message = `${lines} of ${modulesFile} ${malformed === 1 ? 'is' : 'are'} not understood.`;
    reader.note('invalid-content', modulesFile, message);
  }
  return modules;
}

/** `initstate` of /sys/module, or the state column of /proc/modules in its words. */
function stateOf(readings: Readings, line: ModuleLine | undefined, name: string): string | null {
  const initstate = plainText(readings, `${modulePath(name)}/initstate`);
  if (initstate !== null && initstate.trim() !== '') return oneLine(initstate);
  switch (line?.state) {
    case 'Live':
      return 'live';
    case 'Loading':
      return 'coming';
    case 'Unloading':
      return 'going';
    default:
      return null;
  }
}

function liveness(
  state: string | null,
  isListWhole: boolean,
  readings: Readings,
  name: string,
): boolean | null {
  if (state !== null) return state === 'live' ? true : null;
  if (isListWhole) return false;
  // A saved tree may have the folders of those modules alone that somebody asked for.
  if (readings.source === 'directory' || readings.source === 'archive') return null;
  const folder = readings.folders.get(moduleRoot);
  if (!folder || !('entries' in folder)) return null;
  return folder.entries.some((entry) => entry.name === name) ? null : false;
}

function refcountOf(readings: Readings, line: ModuleLine | undefined, name: string): number | null {
  const text = plainText(readings, `${modulePath(name)}/refcnt`);
  if (text !== null && /^\d{1,10}\n?$/.test(text)) return Number(text);
  return line?.refcount ?? null;
}

function findLivepatchModules(readings: Readings, listed: readonly ModuleLine[]): string[] {
  const names = new Set(listed.filter(({ taint }) => taint?.includes('K')).map(({ name }) => name));
  const prefix = `${moduleRoot}/`;
  for (const [path, reading] of readings.files) {
    const [name, attribute, ...rest] = path.slice(prefix.length).split('/');
    if (!path.startsWith(prefix) || attribute !== 'taint' || !name || rest.length > 0) continue;
    if ('text' in reading && parseModuleTaint(reading.text)) names.add(name);
  }
  return [...names].sort();
}
