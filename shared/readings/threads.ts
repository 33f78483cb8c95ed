/** Which threads of a scan have not reached the target of the running transition. */
import type { ThreadScan } from './readings';

/**
 * A thread blocks while its state is defined and not the target: 0 while patching, 1 while
 * unpatching (klp_dump_blocking_processes in tools/testing/selftests/livepatch/functions.sh of
 * qa_test_klp; klp_check_stack and klp_target_state in kernel/livepatch/transition.c).
 *
 * @param enabled `enabled` of the livepatch in transition: where the transition leads
 */
export function isBlocking(state: number, enabled: boolean): boolean {
  return state !== -1 && state !== (enabled ? 1 : 0);
}

/** Threads whose state was read, with a row of their own or without. */
export function readThreads(scan: ThreadScan): number {
  return scan.states.length + (scan.unlisted ?? 0);
}

/** Ordered by process and thread number. */
export function blockingThreads(
  scan: ThreadScan,
  enabled: boolean,
): { readonly pid: number; readonly tid: number }[] {
  const blocking: { pid: number; tid: number }[] = [];
  for (let row = 0; row < scan.states.length; row += 1) {
    const state = scan.states[row];
    const pid = scan.pids[row];
    const tid = scan.tids[row];
    if (state === undefined || pid === undefined || tid === undefined) continue;
    if (isBlocking(state, enabled)) blocking.push({ pid, tid });
  }
  return blocking.sort((a, b) => a.pid - b.pid || a.tid - b.tid);
}
