/** Reads the `patch_state` of all threads below a proc folder, as fast as Node can. */
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { parsePatchState } from '../../shared/readings/patchState';
import type { ThreadScan } from '../../shared/readings/readings';
import { missingBecause } from './missing';

const reading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const number = /^[1-9]\d{0,9}$/;

/** One buffer for all reads: a valid patch_state has at most three bytes. */
const buffer = Buffer.alloc(64);

/** @returns null where no thread has a `patch_state` */
export function scanPatchStates(proc: string): ThreadScan | null {
  const scan = new Scan();
  for (const pid of numberedFolders(proc)) {
    for (const tid of numberedFolders(`${proc}/${pid}/task`)) {
      scan.read(`${proc}/${pid}/task/${tid}/patch_state`, Number(pid), Number(tid));
    }
  }
  return scan.result();
}

class Scan {
  private readonly pids: number[] = [];
  private readonly tids: number[] = [];
  private readonly states: number[] = [];
  private readonly invalid: { path: string; text: string }[] = [];
  private denied = 0;
  private vanished = 0;
  private absent = 0;

  read(path: string, pid: number, tid: number): void {
    let file: number;
    try {
      file = openSync(path, reading);
    } catch (error) {
      return this.miss(error);
    }
    try {
      const length = readSync(file, buffer, 0, buffer.length, 0);
      const state = stateIn(length);
      if (state !== null) {
        this.pids.push(pid);
        this.tids.push(tid);
        this.states.push(state);
      } else {
        const text = buffer.toString('utf8', 0, length);
        this.invalid.push({ path: `/proc/${pid}/task/${tid}/patch_state`, text });
      }
    } catch (error) {
      this.miss(error);
    } finally {
      closeSync(file);
    }
  }

  private miss(error: unknown): void {
    const { missing } = missingBecause(error);
    if (missing === 'denied') this.denied += 1;
    else if (missing === 'vanished') this.vanished += 1;
    else this.absent += 1;
  }

  result(): ThreadScan | null {
    const { pids, tids, states, denied, vanished, absent, invalid } = this;
    if (states.length + denied + vanished + invalid.length === 0) return null;
    return { pids, tids, states, denied, vanished, absent, invalid };
  }
}

/** The state among the first bytes of the buffer, without making a string of it where it is plain. */
function stateIn(length: number): number | null {
  const [first, second] = buffer;
  if (second === newline && length === 2 && (first === zero || first === zero + 1)) {
    return first - zero;
  }
  return parsePatchState(buffer.toString('utf8', 0, length));
}

const newline = 0x0a;
const zero = 0x30;

/** Folders named by a number; links in their place are not followed. */
function numberedFolders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && number.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
