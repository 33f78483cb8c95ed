/**
 * Looks for code on the stacks of all threads of a host: who would be in the way of a transition that
 * has not begun. Only what is asked about a livepatch needs this; no other reading does.
 */
import { threadFiles } from './collect';
import { detailedThreads } from './limits';
import { limitOf, reads } from './reads';
import type { FileReading, ThreadStack, Tree } from './readings';
import { parseStack, type StackFrame } from './files/stack';

/** What is looked for: a frame that is any of these. */
export interface SoughtCode {
  /** Functions by their symbol, whatever module a frame names. */
  readonly symbols: readonly string[];
  /** Modules, each of whose functions counts. */
  readonly modules: readonly string[];
  /** Beginnings of symbols. */
  readonly prefixes: readonly string[];
}

export interface FoundStack {
  readonly pid: number;
  readonly tid: number;
  /** Innermost first; at least those that were looked for. */
  readonly frames: readonly StackFrame[];
}

export interface StackSearch {
  /** Threads that there were. */
  readonly threads: number;
  /** How many of them have a stack that could not be read, or not be searched for everything. */
  readonly unread: number;
  /** Threads in state R: their stack changes while it is read. */
  readonly running: readonly { readonly pid: number; readonly tid: number }[];
  /** The others that have the code on their stack, by process and thread. */
  readonly found: readonly FoundStack[];
  /** Files of the first of them under their paths: stack, name, command line and so on. */
  readonly files: ReadonlyMap<string, FileReading>;
}

/** Searches a host that is laid out as files. */
export function searchTree(tree: Tree, sought: SoughtCode): StackSearch {
  const isSought = seeker(sought);
  const framesOf = remembering((text) => {
    const frames = parseStack(text);
    return frames.some(isSought) ? frames : null;
  });
  const running: ThreadStack[] = [];
  const found: FoundStack[] = [];
  let threads = 0;
  let unread = 0;
  for (const thread of tree.threadStacks(reads.thread.stack.limit)) {
    if ('missing' in thread.stack && thread.stack.missing === 'vanished') continue;
    threads += 1;
    if (thread.state === 'R') running.push(thread);
    else if ('missing' in thread.stack) unread += 1;
    else {
      const frames = framesOf(thread.stack.text);
      if (frames) found.push({ pid: thread.pid, tid: thread.tid, frames });
    }
  }
  found.sort(byNumber);
  return {
    threads,
    unread,
    running: running.map(({ pid, tid }) => ({ pid, tid })),
    found,
    files: filesOf(tree, found.slice(0, detailedThreads)),
  };
}

/** Whether a frame is one of those that are looked for. */
export function seeker(sought: SoughtCode): (frame: StackFrame) => boolean {
  const symbols = new Set(sought.symbols);
  const modules = new Set(sought.modules);
  return ({ function: name, module }) =>
    symbols.has(name) ||
    (module !== null && modules.has(module)) ||
    sought.prefixes.some((prefix) => name.startsWith(prefix));
}

export function byNumber(
  a: { readonly pid: number; readonly tid: number },
  b: { readonly pid: number; readonly tid: number },
): number {
  return a.pid - b.pid || a.tid - b.tid;
}

/** Thousands of threads sleep in the same place: their text is read once. */
function remembering<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

function filesOf(tree: Tree, threads: readonly FoundStack[]): Map<string, FileReading> {
  const files = new Map<string, FileReading>();
  for (const { pid, tid } of threads) {
    for (const path of threadFiles(pid, tid)) files.set(path, tree.readFile(path, limitOf(path)));
  }
  return files;
}
