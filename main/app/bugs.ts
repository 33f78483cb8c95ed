/** An exception that nobody expected, in the main process: said, and the end. */
import { app, dialog } from 'electron';

const failed = 1;

/** @param interactive whether somebody looks at a window, who would otherwise see it vanish */
export function endOnBug(interactive: boolean): void {
  const end = (error: unknown): void => {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`klpscope: a bug in the main process: ${trace}\n`);
    if (interactive) dialog.showErrorBox('Klpscope has failed', trace);
    app.exit(failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
