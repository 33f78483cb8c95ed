/** Time: what was planned happens when its moment comes. */
import { leaveWindow } from './enabling';
import type { KernelCore } from '../state/core';
import type { KernelEvent } from '../state/events';
import { loadEnded } from './loading';
import { tick, wake } from './posture';
import { idleLoopPassed } from './schedule';
import { exitThread } from './threadEnd';
import { finishFreeing, tryComplete } from './transition';

/** @param to seconds since boot */
export function advanceTo(core: KernelCore, to: number): void {
  for (;;) {
    const next = core.events.nextAt;
    if (next === null || next > to) break;
    const due = core.events.take();
    if (!due) break;
    core.now = Math.max(core.now, due.at);
    happen(core, due.event);
  }
  core.now = Math.max(core.now, to);
}

/** Waits for klp_mutex, as a write to `enabled` or the loading of a module does. */
export function waitForMutex(core: KernelCore): void {
  while (core.window && core.events.nextAt !== null) advanceTo(core, core.events.nextAt);
}

function happen(core: KernelCore, event: KernelEvent): void {
  switch (event.kind) {
    case 'retry':
      core.retryPlanned = false;
      if (core.transition?.started) tryComplete(core);
      return;
    case 'window': {
      const patch = core.window?.patch;
      const outcome = leaveWindow(core);
      if (patch) loadEnded(core, patch.name, outcome);
      return;
    }
    case 'tick':
      return tick(core);
    case 'idle':
      if (core.transition?.started) idleLoopPassed(core, core.transition);
      return;
    case 'free':
      return finishFreeing(core, event.patch);
    case 'thread': {
      const thread = core.threads.get(event.tid);
      if (!thread || thread.state === 'Z') return;
      if (event.action === 'wake') wake(core, thread);
      else exitThread(core, thread, false);
      return;
    }
  }
}
