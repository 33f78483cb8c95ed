/** Whether the threads that were read are a container's. */
import { parseProcStat } from '../readings/files/procStat';
import { secondProcessFile } from '../readings/paths';
import type { Readings } from '../readings/readings';
import { hidesProcesses } from './hiddenProcesses';
import { plainText } from './reader';
import type { BlockingThread } from './systemState';

/**
 * In the host's own process numbers 2 is kthreadd, a kernel thread (init/main.c, rest_init); a
 * container has its own numbers, and no kernel threads.
 *
 * @param lookedAt threads of which more was read than their state
 */
export function areOfContainer(
  readings: Readings,
  lookedAt: readonly BlockingThread[],
): boolean | null {
  if (lookedAt.some(({ details }) => details?.kthread === true)) return false;
  const text = plainText(readings, secondProcessFile);
  const stat = text === null ? null : parseProcStat(text);
  if (stat) return !stat.kthread;
  const { threads } = readings;
  if (!threads || threads.unlisted !== undefined || threads.pids.length === 0) return null;
  return threads.pids.includes(2) || hidesProcesses(readings) ? null : true;
}
