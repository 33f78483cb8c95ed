/** What is to be tidied up even where the program ends at once, by itself or by a signal. */
import { isMainThread } from 'node:worker_threads';

const duties = new Set<() => void>();

/** Signals that end a process which does not handle them, and that people and systems send to do so. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * @param duty must be done at once: nothing that it starts comes to an end any more
 * @returns that it is done already
 */
export function atExit(duty: () => void): () => void {
  if (duties.size === 0) watchEnds();
  duties.add(duty);
  return () => {
    if (duties.delete(duty) && duties.size === 0) watchEndsNoMore();
  };
}

function watchEnds(): void {
  process.once('exit', doAll);
  // Signals come to the main thread alone; it ends its threads in order.
  // In front of whoever handles one only once, and is no listener any more when it is called.
  if (isMainThread) for (const signal of endings) process.prependListener(signal, endBy);
}

function watchEndsNoMore(): void {
  process.off('exit', doAll);
  for (const signal of endings) process.off(signal, endBy);
}

/** Ends as the signal would have done; where somebody else handles it, that is their affair. */
function endBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  doAll();
  watchEndsNoMore();
  process.kill(process.pid, signal);
}

/** One that fails does not keep the others from being done. */
function doAll(): void {
  for (const duty of duties) {
    try {
      duty();
    } catch {
      // There is nobody left to tell.
    }
  }
}
