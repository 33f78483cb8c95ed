/** `--screenshot FILE.png`: a picture of the first state that the window shows, then the end. */
import { app, type BrowserWindow } from 'electron';
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Host } from '../../../shared/api/contract';
import { say } from '../log';

const pictureSchema = z.object({ data: z.string() });

/** Milliseconds after which a window that shows nothing counts as broken. */
const patience = 30_000;

/**
 * @returns to be told what the window has painted: a host that was read or failed, or null for the
 *   start screen. The first call takes the picture and ends the program: status 0; 3 where the host
 *   could not be read, with a picture of how the window says so; 1 where there is no picture.
 */
export function endWithScreenshot(
  window: BrowserWindow,
  file: string,
): (painted: Host | null) => void {
  let isTaken = false;
  const timer = setTimeout(() => {
    say(`no picture: the window showed no state within ${patience / 1000} s`);
    app.exit(1);
  }, patience);
  return (painted) => {
    if (isTaken) return;
    isTaken = true;
    clearTimeout(timer);
    void end(painted);
  };

  async function end(painted: Host | null): Promise<void> {
    const failure = await takePicture(window, file);
    const problem = painted?.problem ?? null;
    if (failure !== null) say(failure);
    else if (problem !== null) say(`${painted?.target ?? ''}: ${problem.message}`);
    app.exit(failure !== null ? 1 : problem !== null ? 3 : 0);
  }
}

/** @returns why there is no picture; null: there is */
async function takePicture({ webContents }: BrowserWindow, file: string): Promise<string | null> {
  try {
    const { debugger: tools } = webContents;
    tools.attach();
    await tools.sendCommand('Runtime.evaluate', {
      expression: 'document.fonts.ready.then(() => true)',
      awaitPromise: true,
    });
    // Unlike `capturePage`, which may give the frame before this one, it draws anew and waits.
    const picture = pictureSchema.parse(await tools.sendCommand('Page.captureScreenshot'));
    writeFileSync(file, Buffer.from(picture.data, 'base64'));
    return null;
  } catch (error) {
    return `no picture: ${error instanceof Error ? error.message : String(error)}`;
  }
}
