/** Names, states, stacks and units of the blocking threads, as far as they have come. */
import type { Problem } from '../../../shared/base/problem';
import { parseProcStat } from '../../../shared/readings/files/procStat';
import { filesRead, rowOf } from '../../../shared/readings/reads';
import type { FileReading } from '../../../shared/readings/readings';
import { readComplaints, readThreadFiles } from './answerText';
import type { Frame } from '../wire/frames';
import { parts } from '../wire/parts';
import { threadKey, type ThreadId } from '../wire/request';
import type { ThreadStates } from './threadStates';
import { UnknownNames } from './unknownNames';

const fastFiles = filesRead('thread', 'once');
const slowFiles = filesRead('thread', 'slow', 'slow-bytes');
const processFiles = filesRead('process', 'slow', 'slow-bytes');

export class ThreadDetails {
  private readonly files = new Map<string, FileReading>();
  private known = new Set<string>();
  private readonly unknown = { fast: new UnknownNames(), slow: new UnknownNames() };

  has(thread: ThreadId): boolean {
    return this.known.has(threadKey(thread));
  }

  /** @returns the threads that are told of: those whose slow files are under way */
  takeFast(frames: readonly Frame[]): readonly string[] {
    const reported = new Set<string>();
    this.unknown.fast = new UnknownNames();
    for (const frame of frames) {
      if (frame.kind !== parts.details) continue;
      const { files, unknown } = readThreadFiles(frame.body.toString());
      this.unknown.fast.addAll(unknown);
      for (const [path, reading] of files) {
        if (path.endsWith('/stat')) this.dropAnother(path, reading);
        this.files.set(path, reading);
        reported.add(path.slice(0, path.lastIndexOf('/')));
      }
    }
    for (const key of reported) this.known.add(key);
    return [...reported];
  }

  /** The number may have been given to another thread since: what came late of the one before goes. */
  private dropAnother(path: string, reading: FileReading): void {
    const before = startOf(this.files.get(path));
    if (before === null || before === startOf(reading)) return;
    for (const slow of slowPaths(path.slice(0, path.lastIndexOf('/')))) this.files.delete(slow);
  }

  /**
   * A section that was begun twice counts as it was the second time.
   *
   * @param told the threads that were asked for
   */
  takeSlow(frames: readonly Frame[], reported: readonly string[]): void {
    this.unknown.slow = new UnknownNames();
    this.takeSingle(frames);
    const content = frames.findLast(({ kind }) => kind === parts.slowFiles);
    if (!content) return;
    const errors = frames.findLast(({ kind }) => kind === parts.slowFailures);
    const { files, unknown } = readThreadFiles(content.body.toString());
    const complaints = readComplaints(errors?.body.toString() ?? '');
    for (const [path, reading] of files) this.files.set(path, reading);
    for (const [path, why] of complaints.missing) {
      if (!files.has(path)) this.files.set(path, { missing: why });
    }
    this.unknown.slow.addAll(unknown);
    this.unknown.slow.addAll(complaints.unknown);
    if (errors) this.fillEmpty(reported);
  }

  /** Command lines that came one by one. */
  private takeSingle(frames: readonly Frame[]): void {
    for (const { kind, words, body } of frames) {
      if (kind !== parts.wholeFile && kind !== parts.slowFile) continue;
      const path = words.join(' ');
      if (!rowOf(path)) this.unknown.slow.add(path);
      else if (kind === parts.wholeFile)
        this.files.set(path, { text: body.toString(), truncated: false });
      else this.files.set(path, { missing: 'timed-out' });
    }
  }

  /** What was sent along and is not read of threads. */
  problems(): Problem[] {
    return [this.unknown.fast, this.unknown.slow].flatMap((names) => names.problems());
  }

  keepOnly(threads: readonly ThreadId[]): void {
    const keys = new Set(threads.map(threadKey));
    const processes = new Set(threads.map(({ pid }) => `/proc/${pid}`));
    for (const path of this.files.keys()) {
      const folder = path.slice(0, path.lastIndexOf('/'));
      if (!keys.has(folder) && !processes.has(folder)) this.files.delete(path);
    }
    this.known = new Set([...this.known].filter((key) => keys.has(key)));
  }

  /** All that a detailed thread should have; what has not come is `timed-out`. */
  addTo(files: Map<string, FileReading>, states: ThreadStates | null): void {
    for (const key of this.known) {
      for (const name of fastFiles) {
        files.set(`${key}/${name}`, this.files.get(`${key}/${name}`) ?? { missing: 'vanished' });
      }
      for (const path of slowPaths(key)) files.set(path, this.slow(path));
    }
    if (states) this.addStates(files, states);
  }

  private addStates(files: Map<string, FileReading>, { scan }: ThreadStates): void {
    for (const [row, pid] of scan.pids.entries()) {
      const key = threadKey({ pid, tid: scan.tids[row] ?? pid });
      const state = scan.states[row];
      if (!this.known.has(key) || state === undefined) continue;
      files.set(`${key}/patch_state`, { text: `${state}\n`, truncated: false });
    }
  }

  private slow(path: string): FileReading {
    return this.files.get(path) ?? { missing: 'timed-out' };
  }

  /** grep prints nothing for an empty file, such as a kernel thread's command line. */
  private fillEmpty(reported: readonly string[]): void {
    for (const path of reported.flatMap(slowPaths)) {
      if (!this.files.has(path)) this.files.set(path, { text: '', truncated: false });
    }
  }
}

function startOf(stat: FileReading | undefined): number | null {
  return stat && 'text' in stat ? (parseProcStat(stat.text)?.startTicks ?? null) : null;
}

/** What may come late of a thread and its process. */
function slowPaths(key: string): string[] {
  const process = key.slice(0, key.indexOf('/task/'));
  return [
    ...slowFiles.map((name) => `${key}/${name}`),
    ...processFiles.map((name) => `${process}/${name}`),
  ];
}
