/** What is asked of the probe about the stacks of all threads, and what its answer says. */
import type { FileReading } from '../../../shared/readings/readings';
import {
  byNumber,
  seeker,
  type FoundStack,
  type SoughtCode,
  type StackSearch,
} from '../../../shared/readings/stackSearch';
import { contextSwitch, parseStack } from '../../../shared/readings/files/stack';
import type { Frame } from '../wire/frames';
import { parts } from '../wire/parts';
import { threadKey, type ThreadId } from '../wire/request';
import { ThreadDetails } from './threadDetails';

/** Characters of all words together: one line, and one argument of grep. */
const longest = 100_000;

/**
 * The words of a request, first the one that tells which lines of powerpc's stacks are none. Names are the host's own and go through its shell: what is not made of
 * letters, digits and `_.$-` is no symbol of any kernel, and is not looked for.
 */
export function seekWords({ symbols, modules, prefixes }: SoughtCode): {
  readonly words: readonly string[];
  /** Nothing had to be left out. */
  readonly isWhole: boolean;
} {
  const all = [
    ...symbols.map((name) => ({ name, word: `s${name}+0x` })),
    ...modules.map((name) => ({ name, word: `m${name}` })),
    ...prefixes.map((name) => ({ name, word: `s${name}` })),
  ];
  let length = 0;
  const words = all
    .filter(({ name }) => /^[\w.$-]{1,512}$/.test(name))
    .map(({ word }) => word)
    .filter((word) => (length += word.length + 3) < longest);
  return {
    words: [`s${contextSwitch}+0x`, ...words],
    isWhole: words.length === all.length,
  };
}

/** Without details; null where the answer broke off. */
export function readSeek(
  frames: readonly Frame[],
  sought: SoughtCode,
  isWhole: boolean,
): Omit<StackSearch, 'files'> | null {
  const lines = frames.find(({ kind }) => kind === parts.soughtLines);
  const errors = frames.find(({ kind }) => kind === parts.soughtFailures);
  const runners = frames.find(({ kind }) => kind === parts.running);
  if (!lines || !errors || !runners) return null;
  const threads = Number(lines.words[0]);
  const running = runners.body
    .toString()
    .split('\n')
    .map((path) => /^(\d+)\/task\/(\d+)\/status$/.exec(path))
    .filter((match) => match !== null)
    .map(([, pid, tid]) => ({ pid: Number(pid), tid: Number(tid) }));
  const restless = new Set(running.map(({ tid }) => tid));
  const found = stacksIn(lines.body.toString(), sought).filter(({ tid }) => !restless.has(tid));
  const { unread, gone, isSlow } = countErrors(errors.body.toString(), lines.words[1] === 'yes');
  const rest = threads - gone - found.length - running.length;
  // Whoever is running is told of by that.
  const unknown = isWhole && !isSlow ? Math.min(unread, rest) : rest;
  return { threads: threads - gone, unread: Math.max(0, unknown), running, found };
}

function stacksIn(text: string, sought: SoughtCode): FoundStack[] {
  const isSought = seeker(sought);
  const stacks = new Map<string, { readonly pid: number; readonly tid: number; text: string }>();
  for (const line of text.split('\n')) {
    const [, pid, tid, frame] = /^(\d+)\/task\/(\d+)\/stack:(.*)$/.exec(line) ?? [];
    if (pid === undefined || tid === undefined || frame === undefined) continue;
    const known = stacks.get(tid);
    if (known) known.text += `${frame}\n`;
    else stacks.set(tid, { pid: Number(pid), tid: Number(tid), text: `${frame}\n` });
  }
  return [...stacks.values()]
    .map(({ pid, tid, text: own }) => ({ pid, tid, frames: parseStack(own) }))
    .filter(({ frames }) => frames.some(isSought))
    .sort(byNumber);
}

/** @param hasStacks the kernel has such a file: a thread without one has ended */
function countErrors(
  text: string,
  hasStacks: boolean,
): { readonly unread: number; readonly gone: number; readonly isSlow: boolean } {
  let unread = 0;
  let gone = 0;
  let isSlow = false;
  for (const line of text.split('\n')) {
    const [, count, reason] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    if (reason === undefined) continue;
    if (reason === 'slow') isSlow = true;
    else if (
      reason === 'No such process' ||
      (reason === 'No such file or directory' && hasStacks)
    ) {
      gone += Number(count);
    } else unread += Number(count);
  }
  return { unread, gone, isSlow };
}

/** Files of the threads that were looked at. */
export function readLook(
  frames: readonly Frame[],
  threads: readonly ThreadId[],
): Map<string, FileReading> {
  const details = new ThreadDetails();
  const files = new Map<string, FileReading>();
  details.takeFast(frames);
  details.takeSlow(frames, threads.map(threadKey));
  details.addTo(files, null);
  return files;
}
