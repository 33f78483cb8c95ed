/** A reader thread on the main process's side: the hosts that it holds, and whether it answers. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { newInHand, type FromReader, type ThreadStart, type ToReader } from './messages';
import { startsOfThread } from './placement';

/** What a thread is to its starter. */
export interface ThreadPort {
  post(message: ToReader<unknown> | 'end'): void;
  /** Ends it without asking it. One that waits for the system ends when that has answered. */
  terminate(): void;
}

export interface ThreadHearer {
  message(message: FromReader<never>): void;
  /** It has ended, by itself or by a mistake. */
  ended(): void;
}

export type StartThread = (start: ThreadStart, hearer: ThreadHearer) => ThreadPort;

/** @param file the reader's program, built or not */
export function workerOf(file: string): StartThread {
  return (workerData, hearer) => {
    const worker = new Worker(file, { workerData });
    worker.on('message', (message: FromReader<never>) => hearer.message(message));
    worker.on('error', (error) => {
      process.stderr.write(`klpscope: a bug in a reader thread: ${error.stack ?? error.message}\n`);
      hearer.ended();
    });
    worker.on('exit', () => hearer.ended());
    return {
      post: (message) => worker.postMessage(message),
      terminate: () => void worker.terminate(),
    };
  };
}

/** Built beside the main process's own program. */
export const builtReader = (): StartThread => workerOf(join(import.meta.dirname, 'reader.cjs'));

/** Milliseconds for a thread to close a host: one that is busy with a slow disk never does. */
const closeMs = 5000;

/** Milliseconds for a thread to take its leave of hosts that it has closed. */
const leaveMs = 1000;

/** A host that a thread holds. */
export interface HostOfThread {
  /** Among all of the pool. */
  readonly number: number;
  /** A call waits for its answer. */
  readonly isWaiting: boolean;
  hear(message: FromReader<never>): void;
  /** Its thread does not answer: what waits for it is asked of another one. */
  moveOn(): void;
  /** Its thread has ended: the next call opens it anew. */
  left(): void;
}

export class ReaderThread {
  readonly hosts = new Map<number, HostOfThread>();
  /** It has been at the same thing for a while: it answers nobody. */
  isStuck = false;
  private readonly inHand = newInHand();
  private readonly port: ThreadPort;
  private signsBefore = -1;
  private leaving: NodeJS.Timeout | undefined;
  private readonly closing = new Map<number, () => void>();

  /**
   * @param oneAtATime as in `ThreadStart`
   * @param onEnd hears that it takes no more hosts: it has ended, or holds none any more
   * @param onExit hears that it runs no more
   */
  constructor(
    start: StartThread,
    oneAtATime: boolean,
    private readonly onEnd: () => void,
    private readonly onExit: () => void,
  ) {
    const { inHand } = this;
    this.port = start(
      { startsAtOnce: startsOfThread, oneAtATime, inHand },
      { message: (message) => this.hear(message), ended: () => this.ended() },
    );
  }

  take(host: HostOfThread): void {
    this.hosts.set(host.number, host);
  }

  post(message: ToReader<unknown>): void {
    this.port.post(message);
  }

  /**
   * To be called again and again while calls wait.
   *
   * @returns whether it is stuck since this call
   */
  look(): boolean {
    const signs = Atomics.load(this.inHand, 1);
    const wasStuck = this.isStuck;
    this.isStuck = this.hostInHand() !== 0 && signs === this.signsBefore;
    this.signsBefore = signs;
    return this.isStuck && !wasStuck;
  }

  /** Lets all hosts go but the one that the thread is at. */
  *release(): Generator<HostOfThread> {
    const stuckWith = this.hostInHand();
    for (const [number, host] of this.hosts) {
      if (number === stuckWith) continue;
      this.hosts.delete(number);
      // Should it ever come to it.
      this.post({ do: 'close', host: number });
      yield host;
    }
  }

  /** Resolves when the host is closed, or has had its time for it. The last one ends the thread. */
  close({ number }: HostOfThread): Promise<void> {
    this.post({ do: 'close', host: number });
    return new Promise((resolve) => {
      const closed = (): void => {
        clearTimeout(late);
        this.closing.delete(number);
        this.hosts.delete(number);
        if (this.hosts.size === 0) this.end();
        resolve();
      };
      const late = setTimeout(() => {
        this.isStuck = true;
        closed();
      }, closeMs);
      this.closing.set(number, closed);
    });
  }

  private end(): void {
    this.onEnd();
    this.port.post('end');
    this.leaving = setTimeout(() => this.port.terminate(), leaveMs);
  }

  private hostInHand(): number {
    return Atomics.load(this.inHand, 0);
  }

  private hear(message: FromReader<never>): void {
    this.isStuck = false;
    if (message.say === 'closed') this.closing.get(message.host)?.();
    else this.hosts.get(message.host)?.hear(message);
  }

  private ended(): void {
    this.onEnd();
    this.onExit();
    const hosts = [...this.hosts.values()];
    this.hosts.clear();
    for (const host of hosts) host.left();
    for (const closed of this.closing.values()) closed();
    clearTimeout(this.leaving);
  }
}
