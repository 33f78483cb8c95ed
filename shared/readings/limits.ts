/**
 * How much of a host is read: the one place for all sources, live ones, archives and recordings.
 *
 * A file that is longer than `reads.ts` has it is cut and marked so. A host that shows more livepatches, functions, threads
 * or text than any real one is refused as a whole, so that neither the time nor the memory of what
 * follows can be chosen by whoever made the content.
 */
import { livepatchRoot } from './paths';
import { limitOf } from './reads';
import { fail, succeed, type Result } from '../base/problem';
import type { FileReading, Readings, ShadowTable } from './readings';
import { visible } from '../base/text';

/** Threads whose stack, name and unit are read; the count of blocking threads is always complete. */
export const detailedThreads = 200;

/** What one sample may hold. Real hosts have a few livepatches of some hundred functions. */
export const sampleLimits = {
  livepatches: 1000,
  /** Folders of objects and functions of all livepatches. */
  functions: 100_000,
  /** Process numbers end at 2²² (include/linux/threads.h, PID_MAX_LIMIT). */
  threads: 4_194_304,
  files: 250_000,
  /** UTF-16 units of all files together. */
  text: 134_217_728,
  /** Shadow variables, with the lists of who uses and registered them. */
  shadow: 250_000,
  problems: 1000,
} as const;

export type SampleLimits = { readonly [limit in keyof typeof sampleLimits]: number };

/**
 * The readings with every file cut to its limit.
 *
 * @returns `too-large` where the whole is more than is read
 */
export function withinLimits(
  readings: Readings,
  limits: SampleLimits = sampleLimits,
): Result<Readings> {
  const files = cutFiles(readings.files);
  const counts: Record<keyof SampleLimits, number> = {
    ...livepatchFolders(readings),
    threads: readings.threads?.states.length ?? 0,
    files: files.size,
    text: textLength(files),
    shadow: shadowRows(readings.shadow),
    problems: readings.problems.length,
  };
  const excess = sampleExcess(counts, limits);
  if (excess !== null) {
    const message = `${visible(readings.target)} can't be shown: it has ${excess}.`;
    return fail('too-large', readings.target, message);
  }
  return succeed(files === readings.files ? readings : { ...readings, files });
}

/** What there is too much of, in words; null: nothing. */
export function sampleExcess(
  counts: SampleLimits,
  limits: SampleLimits = sampleLimits,
): string | null {
  const excess = described.find(({ limit }) => counts[limit] > limits[limit]);
  if (!excess) return null;
  const { limit, words } = excess;
  return `${counts[limit]} ${words}, and no more than ${limits[limit]} are read`;
}

const described: readonly { readonly limit: keyof SampleLimits; readonly words: string }[] = [
  { limit: 'livepatches', words: 'livepatches' },
  { limit: 'functions', words: 'objects and functions of livepatches' },
  { limit: 'threads', words: 'threads' },
  { limit: 'files', words: 'files' },
  { limit: 'text', words: 'characters of text' },
  { limit: 'shadow', words: 'shadow variables and rows about them' },
  { limit: 'problems', words: 'problems of reading it' },
];

/** How much of the table of shadow variables is gone through: its rows, and the names in them. */
export function shadowRows(table: Partial<ShadowTable> | null | undefined): number {
  const { variables = [], types, usedBy = [], calls = [] } = table ?? {};
  const lists = [
    ...(types ?? []).map(({ by = [] }) => by),
    ...usedBy.map((one) => one.livepatches),
  ];
  return lists.reduce((rows, names) => rows + 1 + names.length, variables.length + calls.length);
}

function livepatchFolders({ folders }: Readings): { livepatches: number; functions: number } {
  const root = folders.get(livepatchRoot);
  const livepatches = root && 'entries' in root ? root.entries.length : 0;
  let functions = 0;
  for (const [path, folder] of folders) {
    if (path.startsWith(`${livepatchRoot}/`) && 'entries' in folder) {
      functions += folder.entries.length;
    }
  }
  return { livepatches, functions };
}

/** A file's reading as long as its limit allows; the very same where it already is. */
export function cutToLimit(path: string, reading: FileReading): FileReading {
  const limit = limitOf(path);
  return 'text' in reading && reading.text.length > limit
    ? { text: reading.text.slice(0, limit), truncated: true }
    : reading;
}

function cutFiles(files: ReadonlyMap<string, FileReading>): ReadonlyMap<string, FileReading> {
  let cut: Map<string, FileReading> | null = null;
  for (const [path, reading] of files) {
    const kept = cutToLimit(path, reading);
    if (kept === reading) continue;
    cut ??= new Map(files);
    cut.set(path, kept);
  }
  return cut ?? files;
}

function textLength(files: ReadonlyMap<string, FileReading>): number {
  let length = 0;
  for (const reading of files.values()) if ('text' in reading) length += reading.text.length;
  return length;
}
