/** A host of which something is missing, may not be read, or is otherwise than it was. */
import { collect } from '../../shared/readings';
import type { CollectOptions } from '../../shared/readings/collect';
import type {
  FileReading,
  FolderReading,
  Readings,
  ThreadScan,
  ThreadStack,
  Tree,
} from '../../shared/readings/readings';
import { MemoryTree, type Files } from './memoryTree';

export interface Damage {
  /** Paths of files and folders that are not there. */
  readonly absent?: RegExp;
  /** Paths of files and folders that may not be read. */
  readonly denied?: RegExp;
  /** Paths of files and folders that break off: a folder may have had more. */
  readonly cut?: RegExp;
  /** Other contents, of files that are there. */
  readonly changed?: (path: string, text: string) => string;
  readonly added?: Files;
  /** The sample changed while it was taken. */
  readonly torn?: true;
  /** As in `Readings`. */
  readonly listedTwice?: boolean;
  /** As in `Readings`. */
  readonly soleNames?: readonly string[];
  readonly options?: Partial<CollectOptions>;
}

export interface Host {
  readonly files: Files;
  readonly options?: Partial<CollectOptions>;
  /** What is wrong with it to begin with. */
  readonly damage?: Damage;
}

const nothing = /(?!)/;

class DamagedTree extends MemoryTree {
  private readonly denied: RegExp;
  private readonly cut: RegExp;

  constructor(files: Files, { absent = nothing, denied, cut, changed, added }: Damage) {
    const kept = Object.entries(files)
      .filter(([path]) => !absent.test(path))
      .map(([path, text]) => [path, changed?.(path, text) ?? text] as const);
    super({ ...Object.fromEntries(kept), ...added });
    this.denied = denied ?? nothing;
    this.cut = cut ?? nothing;
  }

  override readFile(path: string, limit: number): FileReading {
    if (this.denied.test(path)) return { missing: 'denied' };
    const reading = super.readFile(path, limit);
    return 'text' in reading && this.cut.test(path) ? { ...reading, truncated: true } : reading;
  }

  override readFolder(path: string): FolderReading {
    if (this.denied.test(path)) return { missing: 'denied' };
    const reading = super.readFolder(path);
    return 'entries' in reading && this.cut.test(path) ? { ...reading, truncated: true } : reading;
  }

  override scanThreads(): ThreadScan | null {
    const scan = super.scanThreads();
    if (scan === null || !this.denied.test('/proc/1/task/1/patch_state')) return scan;
    return { ...scan, pids: [], tids: [], states: [], denied: scan.pids.length };
  }

  override *threadStacks(limit: number): Generator<ThreadStack> {
    for (const thread of super.threadStacks(limit)) {
      const path = `/proc/${thread.pid}/task/${thread.tid}/stack`;
      yield this.denied.test(path) ? { ...thread, stack: { missing: 'denied' } } : thread;
    }
  }
}

/** What is left of it, as a tree. */
export function damagedTree({ files, damage }: Host, more: Damage): Tree {
  return new DamagedTree(files, { ...damage, ...more });
}

export function damaged(host: Host, more: Damage): Readings {
  const { options } = host;
  const damage = { ...host.damage, ...more };
  const collected = collect(damagedTree(host, more), {
    target: 'dir:/test',
    source: 'directory',
    takenAt: null,
    privileged: null,
    live: false,
    ...options,
    ...damage.options,
  });
  if (!collected.ok) throw new Error(collected.problem.message);
  const { torn, listedTwice, soleNames } = damage;
  return {
    ...collected.value,
    ...(torn === true ? { torn } : {}),
    ...(listedTwice === true ? { listedTwice } : {}),
    ...(soleNames && { soleNames }),
  };
}
