/** A sample as the line that leads to it from the one before. */
import type { FileReading, Readings, ThreadScan } from '../../readings/readings';
import type { FileChange, SampleLine, ShadowChange, ThreadChange } from './format';

/** What is known before the first sample. */
export const nothing: Omit<Readings, 'target' | 'source' | 'takenAt' | 'recording'> = {
  privileged: null,
  files: new Map(),
  folders: new Map(),
  threads: null,
  logPath: null,
  torn: false,
  problems: [],
};

/** @param at ISO 8601 */
export function sampleLine(before: typeof nothing, after: Readings, at: string): SampleLine {
  const files = [...after.files].flatMap(([path, reading]): [string, FileChange][] => {
    const change = fileChange(before.files.get(path), reading);
    return change ? [[path, change]] : [];
  });
  const folders = [...after.folders]
    .filter(([path, folder]) => !isSame(before.folders.get(path), folder))
    .map(([path, folder]): NonNullable<SampleLine['folders']>[number] => [
      path,
      'missing' in folder
        ? { ...folder }
        : { ...folder, entries: folder.entries.map((entry) => ({ ...entry })) },
    ]);
  const withoutFiles = [...before.files.keys()].filter((path) => !after.files.has(path));
  const withoutFolders = [...before.folders.keys()].filter((path) => !after.folders.has(path));
  const threads = threadChange(before.threads, after.threads);
  return {
    at,
    ...(files.length > 0 ? { files } : {}),
    ...(folders.length > 0 ? { folders } : {}),
    ...(withoutFiles.length > 0 ? { withoutFiles } : {}),
    ...(withoutFolders.length > 0 ? { withoutFolders } : {}),
    ...(threads === undefined ? {} : { threads }),
    ...(before.privileged === after.privileged ? {} : { privileged: after.privileged }),
    ...(before.logPath === after.logPath ? {} : { logPath: after.logPath }),
    ...(before.torn === after.torn ? {} : { torn: after.torn }),
    ...(after.readingSeconds === undefined ? {} : { readingSeconds: after.readingSeconds }),
    ...(after.listedTwice === undefined ? {} : { listedTwice: after.listedTwice }),
    ...shadowChange(before.shadow, after.shadow),
    ...(isSame(before.problems, after.problems)
      ? {}
      : { problems: after.problems.map((problem) => ({ ...problem })) }),
  };
}

/** Empty: it is as it was. */
function shadowChange(
  before: Readings['shadow'],
  after: Readings['shadow'],
): Pick<SampleLine, 'shadow' | 'withoutShadow'> {
  if (after === undefined) return before === undefined ? {} : { withoutShadow: true };
  if (after === null) return before === null ? {} : { shadow: null };
  const known = before ?? undefined;
  const { from, variables, types, usedBy, calls } = after;
  const change: ShadowChange = {
    from,
    ...(isSame(known?.variables, variables) ? {} : { variables: variables.map(copyOf) }),
    ...(isSame(known?.types, types)
      ? {}
      : {
          types: types && types.map(({ by, ...type }) => ({ ...type, ...(by && { by: [...by] }) })),
        }),
    ...(usedBy === undefined || isSame(known?.usedBy, usedBy)
      ? {}
      : { usedBy: usedBy.map(({ id, livepatches }) => ({ id, livepatches: [...livepatches] })) }),
    ...(calls === undefined || isSame(known?.calls, calls) ? {} : { calls: calls.map(copyOf) }),
  };
  return known && Object.keys(change).length === 1 ? {} : { shadow: change };
}

function copyOf<T extends object>(one: T): T {
  return { ...one };
}

function isSame(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Null: it is as it was. */
function fileChange(before: FileReading | undefined, after: FileReading): FileChange | null {
  if ('missing' in after) return isSame(before, after) ? null : { ...after };
  if (before === undefined || 'missing' in before || before.truncated !== after.truncated) {
    return { ...after };
  }
  if (before.text === after.text) return null;
  return grown(before.text, after.text) ?? { ...after };
}

/** Shorter texts are as soon written whole. */
const worthComparing = 512;

/** Units of the new beginning that are looked for in the old text. */
const probeLength = 256;

/** The way of a log: lines come at the end and, where its buffer is full, leave at the beginning. */
function grown(before: string, after: string): FileChange | null {
  if (before.length < worthComparing) return null;
  if (after.startsWith(before)) return { drop: 0, more: after.slice(before.length) };
  const drop = before.indexOf(after.slice(0, probeLength));
  if (drop <= 0) return null;
  const kept = before.slice(drop);
  return after.startsWith(kept) ? { drop, more: after.slice(kept.length) } : null;
}

/** Undefined: they are as they were. The order of rows means nothing. */
function threadChange(
  before: ThreadScan | null,
  after: ThreadScan | null,
): ThreadChange | null | undefined {
  if (after === null) return before === null ? undefined : null;
  const known = rowsOf(before);
  const now = rowsOf(after);
  const set = [...now].filter(([key, [, , state]]) => known.get(key)?.[2] !== state);
  const gone = [...known].filter(([key]) => !now.has(key));
  const { unlisted, denied, vanished, invalid, absent } = after;
  const rest = { denied, vanished, absent, ...(unlisted === undefined ? {} : { unlisted }) };
  const isUnchanged =
    before !== null &&
    set.length === 0 &&
    gone.length === 0 &&
    isSame(before.invalid, invalid) &&
    before.denied === denied &&
    before.vanished === vanished &&
    before.absent === absent &&
    before.unlisted === unlisted;
  if (isUnchanged) return undefined;
  return {
    set: set.map(([, row]) => row),
    gone: gone.map(([, [pid, tid]]) => [pid, tid]),
    ...rest,
    invalid: invalid.map((one) => ({ ...one })),
  };
}

export type ThreadRow = [pid: number, tid: number, state: number];

/** One number for both, since maps of numbers are several times as fast; Linux has 2²² at most. */
export function threadKey(pid: number, tid: number): number {
  return pid * 4_194_304 + tid;
}

/** By {@link threadKey}. */
export function rowsOf(scan: ThreadScan | null): Map<number, ThreadRow> {
  const rows = new Map<number, ThreadRow>();
  for (const [index, tid] of (scan?.tids ?? []).entries()) {
    const pid = scan?.pids[index];
    const state = scan?.states[index];
    if (pid !== undefined && state !== undefined) rows.set(threadKey(pid, tid), [pid, tid, state]);
  }
  return rows;
}
