/** What is often tried and does not help a given thread. */
import { noHelpWords as words } from '../words/remedies';
import { say } from '../words/sentence';
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
    return [{ title: 'Signals will not', text: say(words.idleTask, { log: true }, undefined) }];
  }
  if (kthread === true) {
    return [
      {
        title: 'Signals will not',
        text: say(words.kernelThread, { kind: kthread }, undefined),
      },
    ];
  }
  if (state === 'D') {
    return [
      {
        title: 'The kernel’s signal will not',
        text: say(words.uninterruptible, { state }, undefined),
      },
    ];
  }
  if (state === 'T' || state === 't') {
    return [
      {
        title: 'Waiting alone will not',
        text: say(words.stopped, { state }, undefined),
      },
    ];
  }
  return [];
}
