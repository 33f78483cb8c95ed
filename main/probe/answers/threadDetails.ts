/** Names, states, stacks and units of the blocking threads, as far as they have come. */
import { parsePatchState } from '../../../shared/readings/files/patchState';
import type { FileReading } from '../../../shared/readings/readings';
import { readComplaints, readThreadFiles } from './answerText';
import type { Frame } from '../wire/frames';
import { threadKey, type ThreadId } from '../wire/request';
import type { ThreadStates } from './threadStates';

const fastFiles = ['comm', 'stat', 'status', 'wchan'] as const;
const processFiles = ['cmdline', 'cgroup'] as const;

export class ThreadDetails {
  private readonly files = new Map<string, FileReading>();
  private known = new Set<string>();

  has(thread: ThreadId): boolean {
    return this.known.has(threadKey(thread));
  }

  /** @returns the threads that are told of: those whose slow files are under way */
  takeFast(frames: readonly Frame[]): readonly string[] {
    const told = new Set<string>();
    for (const frame of frames) {
      if (frame.kind !== 'd') continue;
      for (const [path, reading] of readThreadFiles(frame.body.toString())) {
        this.files.set(path, reading);
        told.add(path.slice(0, path.lastIndexOf('/')));
      }
    }
    for (const key of told) this.known.add(key);
    return [...told];
  }

  /**
   * A section that was begun twice counts as it was the second time.
   *
   * @param told the threads that were asked for
   */
  takeSlow(frames: readonly Frame[], told: readonly string[]): void {
    this.takeSingle(frames);
    const content = frames.findLast(({ kind }) => kind === 'k');
    if (!content) return;
    const errors = frames.findLast(({ kind }) => kind === 'xk');
    const read = readThreadFiles(content.body.toString());
    const missing = readComplaints(errors?.body.toString() ?? '');
    for (const [path, reading] of read) this.files.set(path, reading);
    for (const [path, why] of missing) {
      if (!read.has(path)) this.files.set(path, { missing: why });
    }
    if (errors) this.fillEmpty(told);
  }

  /** Command lines that came one by one. */
  private takeSingle(frames: readonly Frame[]): void {
    for (const { kind, words, body } of frames) {
      const [path = ''] = words;
      if (kind === 'C') this.files.set(path, { text: body.toString(), truncated: false });
      if (kind === 'S') this.files.set(path, { missing: 'timed-out' });
    }
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
      const process = key.slice(0, key.indexOf('/task/'));
      for (const name of fastFiles) {
        files.set(`${key}/${name}`, this.files.get(`${key}/${name}`) ?? { missing: 'vanished' });
      }
      files.set(`${key}/stack`, this.slow(`${key}/stack`));
      for (const name of processFiles)
        files.set(`${process}/${name}`, this.slow(`${process}/${name}`));
    }
    if (states) this.addStates(files, states);
  }

  private addStates(files: Map<string, FileReading>, { scan }: ThreadStates): void {
    for (const [row, pid] of scan.pids.entries()) {
      const key = threadKey({ pid, tid: scan.tids[row] ?? pid });
      const state = scan.states[row];
      if (!this.known.has(key) || state === undefined) continue;
      if (parsePatchState(String(state)) === null) continue;
      files.set(`${key}/patch_state`, { text: `${state}\n`, truncated: false });
    }
  }

  private slow(path: string): FileReading {
    return this.files.get(path) ?? { missing: 'timed-out' };
  }

  /** grep prints nothing for an empty file, such as a kernel thread's command line. */
  private fillEmpty(told: readonly string[]): void {
    for (const key of told) {
      const process = key.slice(0, key.indexOf('/task/'));
      for (const name of ['stack', ...processFiles]) {
        const path = `${name === 'stack' ? key : process}/${name}`;
        if (!this.files.has(path)) this.files.set(path, { text: '', truncated: false });
      }
    }
  }
}
