/** Files and folders that are made when somebody looks at them. */
import type { FileReading, FolderReading } from '../../readings/readings';

export type Node =
  | { readonly kind: 'file'; readonly content: FileReading }
  | {
      readonly kind: 'folder';
      entries(): Iterable<readonly [string, Node]>;
      /** Faster than listing them; absent: `entries` is searched. */
      find?(name: string): Node | null;
      /** Names and kinds alone, where that is cheaper than `entries`. */
      list?(): FolderReading;
    };

export function file(text: string): Node {
  return { kind: 'file', content: { text, truncated: false } };
}

/** A file that exists and that nobody may read (mode 0200). */
export const denied: Node = { kind: 'file', content: { missing: 'denied', detail: 'EACCES' } };

export function folder(entries: () => Iterable<readonly [string, Node]>): Node {
  return { kind: 'folder', entries };
}

export function childOf(node: Node, name: string): Node | null {
  if (node.kind === 'file') return null;
  if (node.find) return node.find(name);
  for (const [entry, child] of node.entries()) if (entry === name) return child;
  return null;
}

export function listing(node: Extract<Node, { kind: 'folder' }>): FolderReading {
  if (node.list) return node.list();
  return {
    entries: [...node.entries()].map(([name, { kind }]) => ({ name, kind })),
  };
}
