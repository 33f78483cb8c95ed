/**
 * Reads a host that is laid out as files, those of the list in `reads.ts`, in this order.
 *
 * The order within a sample is `transition`, `enabled`, threads, then `transition` and `enabled`
 * again, so that a sample that changed underneath is noticed; `stack_order` comes last.
 */
import { detailedThreads, withinLimits } from './limits';
import {
  enabledFunctionsFiles,
  livepatchRoot,
  modulePath,
  moduleRoot,
  patchPath,
  threadPath,
  touchedFunctionsFiles,
} from './paths';
import { filesRead, limitOf, lists, reads, reportFacts, savedLog, type PlacedRow } from './reads';
import { fail, type Problem, type Result } from '../base/problem';
import type {
  FileReading,
  FolderReading,
  Readings,
  SourceKind,
  ThreadScan,
  Tree,
} from './readings';
import { parseFlag } from './files/sysfs';
import { savedLogsIn } from './savedLogs';
import { supportconfigIn } from './supportconfig';
import { blockingThreads } from './threads';

export interface CollectOptions {
  readonly target: string;
  readonly source: SourceKind;
  /** ISO 8601 UTC, null for a saved tree. */
  readonly takenAt: string | null;
  readonly privileged: boolean | null;
  /** A live host: its sample is checked for change while it was taken. */
  readonly live: boolean;
  /** Paths at which a kernel log may lie; the first that can be read counts. */
  readonly logPaths?: readonly string[];
  /** Problems that were met before reading began. */
  readonly problems?: readonly Problem[];
}

/** Samples taken of a live host that changes underneath, before one is accepted and marked torn. */
const attempts = 3;

/** @returns `not-found` where the tree holds neither `sys/` nor `proc/` nor a supportconfig: that is no host */
export function collect(tree: Tree, options: CollectOptions): Result<Readings> {
  const reader = new Recorder(tree);
  const sys = reader.folder('/sys');
  const proc = reader.folder('/proc');
  if (!('entries' in sys) && !('entries' in proc)) {
    const report = supportconfigIn(tree, options.target);
    if (report) {
      const problems = [...(options.problems ?? []), ...report.problems];
      return read(new Recorder(report.tree), { logPaths: report.logPaths, ...options, problems });
    }
    const denied = [sys, proc].some((folder) => folder.missing === 'denied');
    return denied
      ? fail(
          'permission-denied',
          options.target,
          `${options.target}: sys/ and proc/ may not be read.`,
        )
      : fail(
          'not-found',
          options.target,
          `${options.target} holds neither sys/ nor proc/: it is not the tree of a host.`,
        );
  }
  return read(reader, options);
}

function read(reader: Recorder, options: CollectOptions): Result<Readings> {
  const { threads, torn } = readLivepatches(reader, options.live);
  readHost(reader);
  // Root sees all processes: only to others may they be hidden (hidepid).
  if (options.live && options.privileged === false) readPresence(reader);
  readModules(reader);
  for (const { places } of Object.values(lists)) {
    // Once everything was traced it is long, and it tells only of whom the list before it does not.
    if (options.live && places === touchedFunctionsFiles && !lacksFunction(reader)) continue;
    readList(reader, places);
  }
  if (!options.live) readReport(reader, threads);
  const logPath =
    reader.firstFile(options.logPaths ?? savedLog.places) ??
    (options.logPaths === undefined && !options.live ? reader.bestLog() : null);
  readLast(reader);
  return withinLimits({
    target: options.target,
    source: options.source,
    takenAt: options.takenAt,
    privileged: options.privileged,
    files: reader.files,
    folders: reader.folders,
    threads,
    logPath,
    torn,
    problems: options.problems ?? [],
  });
}

/** Remembers everything that is read, under its path. */
class Recorder {
  readonly files = new Map<string, FileReading>();
  readonly folders = new Map<string, FolderReading>();

  constructor(readonly tree: Tree) {}

  file(path: string): FileReading {
    const reading = this.tree.readFile(path, limitOf(path));
    this.files.set(path, reading);
    return reading;
  }

  /** The first of several places that has content; the misses before it are not remembered. */
  firstFile(paths: readonly string[]): string | null {
    for (const path of paths) {
      const reading = this.tree.readFile(path, limitOf(path));
      if ('text' in reading || reading.missing !== 'absent') {
        this.files.set(path, reading);
      }
      if ('text' in reading) return path;
    }
    return null;
  }

  /** Of the logs of a saved tree the first that tells of livepatches, else the first. */
  bestLog(): string | null {
    let first: { readonly path: string; readonly reading: FileReading } | null = null;
    for (const path of savedLogsIn(this.tree)) {
      const reading = this.tree.readFile(path, limitOf(path));
      if (!('text' in reading)) this.files.set(path, reading);
      else if (reading.text.includes('livepatch')) {
        this.files.set(path, reading);
        return path;
      } else first ??= { path, reading };
    }
    if (first) this.files.set(first.path, first.reading);
    return first?.path ?? null;
  }

  folder(path: string): FolderReading {
    const reading = this.tree.readFolder(path);
    this.folders.set(path, reading);
    return reading;
  }

  foldersIn(path: string): string[] {
    const reading = this.folder(path);
    if (!('entries' in reading)) return [];
    return reading.entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  }
}

function readLivepatches(
  reader: Recorder,
  live: boolean,
): { threads: ThreadScan | null; torn: boolean } {
  for (let attempt = 1; ; attempt += 1) {
    const patches = reader.foldersIn(livepatchRoot);
    for (const name of filesRead('livepatch', 'twice')) {
      for (const patch of patches) reader.file(`${patchPath(patch)}/${name}`);
    }
    for (const patch of patches) readPatch(reader, patch, live);
    const target = transitionTarget(reader.files, patches);
    const threads = target === null ? null : reader.tree.scanThreads();
    const changed = live && patches.some((patch) => hasChanged(reader, patch));
    const doubtful = live && attempt === 1 && isDoubtful(threads);
    if ((!changed && !doubtful) || attempt === attempts) {
      if (threads && target !== null) readBlockingThreads(reader, threads, target.enabled);
      return { threads, torn: changed };
    }
    forget(reader);
  }
}

function readPatch(reader: Recorder, patch: string, live: boolean): void {
  const path = patchPath(patch);
  for (const name of filesRead('livepatch', 'once')) reader.file(`${path}/${name}`);
  for (const object of reader.foldersIn(path)) {
    reader.folder(`${path}/${object}`);
    for (const name of filesRead('object', 'once')) reader.file(`${path}/${object}/${name}`);
  }
  notePresence(reader, path, live);
}

/** Files that can't be read are left out of many a saved tree: there, a missing one says nothing. */
function notePresence(reader: Recorder, path: string, live: boolean): void {
  const folder = reader.folders.get(path);
  if (!folder || !('entries' in folder)) return;
  for (const file of filesRead('livepatch', 'presence')) {
    if (folder.entries.some(({ name }) => name === file)) {
      reader.files.set(`${path}/${file}`, { text: '', truncated: false });
    } else if (live) {
      reader.files.set(`${path}/${file}`, { missing: 'absent' });
    }
  }
}

/**
 * The one livepatch in transition, with its target; null where none is, or where it can't be told
 * (two at once: a torn sample).
 */
function transitionTarget(
  files: ReadonlyMap<string, FileReading>,
  patches: readonly string[],
): { patch: string; enabled: boolean | null } | null {
  const flag = (patch: string, attribute: string) => {
    const reading = files.get(`${patchPath(patch)}/${attribute}`);
    return reading && 'text' in reading ? parseFlag(reading.text) : null;
  };
  const [patch, ...others] = patches.filter((name) => flag(name, 'transition') === true);
  if (patch === undefined || others.length > 0) return null;
  return { patch, enabled: flag(patch, 'enabled') };
}

/** Whether a livepatch vanished, began or ended a transition, or was reversed since it was read. */
function hasChanged(reader: Recorder, patch: string): boolean {
  const folder = reader.folders.get(patchPath(patch));
  if (!folder || 'missing' in folder) return true;
  return filesRead('livepatch', 'twice').some((attribute) => {
    const path = `${patchPath(patch)}/${attribute}`;
    return (
      contentOf(reader.tree.readFile(path, limitOf(path))) !== contentOf(reader.files.get(path))
    );
  });
}

/**
 * The kernel sets every thread's state before it flips `enabled` (kernel/livepatch/core.c,
 * __klp_enable_patch and __klp_disable_patch): until then a livepatch that is being enabled looks
 * like one whose removal is done, and the other way round. Undefined states are the very beginning
 * or end of a transition. Either is confirmed by a second sample.
 */
function isDoubtful(scan: ThreadScan | null): boolean {
  if (!scan) return false;
  const [first] = scan.states;
  return scan.states.includes(-1) || scan.states.every((state) => state === first);
}

function contentOf(reading: FileReading | undefined): string | null {
  return reading && 'text' in reading ? reading.text : null;
}

function forget(reader: Recorder): void {
  for (const map of [reader.files, reader.folders]) {
    for (const path of map.keys()) if (path.startsWith(`${livepatchRoot}/`)) map.delete(path);
  }
}

/** Name, stack and unit of the first blocking threads, in the order of their numbers. */
function readBlockingThreads(reader: Recorder, scan: ThreadScan, enabled: boolean | null): void {
  if (enabled === null) return;
  for (const { pid, tid } of blockingThreads(scan, enabled).slice(0, detailedThreads)) {
    for (const name of filesRead('thread', 'every')) reader.file(`${threadPath(pid, tid)}/${name}`);
    for (const path of threadFiles(pid, tid)) reader.file(path);
  }
}

/** So many processes without threads are looked at; a report of a large host has thousands. */
const mostLeaders = 5000;

/**
 * What only a saved report has: the output of commands, and, where no thread's `patch_state` was saved
 * although a transition runs, the stacks of processes.
 */
function readReport(reader: Recorder, threads: ThreadScan | null): void {
  for (const { places } of Object.values(reportFacts)) reader.firstFile(places);
  const patches = reader.folders.get(livepatchRoot);
  const names = patches && 'entries' in patches ? patches.entries.map(({ name }) => name) : [];
  if (threads !== null || transitionTarget(reader.files, names) === null) return;
  let count = 0;
  for (const { pid, tid, stack } of reader.tree.threadStacks(reads.thread.stack.limit)) {
    if (!('text' in stack)) continue;
    if ((count += 1) > mostLeaders) return;
    for (const path of threadFiles(pid, tid)) reader.file(path);
  }
}

const closely = ['once', 'slow', 'slow-bytes'] as const;

/** What is read of a thread that is looked at. */
export function threadFiles(pid: number, tid: number): string[] {
  const thread = threadPath(pid, tid);
  return [
    ...filesRead('thread', ...closely).map((name) => `${thread}/${name}`),
    ...filesRead('process', ...closely).map((name) => `/proc/${pid}/${name}`),
  ];
}

function readHost(reader: Recorder): void {
  for (const path of filesRead('host', 'once', 'with-modules')) reader.file(path);
  const livepatches = reader.folders.get(livepatchRoot);
  if (livepatches && 'missing' in livepatches) readSupport(reader);
}

/** What tells a kernel without livepatching from a tree that just lacks an empty folder. */
function readSupport(reader: Recorder): void {
  reader.folder('/sys/kernel');
  readPresence(reader);
}

function readPresence(reader: Recorder): void {
  for (const path of filesRead('host', 'presence')) reader.file(path);
}

function readModules(reader: Recorder): void {
  for (const module of reader.foldersIn(moduleRoot)) {
    const taintPath = `${modulePath(module)}/taint`;
    const taint = reader.tree.readFile(taintPath, limitOf(taintPath));
    if (!('text' in taint) || !taint.text.includes('K')) continue;
    reader.files.set(taintPath, taint);
    readModule(reader, module);
  }
  for (const module of patchedModules(reader)) readModule(reader, module);
}

function readModule(reader: Recorder, module: string): void {
  for (const name of filesRead('module', 'once')) reader.file(`${modulePath(module)}/${name}`);
}

/** Modules that livepatches patch, as `/sys/module` spells them: with `_` for `-`. */
function patchedModules(reader: Recorder): Set<string> {
  const names = new Set<string>();
  for (const [path, folder] of reader.folders) {
    const [patch, object, ...rest] = path.slice(livepatchRoot.length + 1).split('/');
    if (!path.startsWith(`${livepatchRoot}/`) || !patch || !object || rest.length > 0) continue;
    if ('entries' in folder && object !== 'vmlinux') names.add(object.replaceAll('-', '_'));
  }
  return names;
}

function readList(reader: Recorder, [place, ...others]: PlacedRow['places']): void {
  if (others.length === 0) reader.file(place);
  else reader.firstFile([place, ...others]);
}

/** Whether some function of a livepatch has no line in the list of those that somebody is attached to. */
function lacksFunction({ files, folders }: Recorder): boolean {
  const text = enabledFunctionsFiles.map((path) => contentOf(files.get(path))).find(Boolean) ?? '';
  const listed = new Set(text.split('\n').map((line) => line.slice(0, line.indexOf(' '))));
  return [...folders].some(
    ([path, folder]) =>
      path.startsWith(`${livepatchRoot}/`) &&
      path.split('/').length === 6 &&
      'entries' in folder &&
      folder.entries.some(
        ({ name, kind }) => kind === 'folder' && !listed.has(name.replace(/,\d+$/, '')),
      ),
  );
}

function readLast(reader: Recorder): void {
  const patches = reader.folders.get(livepatchRoot);
  if (!patches || !('entries' in patches)) return;
  for (const { name, kind } of patches.entries) {
    if (kind !== 'folder') continue;
    for (const file of filesRead('livepatch', 'last')) reader.file(`${patchPath(name)}/${file}`);
  }
}
