/**
 * What a source brings from a host: the text of files, and for each missing one the reason.
 *
 * Paths are absolute on the host (`/sys/kernel/livepatch/…`), whether it is live, a tree on disk,
 * an archive or a demo host. Nothing here has a meaning yet: that is `shared/model`.
 */
import type { Problem } from '../base/problem';

/** Where readings come from. */
export const sourceKinds = ['local', 'ssh', 'directory', 'archive', 'recording', 'demo'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/**
 * Why a file or folder gave no content.
 *
 * `absent`: ENOENT, it was never seen · `denied`: EACCES or EPERM · `vanished`: listed, then gone
 * (ENOENT or ESRCH between two reads) · `timed-out`: its own time limit passed · `link`: a symbolic
 * link that leads out of the tree, loops or dangles, never followed · `unreadable`: any other error.
 */
export type Missing = 'absent' | 'denied' | 'vanished' | 'timed-out' | 'link' | 'unreadable';

/**
 * One file. `text` is decoded as UTF-8, bytes that are not become U+FFFD, the final newline stays.
 * `truncated`: more followed than the reader's limit allowed.
 */
export type FileReading =
  | { readonly text: string; readonly truncated: boolean }
  | { readonly missing: Missing; readonly detail?: string };

export interface FolderEntry {
  /** As the host spells it, undecodable bytes replaced. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * One folder. The order of entries means nothing (kernfs hashes names). `truncated`: the capture
 * breaks off within it, so that more may have followed.
 */
export type FolderReading =
  | { readonly entries: readonly FolderEntry[]; readonly truncated?: true }
  | { readonly missing: Missing; readonly detail?: string };

/**
 * `patch_state` of every thread that could be read, as parallel columns: a scan has tens of
 * thousands of rows.
 */
export interface ThreadScan {
  readonly pids: readonly number[];
  readonly tids: readonly number[];
  /** −1, 0 or 1: Documentation/livepatch/livepatch.rst, "Consistency model". */
  readonly states: readonly number[];
  /**
   * Threads that were read and have no row, because they are where the running transition leads: a
   * live host sends only those that are not. Absent: every thread that was read has its row.
   */
  readonly unlisted?: number;
  /** Threads whose `patch_state` exists but may not be read by this login. */
  readonly denied: number;
  /** Threads that were listed and gone when they were read. */
  readonly vanished: number;
  /** Threads whose `patch_state` was read and is none of −1, 0, 1: path and first characters. */
  readonly invalid: readonly { readonly path: string; readonly text: string }[];
  /** Thread folders without a `patch_state` file although others have one. */
  readonly absent: number;
}

/** `/proc/PID/task/TID/stack` of one thread. */
export interface ThreadStack {
  readonly pid: number;
  readonly tid: number;
  /** State letter of its `stat`; null where that could not be read. */
  readonly state: string | null;
  readonly stack: FileReading;
}

/** What a recording says of itself. */
export interface RecordedFrom {
  /** What was recorded, as it was named then. */
  readonly target: string;
  readonly source: SourceKind;
  /** ISO 8601 UTC. */
  readonly started: string;
}

/** One shadow variable: data attached to an object under an id (kernel/livepatch/shadow.c, struct klp_shadow). */
export interface ShadowVariableReading {
  /** The object's address. */
  readonly object: string;
  /** `unsigned long`, 64 bits, as `0x…`. */
  readonly id: string;
  /** Bytes; null: not known. */
  readonly size: number | null;
  /** In hexadecimal, its first bytes; null: not asked for, or not known. */
  readonly data: string | null;
  /** The livepatch that attached it; null: none, or not known. */
  readonly owner: string | null;
}

/** A type of shadow variables that objects of livepatches have registered. */
export interface ShadowTypeReading {
  readonly id: string;
  /** By how many objects of livepatches. */
  readonly registered: number;
  /** The livepatches, each as often as objects of it did; absent: not known. */
  readonly by?: readonly string[];
}

/** Functions of the shadow API; `update` is in no kernel (mail of 2017-07-21). */
export const shadowCalls = ['get', 'alloc', 'get-or-alloc', 'update', 'free', 'free-all'] as const;

/** What a call of the shadow API brought; from `null` on it returned NULL. */
export const shadowAnswers = [
  'new',
  'existing',
  'updated',
  'freed',
  'null',
  'duplicate',
  'failed',
  'no-memory',
] as const;

/** A call of the shadow API that was answered. */
export interface ShadowCallReading {
  /** Seconds since boot. */
  readonly at: number;
  /** The livepatch that called; null: somebody else. */
  readonly by: string | null;
  readonly call: (typeof shadowCalls)[number];
  /** Null: of all objects. */
  readonly object: string | null;
  readonly id: string;
  readonly answer: (typeof shadowAnswers)[number];
  /** How many it freed; with `freed` only. */
  readonly freed?: number;
  /** What the answered pointer leads to, in hexadecimal, its first bytes; absent: nothing, or not known. */
  readonly data?: string;
}

/** The kernel's shadow variables, which no file shows. */
export interface ShadowTable {
  readonly from: 'model';
  readonly variables: readonly ShadowVariableReading[];
  /**
   * Types that are registered, where the kernel collects (series of 2022-10-26, v2 4/4,
   * klp_shadow_types); null: this kernel has no such register.
   */
  readonly types: readonly ShadowTypeReading[] | null;
  /**
   * For each id the livepatches that have had code for it, loaded or no more: they list its type or have
   * called with it. Absent: not known.
   */
  readonly usedBy?: readonly { readonly id: string; readonly livepatches: readonly string[] }[];
  /** The last calls, oldest first; absent: this source can't have them. */
  readonly calls?: readonly ShadowCallReading[];
}

/** Everything that one sample of a host brought. */
export interface Readings {
  readonly target: string;
  readonly source: SourceKind;
  /** When the reading began, ISO 8601 UTC; null for a tree, whose moment nobody noted. */
  readonly takenAt: string | null;
  /** How long the reading took; absent where it was not read of a machine, or nobody noted it. */
  readonly readingSeconds?: number;
  /** Whether the reader had root's rights; null where it can't be known (a tree). */
  readonly privileged: boolean | null;
  readonly files: ReadonlyMap<string, FileReading>;
  readonly folders: ReadonlyMap<string, FolderReading>;
  /** Null: threads were not looked at (nothing in transition), or no thread has a `patch_state`. */
  readonly threads: ThreadScan | null;
  /** Path of the kernel log among `files`; null: no log was found or looked for. */
  readonly logPath: string | null;
  /** The sample changed underneath each time it was taken: what it says may mix two moments. */
  readonly torn: boolean;
  /**
   * There for true: who is attached to which function was listed twice, each time within a whole sample, the
   * two lists agree, and the livepatches did not change between them.
   */
  readonly listedTwice?: true;
  /**
   * Functions, as `OBJECT:NAME`, whose addresses were looked up on the host and have no other name. Whatever is
   * not among them may have one, under which the kernel lists it.
   */
  readonly soleNames?: readonly string[];
  /**
   * Names of one address, as `OBJECT:NAME` in groups of two and more, of those whose addresses were looked up
   * on the host. The addresses themselves never leave it.
   */
  readonly equalNames?: readonly (readonly string[])[];
  /** Absent: this source or kernel can't have it; null: it did not come. */
  readonly shadow?: ShadowTable | null;
  /** What went wrong on the way, beyond what `files` and `folders` say themselves. */
  readonly problems: readonly Problem[];
  /** Of readings that were recorded. */
  readonly recording?: RecordedFrom;
}

/**
 * A host laid out as files. Directory, archive and demo host implement it; `collect` reads it.
 * Calls never throw for what a host can cause.
 */
export interface Tree {
  /** @param limit bytes after which the text is cut and marked truncated */
  readFile(path: string, limit: number): FileReading;
  readFolder(path: string): FolderReading;
  /**
   * Reads `/proc/PID/task/TID/patch_state` of all threads, as fast as this tree can.
   * Null where no thread has such a file (kernel before 4.12, or not captured).
   */
  scanThreads(): ThreadScan | null;
  /**
   * The kernel stack of every thread, each read when it is asked for.
   *
   * @param limit as in `readFile`
   */
  threadStacks(limit: number): Iterable<ThreadStack>;
}
