/** Where this machine's programs are looked for, and how a user of it may become root. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Elevation } from './elevation';
import type { Ask } from '../questions';

/**
 * Programs that get root's rights, or a password, are the system's: never what happens to come first
 * on the user's own path. NixOS keeps sudo and pkexec apart from the rest.
 */
const systemFolders = [
  '/run/wrappers/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/run/current-system/sw/bin',
];

/** The whole environment of programs that read this machine. */
export const pinnedEnvironment = { PATH: systemFolders.join(':'), LC_ALL: 'C' };

export function hasPkexec(): boolean {
  return systemFolders.some((folder) => {
    try {
      accessSync(join(folder, 'pkexec'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether the desktop has a place for a dialog. */
function hasDesktop({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  return (DISPLAY ?? WAYLAND_DISPLAY ?? '') !== '';
}

/** Where sudo refuses, a person at a desktop may still get root's rights by its dialog. */
export function waysHere(
  { sudo, pkexec }: { readonly sudo: boolean; readonly pkexec: boolean },
  ask: Ask,
): Elevation[] {
  if (pkexec) return ['pkexec'];
  if (!sudo) return [];
  const mayAsk = ask.unattended !== true && hasDesktop(process.env) && hasPkexec();
  return mayAsk ? ['sudo', 'pkexec'] : ['sudo'];
}
