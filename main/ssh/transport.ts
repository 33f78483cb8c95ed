/** A way to run a program on a host: over SSH, or on this machine. */
import type { Readable, Writable } from 'node:stream';
import type { Problem, Result } from '../../shared/base/problem';

/** How a program, or the connection that it ran over, ended. */
export interface ChannelEnd {
  /** Exit status; null where none was told (a signal, a lost connection). */
  readonly status: number | null;
  /** Set where it wasn't the program that ended, but the connection. */
  readonly problem: Problem | null;
}

/** A running program. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once; never rejects. */
  readonly ended: Promise<ChannelEnd>;
  /** Ends the program's input and lets go of it. */
  close(): void;
}

export interface Command {
  /** For a login shell of any kind. */
  readonly line: string;
  /** The same for a transport without a shell in between. */
  readonly argv: readonly string[];
}

export interface Transport {
  exec(command: Command): Promise<Result<Channel>>;
  /** Why the connection is gone; resolves once, also after `close`. */
  readonly closed: Promise<Problem>;
  /** Whether a human had to answer something when it was opened. */
  readonly neededHuman: boolean;
  close(): void;
}
