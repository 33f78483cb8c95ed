/** The livepatches that sysfs shows, with their objects and functions. */
import { livepatchRoot, patchPath } from '../readings/paths';
import {
  parseFlag,
  parseFunctionFolder,
  parseOrder,
  type FunctionFolder,
} from '../readings/files/sysfs';
import { capText, visible } from '../base/text';
import type { LoadedModules } from './loadedModules';
import type { ReadingsReader } from './reader';
import type { KernelRules, Livepatch, PatchedFunction, PatchedObject } from './systemState';

/**
 * Every folder below `/sys/kernel/livepatch`, in the order of names. One that was vanishing is
 * listed with what could still be read. `nop` is not decided here: it needs the order.
 */
export function readLivepatches(
  reader: ReadingsReader,
  modules: LoadedModules,
  rules: KernelRules,
): Livepatch[] {
  return (reader.foldersIn(livepatchRoot) ?? []).map((name) =>
    readLivepatch(reader, modules, rules, name),
  );
}

function readLivepatch(
  reader: ReadingsReader,
  modules: LoadedModules,
  rules: KernelRules,
  name: string,
): Livepatch {
  const path = patchPath(name);
  const flag = '0 or 1';
  const sets = readSet(reader, path);
  return {
    name,
    enabled: reader.required(`${path}/enabled`, parseFlag, flag),
    inTransition:
      rules.transitions === false ? false : reader.required(`${path}/transition`, parseFlag, flag),
    replace: readReplace(reader, path, sets, rules),
    stackOrder: reader.value(`${path}/stack_order`, parseOrder, 'a number from 1 upwards'),
    forced: null,
    ...sets,
    objects: (reader.foldersIn(path) ?? []).map((object) =>
      readObject(reader, modules, `${path}/${object}`, object),
    ),
  };
}

/** Empty where livepatches have no sets. */
function readSet(reader: ReadingsReader, path: string): Pick<Livepatch, 'replaceSet'> {
  const file = `${path}/replace_set`;
  return reader.exists(file) ? { replaceSet: reader.value(file, parseSet, 'a number') } : {};
}

/**
 * `replace` (since 6.11) says it as a flag. The proposed `replaceable` says something else (whether
 * others may replace this one), and so does `replace_set` (which set it replaces within: every
 * livepatch replaces its set, so it is a replacing one where the file exists). Before 5.1 none did.
 */
function readReplace(
  reader: ReadingsReader,
  path: string,
  { replaceSet }: Pick<Livepatch, 'replaceSet'>,
  { strictStack }: KernelRules,
): boolean | null {
  if (replaceSet !== undefined) return replaceSet === null ? null : true;
  if (strictStack === true) return false;
  return reader.value(`${path}/replace`, parseFlag, '0 or 1');
}

function parseSet(text: string): number | null {
  return /^\d{1,10}\n?$/.test(text) ? Number(text) : null;
}

function readObject(
  reader: ReadingsReader,
  modules: LoadedModules,
  path: string,
  name: string,
): PatchedObject {
  const patched = reader.value(`${path}/patched`, parseFlag, '0 or 1');
  return {
    name,
    loaded: isLoaded(modules, name, patched),
    patched,
    functions: (reader.foldersIn(path) ?? [])
      .map((folder) => readFunction(reader, path, folder))
      .map(({ name: functionName, sympos }): PatchedFunction => ({
        name: functionName,
        sympos,
        nop: null,
      }))
      .sort(byNameAndPosition),
  };
}

function readFunction(reader: ReadingsReader, object: string, folder: string): FunctionFolder {
  const found = parseFunctionFolder(folder);
  if (found.sympos === null) {
    const path = `${object}/${folder}`;
    const message = `${visible(capText(path, 400))} names no symbol position (as kernels before 4.5 do); it is unknown.`;
    reader.note('invalid-content', path, message);
  }
  return found;
}

/** The kernel patches an object only while it is loaded, so `patched` 1 proves it. */
function isLoaded(modules: LoadedModules, object: string, patched: boolean | null): boolean | null {
  if (object === 'vmlinux') return true;
  return patched === true ? true : modules.isLive(object);
}

function byNameAndPosition(a: PatchedFunction, b: PatchedFunction): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (a.sympos ?? 0) - (b.sympos ?? 0);
}
