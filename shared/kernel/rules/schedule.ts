/** When things happen by themselves. */
import type { KernelCore, TransitionState } from '../state/core';

/** Seconds between ticks. */
const TICK = 0.004;

/**
 * The next try: `round_jiffies_relative(HZ)`, a second from now at the next whole second, or at the
 * one before where it has hardly passed (kernel/time/timer.c, round_jiffies_common). A work item that
 * waits already is not planned again.
 */
export function planRetry(core: KernelCore): void {
  if (core.retryPlanned) return;
  core.retryPlanned = true;
  const due = core.now + 1;
  const second = Math.floor(due);
  const rounded = due - second < 0.25 ? second : second + 1;
  core.events.plan(rounded > core.now ? rounded : due, { kind: 'retry' });
}

/** The moment after which threads in user space have passed the kernel's boundary. */
export function planTick(core: KernelCore): void {
  core.events.plan(core.now + TICK, { kind: 'tick' });
}

/** CPUs without a running thread have their idle task running; the acting CPU has not. */
export function newIdle(core: KernelCore): TransitionState['idle'] {
  const total = Math.max(0, core.setup.cpus - 1 - core.threads.runningTids().size);
  return { total, pending: total };
}

/** Idle CPUs are going to pass their loop, where their tasks switch (do_idle, kernel/sched/idle.c). */
export function passIdleLoop(core: KernelCore): void {
  core.events.plan(core.now + TICK, { kind: 'idle' });
}

/** They passed it: all of them if the kernel woke them, else those whose tick is on. */
export function idleLoopPassed(core: KernelCore, { idle }: TransitionState): void {
  idle.pending = core.version.wakesIdle ? 0 : Math.min(idle.pending, core.setup.deepIdleCpus);
}
