/** Where readings come from: one interface for everything that can be opened. */
import type { Recording } from '../../shared/history/recording/recording';
import type { Result } from '../../shared/base/problem';
import type { SoughtCode, StackSearch } from '../../shared/readings/stackSearch';
import type { Readings, SourceKind } from '../../shared/readings/readings';
import type { Ask } from '../ssh/questions';
import type { Trace } from '../ssh/trace';
import type { ConnectSlots } from './connectSlots';
import type { Content } from './content';
import type { Story } from './story';

export interface Source {
  readonly target: string;
  readonly kind: SourceKind;
  /** A live host changes; a saved state is read again only when asked. */
  readonly live: boolean;
  /** One sample. Fails only where the host as a whole can't be read. */
  sample(): Promise<Result<Readings>>;
  /** Whose stack holds some code, now; absent where only what was once read is known. */
  seek?(sought: SoughtCode): Promise<Result<StackSearch>>;
  /** Milliseconds that asking a live host took last, connecting left out; null or absent: not known. */
  readonly roundMs?: number | null;
  /** A host that is lost is not connected to again before `retry`: a person is to do something. */
  readonly waitsForHuman?: boolean;
  /** A lost host is connected to by the next sample, at once, and a human may be asked. */
  retry?(): void;
  /** Gives up connecting, if it does: the host stays lost as it was. */
  cancel?(): void;
  /** What a demo host plays; no other source has one. */
  readonly story?: Story;
  /** All moments of a recording; no other source has them. */
  readonly recording?: () => Promise<Result<Recording>>;
  close(): void;
}

/** How a live host is to be reached and read. */
export interface LiveRequest {
  /** Read through sudo where the login isn't root. */
  readonly sudo: boolean;
  /** Read this machine through pkexec instead, which asks in the desktop's own dialog. */
  readonly pkexec: boolean;
  /** Null: ssh2, or OpenSSH where the configuration has what ssh2 can't do. */
  readonly transport: 'ssh2' | 'openssh' | null;
  /** A key file beside those of the configuration; null: none. */
  readonly identity: string | null;
  /** Take unknown host keys without asking; changed ones never. */
  readonly acceptNew: boolean;
  /** Milliseconds for connecting, and for each answer; null: what is usual. */
  readonly timeoutMs: number | null;
}

export interface SourceOptions {
  /** Kernel log to read along with a tree, beside those that lie in it; `-`: the input. */
  readonly log?: string;
  /** What stood on standard input, where the target or the log is `-`. */
  readonly input?: Content;
  readonly live?: Partial<LiveRequest>;
  /** Whom to ask for what only a human can answer; without, every question stays unanswered. */
  readonly ask?: Ask;
  /** Hears each step on the way to a live host; without, the file that KLPSCOPE_VERBOSE names does. */
  readonly trace?: Trace;
  /** Bounds how many live hosts are connected to at once; without, each is at once. */
  readonly slots?: ConnectSlots;
  /** Where a demo host's story stands: played from its beginning, or still at its end. */
  readonly demo?: 'from-start' | 'end';
  /** Hears, in a line each and escaped, which steps of a demo host's story go otherwise than it says. */
  readonly onSurprise?: (line: string) => void;
}
