/** Targets as people and desktops hand them over: also relative, and as plain paths of folders. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseTarget } from '../../../shared/api/target';
import { targetTraits } from '../../../shared/api/targetTraits';

/**
 * The same target with its path made absolute against `folder`, and `dir:` put before the path of a
 * folder. Hosts, and names that mean nothing, stay as they are.
 */
export function absoluteTarget(text: string, folder: string): string {
  if (isPath(text) && isFolder(resolve(folder, text))) return `dir:${resolve(folder, text)}`;
  const target = parseTarget(text);
  if (!target.ok || !('path' in target.value)) return text;
  const { kind, path } = target.value;
  return `${targetTraits[kind].pathPrefix}${resolve(folder, path)}`;
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^\.{1,2}([\\/]|$)/.test(text);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
