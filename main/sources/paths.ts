/** What stands at a path on this machine, before it is opened. */
import { accessSync, constants, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { fail, type Problem, type Result } from '../../shared/base/problem';
import { missingBecause } from './missing';

/** A problem unless it is a folder that may be listed. */
export function refuseUnlessFolder(path: string): Problem | null {
  const found = lookAt(path);
  if (!found.ok) return found.problem;
  if (found.value.isDirectory()) return refuseUnlessAllowed(path, constants.R_OK | constants.X_OK);
  const message = `${path} is no folder; a file is given without dir:.`;
  return { code: 'not-found', path, message };
}

/** A problem unless it is a file that may be read; a FIFO or device would hang its reader. */
export function refuseUnlessFile(path: string): Problem | null {
  const found = lookAt(path);
  if (!found.ok) return found.problem;
  if (found.value.isFile()) return refuseUnlessAllowed(path, constants.R_OK);
  const message = found.value.isDirectory()
    ? `${path} is a folder; a folder is given as dir:${path}.`
    : `${path} is no regular file; what comes from a pipe is given as -, on standard input.`;
  return { code: 'not-found', path, message };
}

export function isFolder(path: string): boolean {
  const found = lookAt(path);
  return found.ok && found.value.isDirectory();
}

export function isFile(path: string): boolean {
  const found = lookAt(path);
  return found.ok && found.value.isFile();
}

/** The one folder within that looks like a host's tree, as an unpacked sosreport has; else null. */
export function hostFolderWithin(path: string): string | null {
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const hosts = folders
    .map(({ name }) => join(path, name))
    .filter((folder) => isFolder(join(folder, 'sys')) || isFolder(join(folder, 'proc')));
  return hosts.length === 1 ? (hosts[0] ?? null) : null;
}

function lookAt(path: string): Result<Stats> {
  try {
    const value = statSync(path, { throwIfNoEntry: false });
    return value ? { ok: true, value } : fail('not-found', path, `${path} does not exist.`);
  } catch (error) {
    const { missing, detail } = missingBecause(error);
    return missing === 'denied'
      ? fail('permission-denied', path, `${path} may not be read.`)
      : fail('not-found', path, `${path} could not be read (${detail ?? missing}).`);
  }
}

function refuseUnlessAllowed(path: string, mode: number): Problem | null {
  try {
    accessSync(path, mode);
    return null;
  } catch {
    return { code: 'permission-denied', path, message: `${path} may not be read.` };
  }
}
