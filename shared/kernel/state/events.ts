/** What is going to happen by itself, by time. */

export type KernelEvent =
  /** klp_transition_work of kernel/livepatch/transition.c. */
  | { readonly kind: 'retry' }
  /** The operation that holds klp_mutex goes on behind its callbacks and ftrace registration. */
  | { readonly kind: 'window' }
  /** The tick: threads that run in user space pass the kernel's boundary, busy ones the scheduler. */
  | { readonly kind: 'tick' }
  /** Idle CPUs pass their idle loop. */
  | { readonly kind: 'idle' }
  /** klp_free_patch_work_fn of kernel/livepatch/core.c. */
  | { readonly kind: 'free'; readonly patch: string }
  | { readonly kind: 'thread'; readonly tid: number; readonly action: 'wake' | 'exit' };

interface Entry {
  readonly at: number;
  /** Events of one moment happen in the order in which they were planned. */
  readonly serial: number;
  readonly event: KernelEvent;
}

/** A binary heap. */
export class EventQueue {
  private constructor(
    private readonly heap: Entry[],
    private serial: number,
  ) {}

  static empty(): EventQueue {
    return new EventQueue([], 0);
  }

  clone(): EventQueue {
    return new EventQueue([...this.heap], this.serial);
  }

  /** When the next one is due, in seconds since boot; null where nothing is planned. */
  get nextAt(): number | null {
    return this.heap[0]?.at ?? null;
  }

  plan(at: number, event: KernelEvent): void {
    const entry = { at, serial: this.serial, event };
    this.serial += 1;
    this.heap.push(entry);
    let index = this.heap.length - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.heap[above];
      if (!parent || !isEarlier(entry, parent)) break;
      this.heap[index] = parent;
      index = above;
    }
    this.heap[index] = entry;
  }

  take(): { readonly at: number; readonly event: KernelEvent } | null {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (!first || !last) return null;
    if (first !== last) this.sink(last);
    return first;
  }

  private sink(entry: Entry): void {
    let index = 0;
    for (;;) {
      const left = this.heap[2 * index + 1];
      const right = this.heap[2 * index + 2];
      if (!left) break;
      const below = right && isEarlier(right, left) ? right : left;
      if (!isEarlier(below, entry)) break;
      this.heap[index] = below;
      index = 2 * index + (below === left ? 1 : 2);
    }
    this.heap[index] = entry;
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.at === b.at ? a.serial < b.serial : a.at < b.at;
}
