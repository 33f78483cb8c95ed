/** A page that dies is loaded again, once: what is open lives in the main process and comes back. */
import { app, dialog, type BrowserWindow } from 'electron';
import { say } from './log';

/** A page that dies again within this time would go on dying. */
const trialPeriod = 60_000;

export function recoverFromCrash(window: BrowserWindow): void {
  let lastCrash = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const isAgain = Date.now() - lastCrash < trialPeriod;
    lastCrash = Date.now();
    if (isAgain) {
      say(`the window's process ended again (${reason})`);
      dialog.showErrorBox('Klpscope cannot go on', `The window failed twice (${reason}).`);
      app.exit(1);
      return;
    }
    say(`the window's process ended (${reason}) and is started again`);
    window.webContents.reload();
    void dialog.showMessageBox(window, {
      type: 'warning',
      message: 'The window failed and was loaded again.',
      detail: `Its process ended (${reason}). What was open is open again.`,
    });
  });
}
