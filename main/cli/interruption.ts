/** Ctrl-C and its like: what runs then comes to its own end. */

export interface Interruption {
  /** Ends waiting. */
  readonly signal: AbortSignal;
  /** Settles with null then, for races with what may never answer. */
  readonly stopped: Promise<null>;
}

/** Runs something that SIGINT and SIGTERM end in its own way, not the process in theirs. */
export async function untilInterrupted<T>(
  run: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  let stop: () => void = () => undefined;
  const stopped = new Promise<null>((resolve) => {
    stop = () => {
      interrupted.abort();
      resolve(null);
    };
  });
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await run({ signal: interrupted.signal, stopped });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
