/** What is often tried and does not help a given thread. */
import type { Blocker } from './statusDocument';

export interface NoHelp {
  readonly title: string;
  readonly text: string;
}

/**
 * The kernel's signal round (kernel/livepatch/transition.c, klp_send_signals) wakes user threads in
 * interruptible sleep; a kernel thread is woken too, but switches only where its own loop allows.
 */
export function nonRemedies({ state, kthread, cpu }: Blocker): readonly NoHelp[] {
  if (cpu !== undefined) {
    return [{ title: 'Signals will not', text: 'The idle task of a CPU takes no signals.' }];
  }
  if (kthread === true) {
    return [
      {
        title: 'Signals will not',
        text: 'A kernel thread never returns to user space; the wake-up that the kernel sends every 15 s does not make it leave its function.',
      },
    ];
  }
  if (state === 'D') {
    return [
      {
        title: 'The kernel’s signal will not',
        text: 'It wakes interruptible sleepers only; this sleep is uninterruptible. Killing the process does not end it either.',
      },
    ];
  }
  if (state === 'T' || state === 't') {
    return [
      {
        title: 'Waiting alone will not',
        text: 'The thread is stopped by a signal or a debugger and runs no further until it is continued.',
      },
    ];
  }
  return [];
}
