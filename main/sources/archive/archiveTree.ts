/** A host laid out in an archive, unpacked in memory: nothing is ever written to disk. */
import { parsePatchState } from '../../../shared/readings/files/patchState';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Missing,
  ThreadScan,
  ThreadStack,
} from '../../../shared/readings/readings';
import type { ByteTree } from '../directory/packedLogs';
import { resolvePath, type Looked } from '../resolvePath';
import { stateIn } from '../threadState';
import { ThreadColumns, threadNumber } from '../threadColumns';

/** What an entry of an archive becomes. */
export type Leaf =
  | {
      readonly kind: 'file';
      readonly text: string;
      readonly truncated: boolean;
      /** As they are, of what is no plain text. */
      readonly bytes?: Buffer;
    }
  | { readonly kind: 'link'; readonly goal: string }
  | { readonly kind: 'other' };

interface Folder {
  readonly kind: 'folder';
  readonly children: Map<string, Leaf | Folder>;
}

type Gap = { readonly missing: Missing; readonly detail?: string };

function emptyFolder(): Folder {
  return { kind: 'folder', children: new Map() };
}

export class ArchiveTree implements ByteTree {
  private readonly root = emptyFolder();
  private brokenAt: readonly string[] | null = null;

  /**
   * A later entry takes the place of an earlier one, as in tar; a folder keeps what is in it.
   *
   * @param names path below the root, without `.` and `..`
   */
  add(names: readonly string[], node: Leaf | 'folder'): void {
    let folder = this.root;
    for (const name of names.slice(0, -1)) folder = folderIn(folder, name);
    const last = names.at(-1);
    if (last === undefined) return;
    if (node === 'folder') folderIn(folder, last);
    else folder.children.set(last, node);
  }

  /**
   * The archive broke off within or behind this entry: a folder on the way to it may lack entries,
   * so what is missing there is not known to be absent.
   */
  breakOffAt(names: readonly string[]): void {
    this.brokenAt = names;
  }

  /** Whether there is a folder of that name at the root. */
  has(name: string): boolean {
    return this.root.children.get(name)?.kind === 'folder';
  }

  readFile(path: string, limit: number): FileReading {
    const node = this.find(path);
    if ('missing' in node) return node;
    if (node.kind !== 'file') return { missing: 'unreadable', detail: 'not a regular file' };
    const isLong = node.text.length > limit;
    return {
      text: isLong ? node.text.slice(0, limit) : node.text,
      truncated: node.truncated || isLong,
    };
  }

  readBytes(path: string, limit: number): ReturnType<ByteTree['readBytes']> {
    const node = this.find(path);
    if ('missing' in node) return node;
    if (node.kind !== 'file') return { missing: 'unreadable', detail: 'not a regular file' };
    const bytes = node.bytes ?? Buffer.from(node.text.slice(0, limit));
    return {
      bytes: bytes.subarray(0, limit),
      truncated: node.truncated || bytes.length > limit || node.text.length > limit,
    };
  }

  readFolder(path: string): FolderReading {
    const node = this.find(path);
    if ('missing' in node) return node;
    if (node.kind !== 'folder') return { missing: 'unreadable', detail: 'not a folder' };
    const entries = [...node.children].map(toEntry);
    return this.isOnBreak(namesOf(path)) ? { entries, truncated: true } : { entries };
  }

  scanThreads(): ThreadScan | null {
    const scan = new ThreadColumns();
    for (const [pid, process] of numbered(this.root.children.get('proc'))) {
      for (const [tid, thread] of numbered(process.children.get('task'))) {
        addThread(scan, Number(pid), Number(tid), thread.children.get('patch_state'));
      }
    }
    return scan.result();
  }

  *threadStacks(limit: number): Generator<ThreadStack> {
    for (const [pid, process] of numbered(this.root.children.get('proc'))) {
      if (!process.children.has('task')) {
        const leader = this.threadIn(`/proc/${pid}`, pid, pid, limit);
        if ('text' in leader.stack) yield leader;
        continue;
      }
      for (const [tid] of numbered(process.children.get('task'))) {
        yield this.threadIn(`/proc/${pid}/task/${tid}`, pid, tid, limit);
      }
    }
  }

  private threadIn(folder: string, pid: string, tid: string, limit: number): ThreadStack {
    const state = stateIn((name, most) => this.readFile(`${folder}/${name}`, most));
    const stack = this.readFile(`${folder}/stack`, limit);
    return { pid: Number(pid), tid: Number(tid), state, stack };
  }

  private find(path: string): Leaf | Folder | Gap {
    const resolved = resolvePath(path, (names) => this.look(names));
    if ('missing' in resolved) return this.asGap(resolved, path);
    return this.at(resolved.names) ?? { missing: 'absent' };
  }

  private look(names: readonly string[]): Looked {
    const node = this.at(names);
    if (!node) return { missing: 'absent' };
    return node.kind === 'link' ? { link: node.goal } : {};
  }

  private at(names: readonly string[]): Leaf | Folder | null {
    let node: Leaf | Folder = this.root;
    for (const name of names) {
      const next: Leaf | Folder | undefined =
        node.kind === 'folder' ? node.children.get(name) : undefined;
      if (!next) return null;
      node = next;
    }
    return node;
  }

  private asGap(gap: Gap, path: string): Gap {
    if (gap.missing !== 'absent' || this.brokenAt === null) return gap;
    const names = namesOf(path);
    const firstMissing = names.findIndex((_, index) => !this.at(names.slice(0, index + 1)));
    const existing = names.slice(0, firstMissing);
    return this.isOnBreak(existing)
      ? { missing: 'unreadable', detail: 'the archive ends before it' }
      : gap;
  }

  /** Whether the archive broke off in this folder, or below it. */
  private isOnBreak(names: readonly string[]): boolean {
    const { brokenAt } = this;
    return brokenAt !== null && names.every((name, index) => brokenAt[index] === name);
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function folderIn(parent: Folder, name: string): Folder {
  const known = parent.children.get(name);
  if (known?.kind === 'folder') return known;
  const made = emptyFolder();
  parent.children.set(name, made);
  return made;
}

function toEntry([name, { kind }]: [string, Leaf | Folder]): FolderEntry {
  return { name, kind };
}

function* numbered(node: Leaf | Folder | undefined): Generator<[string, Folder]> {
  if (node?.kind !== 'folder') return;
  for (const [name, child] of node.children) {
    if (child.kind === 'folder' && threadNumber.test(name)) yield [name, child];
  }
}

function addThread(
  scan: ThreadColumns,
  pid: number,
  tid: number,
  node: Leaf | Folder | undefined,
): void {
  if (!node) return scan.addMissing('absent');
  if (node.kind !== 'file') return scan.addInvalidState(pid, tid, `(a ${node.kind})`);
  const state = parsePatchState(node.text);
  if (state === null) scan.addInvalidState(pid, tid, node.text);
  else scan.add(pid, tid, state);
}
