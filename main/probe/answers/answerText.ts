/** What the sections of an answer say, line by line. */
import { livepatchRoot } from '../../../shared/readings/paths';
import { fileNames, reads, rowOf } from '../../../shared/readings/reads';
import type { FileReading, Missing } from '../../../shared/readings/readings';
import { UnknownNames } from './unknownNames';

export interface SectionContent {
  readonly files: Map<string, FileReading>;
  /** Folders that are there, each without a final slash. */
  readonly folders: string[];
  /** Lines about nothing that is read. */
  readonly unknown: UnknownNames;
}

/** Longest path of a file (PATH_MAX of Linux). */
const longestPath = 4096;

/** More folders than any path has that is read. */
const depth = 8;

const nameBeforeColon = new RegExp(`/(?:${fileNames.join('|')}):`, 'g');

/** A line `PATH:CONTENT` of a file in the list of what is read; folders in the path may hold colons. */
function divide(line: string): { readonly path: string; readonly content: string } | null {
  let tries = 0;
  for (const { 0: found, index } of line.slice(0, longestPath).matchAll(nameBeforeColon)) {
    const colon = index + found.length - 1;
    const path = line.slice(0, colon);
    if (rowOf(path)) return { path, content: line.slice(colon + 1) };
    tries += 1;
    if (tries === depth) break;
  }
  return null;
}

const stateLine = /^ (exists|empty|denied|unreadable) (\/.*)$/s;

const folderLine = /^(?: folder (\/.*?)\/?|(\/.*)\/)$/s;

/**
 * Lines `PATH:VALUE` of one-line files, ` folder PATH` or `PATH/` for folders, and ` WHY PATH` for
 * what gave no value.
 */
export function readSection(text: string): SectionContent {
  const files = new Map<string, FileReading>();
  const folders: string[] = [];
  const unknown = new UnknownNames();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const value = divide(line);
    if (value) {
      files.set(value.path, { text: `${value.content}\n`, truncated: false });
      continue;
    }
    const [, reported, listed] = folderLine.exec(line) ?? [];
    const folder = reported ?? listed;
    if (folder !== undefined && isFolderRead(folder)) {
      // A pattern that matched nothing stays as it is.
      if (!folder.endsWith('*')) folders.push(folder);
      continue;
    }
    const [, word, place] = stateLine.exec(line) ?? [];
    if (word === undefined || place === undefined || !rowOf(place)) unknown.add(line.trimStart());
    else if (word === 'denied' || word === 'unreadable') files.set(place, { missing: word });
    else files.set(place, { text: '', truncated: false });
  }
  return { files, folders, unknown };
}

function isFolderRead(path: string): boolean {
  return path === '/sys/kernel' || path === livepatchRoot || path.startsWith(`${livepatchRoot}/`);
}

/** Lines `PATH:LINE` of files of threads and processes; a last line that breaks off counts as it is. */
export function readThreadFiles(text: string): {
  readonly files: Map<string, FileReading>;
  readonly unknown: UnknownNames;
} {
  const lines = new Map<string, string[]>();
  const unknown = new UnknownNames();
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    const known = divide(line);
    if (known && isThreadFile(known.path)) {
      const before = lines.get(known.path);
      if (before) before.push(known.content);
      else lines.set(known.path, [known.content]);
    } else if (line !== '' && index < all.length - 1) {
      unknown.add(line);
    }
  }
  const files = new Map<string, FileReading>();
  for (const [path, content] of lines) {
    // The tool that read it ended its last line, whether the kernel did or not.
    const row = rowOf(path);
    const end = row && 'isOpenEnded' in row ? '' : '\n';
    files.set(path, { text: content.join('\n') + end, truncated: false });
  }
  return { files, unknown };
}

const inThreadFolder = /^\/proc\/\d+\/task\//;

/** A thread's file may be read for the host as well: that of process 2 tells a host from a container. */
function isThreadFile(path: string): boolean {
  if (!path.startsWith('/proc/') || rowOf(path) === null) return false;
  return inThreadFolder.test(path) || !Object.hasOwn(reads.host, path);
}

const complaint = /^(?:[^/]*: )?(\/proc\/[^:\n]+): (.*)$/;

/** `grep: PATH: reason`, in the words of the C locale. */
export function readComplaints(text: string): {
  readonly missing: Map<string, Missing>;
  readonly unknown: UnknownNames;
} {
  const missing = new Map<string, Missing>();
  const unknown = new UnknownNames();
  for (const line of text.split('\n')) {
    const [, path, reason] = complaint.exec(line) ?? [];
    if (path === undefined || reason === undefined) continue;
    if (rowOf(path)) missing.set(path, missingFor(reason));
    else unknown.add(path);
  }
  return { missing, unknown };
}

function missingFor(reason: string): Missing {
  switch (reason) {
    case 'Permission denied':
    case 'Operation not permitted':
      return 'denied';
    case 'No such file or directory':
      return 'absent';
    case 'No such process':
      return 'vanished';
    case 'slow':
      return 'timed-out';
    default:
      return 'unreadable';
  }
}
