/** The program ends only when what it has begun to write is whole. */
import { app } from 'electron';

export interface Unfinished {
  isOpen(): boolean;
  /** Resolves when it is finished. */
  end(): Promise<unknown>;
}

/** Milliseconds: a disk that does not answer may not keep the program from ending. */
const longestMs = 10_000;

/** @param isStuck whether a thread runs that Electron, which ends all of them first, would wait for */
export function waitBeforeQuitting(works: readonly Unfinished[], isStuck: () => boolean): void {
  let isOver = false;
  app.on('will-quit', (event) => {
    const unfinished = works.filter((work) => work.isOpen());
    if (isOver || unfinished.length === 0) return;
    event.preventDefault();
    const quitAgain = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      // Electron takes no second quit before the event of the first has been dealt with.
      setImmediate(() => app.quit());
    };
    const late = setTimeout(quitAgain, longestMs);
    void Promise.all(unfinished.map((work) => work.end())).then(quitAgain);
  });
  // What waits for a disk that does not answer can only be ended along with the whole process.
  app.on('quit', () => {
    if (isStuck()) process.kill(process.pid, 'SIGKILL');
  });
}
