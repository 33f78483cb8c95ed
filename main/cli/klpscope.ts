#!/usr/bin/env node
/** The program `klpscope`: needs neither Electron nor a display. */
import { run } from './run';

// A reader that closes early, as `head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function main(): Promise<void> {
  const status = await run(process.argv.slice(2));
  // Ends even while a reading that came too late goes on, but not before all is printed.
  process.stdout.write('', () => process.exit(status));
}

void main();
