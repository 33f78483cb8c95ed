/** Gathers the rows of a scan of threads. */
import type { Missing, ThreadScan } from '../../shared/readings/readings';

/** Names of process and thread folders; `pid_max` has at most seven digits (4,194,304). */
export const threadNumber = /^[1-9]\d{0,9}$/;

/** Characters kept of a state that makes no sense. */
const keptCharacters = 64;

export class ThreadColumns {
  private readonly pids: number[] = [];
  private readonly tids: number[] = [];
  private readonly states: number[] = [];
  private readonly invalid: { path: string; text: string }[] = [];
  private denied = 0;
  private vanished = 0;
  private absent = 0;

  add(pid: number, tid: number, state: number): void {
    this.pids.push(pid);
    this.tids.push(tid);
    this.states.push(state);
  }

  addInvalidState(pid: number, tid: number, text: string): void {
    this.addInvalid(`/proc/${pid}/task/${tid}/patch_state`, text);
  }

  addInvalid(path: string, text: string): void {
    this.invalid.push({ path, text: text.slice(0, keptCharacters) });
  }

  addMissing(missing: Missing): void {
    if (missing === 'denied') this.denied += 1;
    else if (missing === 'absent') this.absent += 1;
    else this.vanished += 1;
  }

  /** Null where no thread has a `patch_state`. */
  result(): ThreadScan | null {
    const { pids, tids, states, denied, vanished, absent, invalid } = this;
    if (states.length + denied + invalid.length === 0) return null;
    return { pids, tids, states, denied, vanished, absent, invalid };
  }
}
