/** `klpscope open`: opens the window of the checkout that this command lies in. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitStatus } from './outcome';
import type { Output } from './output';

/**
 * @param args as they were written: the window reads them itself
 * @returns the window's exit status once it is closed
 */
export function open(args: readonly string[], output: Output): Promise<number> {
  const root = join(import.meta.dirname, '..', '..');
  if (!existsSync(join(root, 'scripts', 'start.ts'))) {
    output.warn('this command has no window beside it; start the Klpscope application instead.');
    return Promise.resolve(exitStatus.unreadable);
  }
  return new Promise((resolve) => {
    const child = spawn('npm', ['--silent', 'start', '--', ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('error', (error) => {
      output.warn(`npm could not be started: ${error.message}.`);
      resolve(exitStatus.unreadable);
    });
    child.on('exit', (code) => resolve(code ?? exitStatus.unreadable));
  });
}
