/** What a scan of threads brought, and what a partial one changes in it. */
import type { ThreadScan } from '../../../shared/readings/readings';
import { parsePatchState, type PatchState } from '../../../shared/readings/files/patchState';
import { blockingThreads } from '../../../shared/readings/threads';
import type { Frame } from '../wire/frames';
import { threadKey, type ThreadId } from '../wire/request';
import { UnknownNames } from './unknownNames';

/** Threads as the last full scan and the partial ones since then found them. */
export interface ThreadStates {
  readonly scan: ThreadScan;
  /** `enabled` of the livepatch in transition: where it leads; null: unreadable. */
  readonly enabled: boolean | null;
  /**
   * Number of threads of each known blocking thread's process: a greater one means new threads. 0:
   * not counted yet.
   */
  readonly counts: ReadonlyMap<string, number>;
  readonly hasNewThreads: boolean;
  /** Lines about no thread's state. */
  readonly unknown: UnknownNames;
}

const stateLine = /^(\d{1,10})\/task\/(\d{1,10})\/patch_state:(.*)$/;

/** @returns null where no thread has a `patch_state`; a text where the tools failed, or some of them */
export function readFullScan(
  total: Frame,
  errors: Frame | undefined,
): ThreadStates | null | string {
  const [count = '', target = ''] = total.words;
  if (count === 'none') return null;
  if (count === 'unfinished') return 'not all of the programs that read them could be started';
  const failures = readFailures(errors?.body.toString() ?? '');
  if (typeof failures === 'string') return failures;
  const rows = new Rows();
  const unknown = new UnknownNames();
  for (const line of total.body.toString().split('\n')) {
    const [, pid, tid, state = ''] = stateLine.exec(line) ?? [];
    if (pid !== undefined) rows.addText({ pid: Number(pid), tid: Number(tid) }, state);
    else if (line !== '') unknown.add(line);
  }
  const { denied, vanished } = failures;
  const read = Number(count) - denied - vanished;
  return {
    scan: rows.scan(read, denied, vanished),
    enabled: flag(target),
    counts: new Map(),
    hasNewThreads: false,
    unknown,
  };
}

const knownLine = /^\/proc\/(\d{1,10})\/task\/(\d{1,10}) (\S*) (\d+)$/;

/**
 * Known threads and their children; all others are as they were: a blocking thread of which nothing
 * is said blocks as before.
 */
export function readPartialScan(before: ThreadStates, frame: Frame): ThreadStates {
  const rows = new Rows();
  const unknown = new UnknownNames();
  const counts = new Map<string, number>();
  const enabled = flag(frame.words[0] ?? '');
  // Only a full scan finds them, however late it comes.
  let { hasNewThreads } = before;
  for (const line of frame.body.toString().split('\n')) {
    const [, pid, tid, state = '', count = '0'] = knownLine.exec(line) ?? [];
    if (pid === undefined) {
      if (line !== '') unknown.add(line);
      continue;
    }
    const thread = { pid: Number(pid), tid: Number(tid) };
    const key = threadKey(thread);
    const last = before.counts.get(key) ?? 0;
    // 0 is for not counted this time.
    counts.set(key, Number(count) || last);
    hasNewThreads ||= last > 0 && Number(count) > last;
    const value = parsePatchState(state);
    if (value !== null && value !== Number(enabled)) rows.add(thread, value);
  }
  for (const thread of enabled === null ? [] : blockingThreads(before.scan, enabled)) {
    if (!counts.has(threadKey(thread))) rows.add(thread, enabled ? 0 : 1);
  }
  const { denied, vanished } = before.scan;
  const read = before.scan.states.length + (before.scan.unlisted ?? 0);
  return { scan: rows.scan(read, denied, vanished), enabled, counts, hasNewThreads, unknown };
}

class Rows {
  private readonly pids: number[] = [];
  private readonly tids: number[] = [];
  private readonly states: number[] = [];
  private readonly invalid: { path: string; text: string }[] = [];

  addText(thread: ThreadId, text: string): void {
    const state = parsePatchState(text);
    if (state !== null) this.add(thread, state);
    else this.invalid.push({ path: `${threadKey(thread)}/patch_state`, text: text.slice(0, 100) });
  }

  add(thread: ThreadId, state: PatchState): void {
    this.pids.push(thread.pid);
    this.tids.push(thread.tid);
    this.states.push(state);
  }

  scan(read: number, denied: number, vanished: number): ThreadScan {
    const { pids, tids, states, invalid } = this;
    const unlisted = Math.max(0, read - states.length - invalid.length);
    return { pids, tids, states, unlisted, denied, vanished, invalid, absent: 0 };
  }
}

/** Lines `COUNT MESSAGE` of `uniq -c`. */
function readFailures(text: string): { denied: number; vanished: number } | string {
  let denied = 0;
  let vanished = 0;
  for (const line of text.split('\n')) {
    const [, count, reason] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    if (count === undefined || reason === undefined) continue;
    if (/^(?:Permission denied|Operation not permitted)$/.test(reason)) denied += Number(count);
    else if (/^No such (?:file or directory|process)$/.test(reason)) vanished += Number(count);
    else return reason;
  }
  return { denied, vanished };
}

function flag(text: string): boolean | null {
  return text === '0' || text === '1' ? text === '1' : null;
}
