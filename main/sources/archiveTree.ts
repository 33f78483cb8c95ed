/** A host laid out in an archive, unpacked in memory: nothing is ever written to disk. */
import { parsePatchState } from '../../shared/readings/patchState';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Missing,
  ThreadScan,
  Tree,
} from '../../shared/readings/readings';
import { resolvePath, type Looked } from './resolvePath';

type Node =
  | { readonly kind: 'folder'; readonly children: Map<string, FolderEntry['kind']> }
  | { readonly kind: 'file'; readonly text: string; readonly truncated: boolean }
  | { readonly kind: 'link'; readonly goal: string }
  | { readonly kind: 'other' };

export class ArchiveTree implements Tree {
  private readonly nodes = new Map<string, Node>([['', { kind: 'folder', children: new Map() }]]);

  /** @param names path below the root, without `.` and `..` */
  add(names: readonly string[], node: Exclude<Node, { kind: 'folder' }> | 'folder'): void {
    const path = names.join('/');
    const kind = node === 'folder' ? 'folder' : node.kind;
    const known = this.nodes.get(path);
    if (known?.kind === 'folder' && kind === 'folder') return;
    const name = names.at(-1);
    if (name === undefined) return;
    const parent = names.slice(0, -1);
    this.add(parent, 'folder');
    const folder = this.nodes.get(parent.join('/'));
    if (folder?.kind !== 'folder') return;
    folder.children.set(name, kind);
    this.nodes.set(path, node === 'folder' ? { kind: 'folder', children: new Map() } : node);
  }

  /** Whether the tree has a folder of that name at its root. */
  has(name: string): boolean {
    return this.nodes.has(name);
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

  readFolder(path: string): FolderReading {
    const node = this.find(path);
    if ('missing' in node) return node;
    if (node.kind !== 'folder') return { missing: 'unreadable', detail: 'not a folder' };
    return { entries: [...node.children].map(([name, kind]) => ({ name, kind })) };
  }

  scanThreads(): ThreadScan | null {
    const pids: number[] = [];
    const tids: number[] = [];
    const states: number[] = [];
    const invalid: { path: string; text: string }[] = [];
    let absent = 0;
    for (const pid of this.numbered('proc')) {
      for (const tid of this.numbered(`proc/${pid}/task`)) {
        const path = `proc/${pid}/task/${tid}/patch_state`;
        const node = this.nodes.get(path);
        if (node?.kind !== 'file') {
          absent += 1;
          continue;
        }
        const state = parsePatchState(node.text);
        if (state === null) {
          invalid.push({ path: `/${path}`, text: node.text.slice(0, 64) });
        } else {
          pids.push(Number(pid));
          tids.push(Number(tid));
          states.push(state);
        }
      }
    }
    if (states.length + invalid.length === 0) return null;
    return { pids, tids, states, denied: 0, vanished: 0, absent, invalid };
  }

  private numbered(folder: string): string[] {
    const node = this.nodes.get(folder);
    if (node?.kind !== 'folder') return [];
    return [...node.children]
      .filter(([name, kind]) => kind === 'folder' && /^[1-9]\d{0,9}$/.test(name))
      .map(([name]) => name);
  }

  private find(path: string): Node | { readonly missing: Missing; readonly detail?: string } {
    const resolved = resolvePath(path, (names) => this.look(names));
    if ('missing' in resolved) return resolved;
    return this.nodes.get(resolved.names.join('/')) ?? { missing: 'absent' };
  }

  private look(names: readonly string[]): Looked {
    const node = this.nodes.get(names.join('/'));
    if (!node) return { missing: 'absent' };
    return node.kind === 'link' ? { link: node.goal } : {};
  }
}
