/** The command line's commands, when they are given to the app's own program. */
import { app } from 'electron';
import { spawnSync } from 'node:child_process';
import { endOnBug } from './bugs';

/**
 * Electron wants a display before it runs anything that takes time. Commands must not need one: the
 * program starts itself again without.
 */
const withoutDisplay = ['--ozone-platform=headless', '--disable-gpu', '--log-level=3'];

/** Runs a command and ends the program with its status. */
export function runCommandLine(args: readonly string[]): void {
  endOnBug(false);
  const isHeadless = app.commandLine.getSwitchValue('ozone-platform') === 'headless';
  if (process.platform === 'linux' && !isHeadless) {
    process.exit(runAgainWithoutDisplay());
  }
  void runHere(args);
}

async function runHere(args: readonly string[]): Promise<void> {
  const { run } = await import('../cli/run');
  const status = await run(args);
  process.stdout.write('', () => app.exit(status));
}

function runAgainWithoutDisplay(): number {
  const child = spawnSync(process.execPath, [...withoutDisplay, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  return child.status ?? 1;
}
