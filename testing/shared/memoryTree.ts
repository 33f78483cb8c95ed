/** A host written down as a list of files, for tests. */
import type { CollectOptions } from '../../shared/readings/collect';
import { collect } from '../../shared/readings';
import { parseProcStat } from '../../shared/readings/files/procStat';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Readings,
  ThreadScan,
  ThreadStack,
  Tree,
} from '../../shared/readings/readings';
import { parsePatchState } from '../../shared/readings/files/patchState';

/** Paths to contents. A path that ends in `/` is an empty folder. Folders above come by themselves. */
export type Files = Readonly<Record<string, string>>;

export class MemoryTree implements Tree {
  private readonly files = new Map<string, string>();
  private readonly folders = new Map<string, Map<string, FolderEntry>>();

  constructor(files: Files) {
    for (const [path, text] of Object.entries(files)) {
      const names = path.split('/').slice(1);
      const leaf = names.pop() ?? '';
      let folder = '';
      for (const name of names) {
        this.enter(folder, { name, kind: 'folder' });
        folder = `${folder}/${name}`;
      }
      this.enter(folder, null);
      if (leaf === '') continue;
      this.enter(folder, { name: leaf, kind: 'file' });
      this.files.set(path, text);
    }
  }

  private enter(folder: string, entry: FolderEntry | null): void {
    const entries = this.folders.get(folder) ?? new Map<string, FolderEntry>();
    if (entry) entries.set(entry.name, entry);
    this.folders.set(folder, entries);
  }

  readFile(path: string, limit: number): FileReading {
    const text = this.files.get(path);
    if (text === undefined) return { missing: 'absent' };
    return { text: text.slice(0, limit), truncated: text.length > limit };
  }

  readFolder(path: string): FolderReading {
    const entries = this.folders.get(path);
    return entries ? { entries: [...entries.values()] } : { missing: 'absent' };
  }

  scanThreads(): ThreadScan | null {
    const rows = [...this.files].flatMap(([path, text]) => {
      const match = /^\/proc\/(\d+)\/task\/(\d+)\/patch_state$/.exec(path);
      return match ? [{ path, pid: Number(match[1]), tid: Number(match[2]), text }] : [];
    });
    if (rows.length === 0) return null;
    const valid = rows.flatMap(({ pid, tid, text }) => {
      const state = parsePatchState(text);
      return state === null ? [] : [{ pid, tid, state }];
    });
    return {
      pids: valid.map(({ pid }) => pid),
      tids: valid.map(({ tid }) => tid),
      states: valid.map(({ state }) => state),
      denied: 0,
      vanished: 0,
      absent: 0,
      invalid: rows.filter(({ text }) => parsePatchState(text) === null),
    };
  }

  *threadStacks(limit: number): Generator<ThreadStack> {
    for (const [folder] of this.folders) {
      const [, pid, tid] = /^\/proc\/(\d+)\/task\/(\d+)$/.exec(folder) ?? [];
      if (pid === undefined || tid === undefined) continue;
      const state = parseProcStat(this.files.get(`${folder}/stat`) ?? '')?.state ?? null;
      const stack = this.readFile(`${folder}/stack`, limit);
      yield { pid: Number(pid), tid: Number(tid), state, stack };
    }
  }
}

/** Readings of a saved tree made of these files. */
export function readingsOf(files: Files, options: Partial<CollectOptions> = {}): Readings {
  const collected = collect(new MemoryTree(files), {
    target: 'dir:/test',
    source: 'directory',
    takenAt: null,
    privileged: null,
    live: false,
    ...options,
  });
  if (!collected.ok) throw new Error(collected.problem.message);
  return collected.value;
}

interface PatchFiles {
  readonly enabled?: string;
  readonly transition?: string;
  readonly replace?: string;
  readonly stack_order?: string;
}

/** A livepatch as sysfs shows it; objects as `name: functions`, each patched. */
export function livepatch(
  name: string,
  objects: Readonly<Record<string, readonly string[]>>,
  attributes: PatchFiles = {},
): Files {
  const root = `/sys/kernel/livepatch/${name}`;
  const files: Record<string, string> = {};
  for (const [attribute, value] of Object.entries({
    enabled: '1',
    transition: '0',
    ...attributes,
  })) {
    files[`${root}/${attribute}`] = `${value}\n`;
  }
  for (const [object, functions] of Object.entries(objects)) {
    files[`${root}/${object}/patched`] = '1\n';
    for (const folder of functions) files[`${root}/${object}/${folder}/`] = '';
  }
  return files;
}

interface ThreadFiles {
  readonly state?: string;
  readonly comm?: string;
  readonly letter?: string;
  readonly kthread?: boolean;
  /** Stack lines without their `[<0>] ` prefix; null: not readable. */
  readonly stack?: readonly string[] | null;
  readonly wchan?: string;
}

/** PF_KTHREAD of include/linux/sched.h. */
const kthreadFlag = 0x00200000;

/** A thread's files; `state` is its patch_state. */
export function thread(
  tid: number,
  {
    state = '0',
    comm = 'cat',
    letter = 'S',
    kthread = false,
    stack = [],
    wchan = '0',
  }: ThreadFiles = {},
): Files {
  const root = `/proc/${tid}/task/${tid}`;
  const flags = kthread ? kthreadFlag : 0x00400000;
  return {
    [`${root}/patch_state`]: `${state}\n`,
    [`${root}/comm`]: `${comm}\n`,
    [`${root}/stat`]: `${tid} (${comm}) ${letter} 1 ${tid} ${tid} 0 -1 ${flags} 190 0 0 0 3 1 0 0 20 0 1 0 1010 3096576 386\n`,
    [`${root}/wchan`]: wchan,
    [`/proc/${tid}/cmdline`]: kthread ? '' : `${comm}\0`,
    ...(stack === null
      ? {}
      : { [`${root}/stack`]: stack.map((line) => `[<0>] ${line}\n`).join('') }),
  };
}

/** /proc/modules, newest first. */
export function modules(...lines: readonly string[]): Files {
  return { '/proc/modules': lines.map((line) => `${line}\n`).join('') };
}

export function dmesg(...lines: readonly string[]): Files {
  return { '/sos_commands/kernel/dmesg': lines.map((line) => `${line}\n`).join('') };
}
