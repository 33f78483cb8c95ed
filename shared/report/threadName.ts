/** What a blocking thread is called. */
import { visible } from '../base/text';
import type { Blocker } from './statusDocument';

type Named = Pick<Blocker, 'tid' | 'comm' | 'cpu'>;

/** `cat (389)`; `idle CPU 63`; what is not known is said as a word. */
export function threadName(thread: Named): string {
  const { tid, comm, cpu } = thread;
  if (cpu !== undefined) return `idle CPU ${cpu}`;
  const name = comm === null ? 'thread' : visible(comm);
  return `${name} (${tid ?? 'number unknown'})`;
}

/** The thread's number, `389`; of an idle CPU `CPU 63`. */
export function threadNumber({ tid, cpu }: Pick<Blocker, 'tid' | 'cpu'>): string {
  if (cpu !== undefined) return `CPU ${cpu}`;
  return tid === null ? 'unknown' : String(tid);
}

/** Who names a thread that the scan does not have. */
export const sourceWords: Readonly<Record<NonNullable<Blocker['source']>, string>> = {
  log: 'named by the kernel’s log',
  report: 'named by a report',
};

/** Tells a blocking thread from the others of its document. */
export function blockerKey({ pid, tid, cpu }: Pick<Blocker, 'pid' | 'tid' | 'cpu'>): string {
  return cpu === undefined ? `${pid}/${tid}` : `cpu ${cpu}`;
}
