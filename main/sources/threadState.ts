/** The state letter of a thread whose files are saved: of `stat`, or of `status` where that is not there. */
import { parseProcStat } from '../../shared/readings/files/procStat';
import { parseProcStatus } from '../../shared/readings/files/procStatus';
import type { FileReading } from '../../shared/readings/readings';
import { reads } from '../../shared/readings/reads';

/** @param read reads a file of the thread by its name, so many bytes at most */
export function stateIn(read: (name: string, limit: number) => FileReading): string | null {
  const stat = read('stat', reads.thread.stat.limit);
  if ('text' in stat) return parseProcStat(stat.text)?.state ?? null;
  const status = read('status', reads.thread.status.limit);
  return 'text' in status ? (parseProcStatus(status.text)?.state ?? null) : null;
}
