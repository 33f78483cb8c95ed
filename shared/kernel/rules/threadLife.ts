/** Threads come and go. */
import type { KernelCore } from '../state/core';
import type { ThreadLiteral } from '../state/literals';
import { canEnter, enter, returnToUser } from './posture';
import { emptyStack, type Thread } from '../state/threads';

/** TASK_COMM_LEN of include/linux/sched.h, without its final zero. */
const COMM_LENGTH = 15;

/** Clock ticks a second in /proc/PID/stat. */
const USER_HZ = 100;

/** The kernel's own threads descend from this one. */
export const KTHREADD = 2;

/**
 * A new thread. It has the patch state of the one that made it (klp_copy_process); a user thread then
 * returns to user space, where it switches if it is pending, before it does anything. It stays there
 * if it was to sleep in a module that isn't loaded.
 */
export function createThread(core: KernelCore, literal: ThreadLiteral, maker: number): Thread {
  const tid = literal.tid ?? core.threads.nextTid();
  const pid = literal.pid ?? tid;
  const kthread = literal.kthread ?? false;
  const thread: Thread = {
    tid,
    pid,
    ppid: literal.ppid ?? maker,
    comm: literal.comm.slice(0, COMM_LENGTH),
    cmdline: literal.cmdline ?? '',
    uid: literal.uid ?? 0,
    cgroup: literal.cgroup ?? null,
    kthread,
    startTicks: Math.round(core.now * USER_HZ),
    state: 'R',
    posture: null,
    stack: emptyStack,
  };
  core.threads.put(thread);
  inherit(core, maker, tid);
  if (!kthread) returnToUser(core, thread);
  const { posture } = literal;
  if (posture && canEnter(core, posture)) enter(core, thread, posture);
  return core.threads.get(tid) ?? thread;
}

function inherit(core: KernelCore, maker: number, tid: number): void {
  const exceptions = core.transition?.exceptions;
  if (exceptions?.has(maker)) exceptions.add(tid);
  else exceptions?.delete(tid);
}
