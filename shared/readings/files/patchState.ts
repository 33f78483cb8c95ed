/** Patch state of a thread: −1 outside a transition, 0 unpatched, 1 patched. */
export type PatchState = -1 | 0 | 1;

/**
 * /proc/PID/task/TID/patch_state: `"%d\n"` (fs/proc/base.c, `proc_pid_patch_state`). The values are
 * `KLP_TRANSITION_IDLE`, `_UNPATCHED`, `_PATCHED` of include/linux/livepatch.h; null for any other.
 */
export function parsePatchState(text: string): PatchState | null {
  switch (text) {
    case '-1\n':
    case '-1':
      return -1;
    case '0\n':
    case '0':
      return 0;
    case '1\n':
    case '1':
      return 1;
    default:
      return null;
  }
}
