/** The blocking threads as rows: their keys, their order, and what the filter finds. */
import type { Blocker } from '../../../shared/report/statusDocument';

export function threadKey(blocker: Blocker): string {
  return `${blocker.pid}/${blocker.tid}`;
}

/** Beyond the first 200 the reader counts a thread, and looks no further (the contract's rule). */
export function wasLookedAt(blocker: Blocker): boolean {
  return blocker.state !== null || blocker.comm !== null || blocker.stack !== null;
}

const haystacks = new WeakMap<Blocker, string>();

function haystackOf(blocker: Blocker): string {
  const known = haystacks.get(blocker);
  if (known !== undefined) return known;
  const { pid, tid, comm, cmdline, unit, state, reason } = blocker;
  const words = [pid, tid, comm, cmdline, unit, state, reason.code, reason.function, reason.symbol];
  const text = words
    .filter((word) => word !== null)
    .join('\n')
    .toLowerCase();
  haystacks.set(blocker, text);
  return text;
}

/** Threads in which every word of the filter occurs, in any column, without regard to case. */
export function filterThreads(blockers: readonly Blocker[], filter: string): readonly Blocker[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return blockers;
  return blockers.filter((blocker) => {
    const text = haystackOf(blocker);
    return words.every((word) => text.includes(word));
  });
}

/** To whom a thread belongs: its unit, the kernel, or its user; null where not known. */
export function ownerText({ kthread, unit, uid }: Blocker): string | null {
  if (kthread === true) return 'kernel thread';
  if (unit !== null) return unit;
  return uid === null ? null : `user ${uid}`;
}
