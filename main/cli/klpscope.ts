#!/usr/bin/env node
/** The program `klpscope`: needs neither Electron nor a display. */
import { exitStatus } from './outcome';
import { run } from './run';

/**
 * A reader that closes early, as `head` does, is no failure: the status stays what was read. It is
 * known by the next turn only.
 */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    setImmediate(() => process.exit());
  } else {
    process.stderr.write(`klpscope: standard output can’t be written: ${error.message}\n`);
    process.exit(exitStatus.unreadable);
  }
});

async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2));
  // Ends even while a reading that came too late goes on, but not before all is printed.
  process.stdout.write('', () => setImmediate(() => process.exit()));
}

void main();
