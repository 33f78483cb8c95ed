/**
 * A host laid out as a folder on this machine's disk, or this machine itself.
 *
 * Symbolic links are followed only as long as they stay inside the folder; nothing but regular
 * files and folders is ever opened, since a FIFO would hang the reader and a device may act on it.
 */
import { lstatSync, readdirSync, readlinkSync, type Dirent, type Stats } from 'node:fs';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Missing,
  ThreadScan,
  ThreadStack,
} from '../../../shared/readings/readings';
import { missingBecause } from '../missing';
import { resolvePath, type Looked } from '../resolvePath';
import type { ByteTree } from './packedLogs';
import { readBytes, readText } from './readText';
import { scanPatchStates } from './threadScan';
import { stacksBelow } from './threadStacks';

type Gap = { readonly missing: Missing; readonly detail?: string };
type Resolved = { readonly place: string; readonly stats: Stats } | Gap;

export class DirectoryTree implements ByteTree {
  /** Folders that a listing named: what is missing below one that is gone has vanished with it. */
  private readonly listed = new Set<string>();

  /** @param root absolute path without a final slash; '' is this machine */
  constructor(private readonly root: string) {}

  readFile(path: string, limit: number): FileReading {
    const resolved = this.resolve(path);
    if ('missing' in resolved) return resolved;
    if (!resolved.stats.isFile()) return { missing: 'unreadable', detail: 'not a regular file' };
    try {
      return readText(resolved.place, limit);
    } catch (error) {
      return this.gapAt(path, error);
    }
  }

  readBytes(path: string, limit: number): ReturnType<ByteTree['readBytes']> {
    const resolved = this.resolve(path);
    if ('missing' in resolved) return resolved;
    if (!resolved.stats.isFile()) return { missing: 'unreadable', detail: 'not a regular file' };
    try {
      return readBytes(resolved.place, limit);
    } catch (error) {
      return this.gapAt(path, error);
    }
  }

  readFolder(path: string): FolderReading {
    const resolved = this.resolve(path);
    if ('missing' in resolved) return resolved;
    if (!resolved.stats.isDirectory()) return { missing: 'unreadable', detail: 'not a folder' };
    try {
      const entries = readdirSync(resolved.place, { withFileTypes: true }).map(toEntry);
      for (const { name, kind } of entries) {
        if (kind === 'folder') this.listed.add(`${path}/${name}`);
      }
      return { entries };
    } catch (error) {
      return this.gapAt(path, error);
    }
  }

  scanThreads(): ThreadScan | null {
    const proc = this.resolve('/proc');
    return 'missing' in proc || !proc.stats.isDirectory() ? null : scanPatchStates(proc.place);
  }

  *threadStacks(limit: number): Generator<ThreadStack> {
    const proc = this.resolve('/proc');
    if ('missing' in proc || !proc.stats.isDirectory()) return;
    yield* stacksBelow(proc.place, limit);
  }

  private resolve(path: string): Resolved {
    const resolved = resolvePath(path, (names) => this.look(names));
    if ('missing' in resolved) {
      return resolved.missing === 'absent' ? this.absentOrVanished(path) : resolved;
    }
    const place = this.onDisk(resolved.names);
    try {
      return { place, stats: lstatSync(place) };
    } catch (error) {
      return this.gapAt(path, error);
    }
  }

  private look(names: readonly string[]): Looked {
    const place = this.onDisk(names);
    try {
      return lstatSync(place).isSymbolicLink() ? { link: readlinkSync(place) } : {};
    } catch (error) {
      return missingBecause(error);
    }
  }

  private gapAt(path: string, error: unknown): Gap {
    const gap = missingBecause(error);
    return gap.missing === 'absent' ? this.absentOrVanished(path) : gap;
  }

  private absentOrVanished(path: string): Gap {
    const names = path.split('/');
    for (let length = names.length; length > 1; length -= 1) {
      const folder = names.slice(0, length).join('/');
      if (!this.listed.has(folder)) continue;
      const isThere = lstatSync(`${this.root}${folder}`, { throwIfNoEntry: false }) !== undefined;
      if (!isThere) return { missing: 'vanished' };
    }
    return { missing: 'absent' };
  }

  private onDisk(names: readonly string[]): string {
    return names.length === 0 ? this.root || '/' : `${this.root}/${names.join('/')}`;
  }
}

function toEntry(entry: Dirent): FolderEntry {
  return { name: entry.name, kind: kindOf(entry) };
}

function kindOf(entry: Dirent): FolderEntry['kind'] {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
