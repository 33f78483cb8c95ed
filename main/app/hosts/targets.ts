/** Targets as people and desktops hand them over: also relative, and as plain paths of folders and stories. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseTarget } from '../../../shared/api/target';
import { targetTraits } from '../../../shared/api/targetTraits';
import { kindAt } from '../../sources/fileKind';
import { meantHere } from '../../sources/wordHere';

/**
 * The same target with its path made absolute against `folder`, `dir:` put before the path of a folder
 * and `demo:` before that of a scenario. Hosts, and names that mean nothing, stay as they are.
 */
export function absoluteTarget(text: string, folder: string): string {
  if (isPath(text) && isFolder(resolve(folder, text))) return `dir:${resolve(folder, text)}`;
  const target = parseTarget(text);
  if (!target.ok || !('path' in target.value)) return text;
  const { kind, path } = target.value;
  if (kind === 'file' && kindAt(resolve(folder, path)) === 'scenario') {
    return `${targetTraits.scenario.pathPrefix}${resolve(folder, path)}`;
  }
  return `${targetTraits[kind].pathPrefix}${resolve(folder, path)}`;
}

/**
 * As `absoluteTarget`, of a word on the command line, which may name what lies in `folder`.
 *
 * @param hosts names in SSH's configuration
 */
export function targetOnStart(
  text: string,
  folder: string,
  hosts: () => readonly string[],
): string {
  return absoluteTarget(meantHere(text, folder, hosts).target, folder);
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^\.{1,2}([\\/]|$)/.test(text);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
