/** Whether /proc shows this login its own processes alone. */
import { firstProcessStateFile, releaseFile } from '../readings/paths';
import type { Readings, SourceKind } from '../readings/readings';
import { readThreads } from '../readings/threads';

/** Hosts that are read as they run. What a probe did not find it leaves out of its answer. */
const running: Readonly<Partial<Record<SourceKind, { readonly leavesOutAbsent: boolean }>>> = {
  local: { leavesOutAbsent: false },
  ssh: { leavesOutAbsent: true },
};

/**
 * Process 1 is always there, and has the file where any thread has it (fs/proc/base.c, tgid_base_stuff): who
 * does not see it sees the processes of others neither, by the mount option `hidepid` (fs/proc/base.c,
 * proc_pid_permission). A saved tree may just lack it.
 */
export function hidesProcesses(readings: Readings): boolean {
  const { files, threads, privileged, recording, source } = readings;
  const way = running[recording?.source ?? source];
  if (privileged !== false || way === undefined) return false;
  if (!threads || readThreads(threads) === 0) return false;
  const release = files.get(releaseFile);
  if (!release || !('text' in release)) return false;
  const first = files.get(firstProcessStateFile);
  if (first === undefined) return way.leavesOutAbsent;
  return 'missing' in first && first.missing === 'absent';
}
