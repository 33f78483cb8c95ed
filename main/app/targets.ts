/** Targets as people and desktops hand them over: also relative, and as plain paths of folders. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

const archive = /\.(klprec|tar\.gz|tar\.xz|tgz)$/i;

/**
 * The same target with its path made absolute against `folder`, and `dir:` put before the path of a
 * folder. Hosts, and names that mean nothing here, stay as they are.
 */
export function absoluteTarget(target: string, folder: string): string {
  if (target.startsWith('dir:')) return `dir:${resolve(folder, target.slice('dir:'.length))}`;
  const isPath = isAbsolute(target) || /^\.{1,2}([\\/]|$)/.test(target);
  if (isPath && isFolder(resolve(folder, target))) return `dir:${resolve(folder, target)}`;
  return isPath || archive.test(target) ? resolve(folder, target) : target;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
