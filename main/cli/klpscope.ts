#!/usr/bin/env node
/** The program `klpscope`: needs neither Electron nor a display. */
import { run } from './run';

// A reader that closes early, as `head` does, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** Ends the process even while a reading that came too late goes on, but not before all is printed. */
void run(process.argv.slice(2)).then((status) => {
  process.stdout.write('', () => process.exit(status));
});
