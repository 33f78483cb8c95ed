/** Carries out an operation. */
import { advanceTo, waitForMutex } from '../rules/clock';
import type { KernelCore } from '../state/core';
import { done, refuse, success, type Outcome } from '../state/errno';
import { shadowId, type ShadowAnswer } from '../state/shadow';
import { coreKernel, functionKey } from '../state/livepatch';
import { loadModule, unloadModule } from '../rules/loading';
import { canEnter, enter, wake } from '../rules/posture';
import { callShadow } from '../rules/shadowApi';
import { typeOf } from '../rules/shadowTypes';
import { exitThread } from '../rules/threadEnd';
import { createThread, KTHREADD } from '../rules/threadLife';
import type { Thread } from '../state/threads';
import { load, writeEnabled, writeForce, writeSignal } from './livepatchOperations';
import type { Operation } from './operation';

/** SIGKILL waits until the thread wakes; what a function of the shadow API returned. */
export type Answer = { readonly is: 'signal-pending' } | ShadowAnswer;

/**
 * The number of a thread that was created, otherwise null; and what was answered, where an operation
 * answers more than that it was done.
 */
export type Applied = Outcome<number | null> & { readonly answer?: Answer };

/** Operations that take klp_mutex wait for one that holds it; time passes meanwhile. */
const takesMutex = new Set<Operation['do']>([
  'load',
  'write-enabled',
  'force',
  'signal',
  'load-module',
  'unload',
]);

export function applyOperation(core: KernelCore, operation: Operation): Applied {
  if (takesMutex.has(operation.do)) waitForMutex(core);
  switch (operation.do) {
    case 'load':
      return load(core, operation.livepatch, operation.window ?? 0);
    case 'write-enabled':
      return writeEnabled(core, operation.patch, operation.value, operation.window ?? 0);
    case 'force':
      return writeForce(core, operation.patch);
    case 'signal':
      return writeSignal(core, operation.patch);
    case 'load-module':
      return loadModule(core, operation.module);
    case 'unload':
      return unload(core, operation.module);
    case 'pass':
      advanceTo(core, core.now + Math.max(0, operation.seconds));
      return done;
    case 'poke-cpus':
      if (core.transition?.started) core.transition.idle.pending = 0;
      return done;
    case 'set-dynamic-debug':
      core.dynamicDebug = operation.on;
      return done;
    case 'set-memory':
      core.outOfMemory = operation.exhausted;
      return done;
    case 'fail-callbacks':
      if (operation.errno) core.failingCallbacks.set(operation.patch, operation.errno);
      else core.failingCallbacks.delete(operation.patch);
      return done;
    case 'shadow':
      return applyShadow(core, operation);
    case 'add-kprobe':
    case 'remove-kprobe':
    case 'set-ftrace':
      return applyFtrace(core, operation);
    default:
      return applyToThread(core, operation);
  }
}

/** Before 5.1 the exit function of a livepatch unregisters it, which takes its folder away. */
function unload(core: KernelCore, name: string): Outcome {
  const outcome = unloadModule(core, name);
  if (outcome.ok) core.patches = core.patches.filter((patch) => patch.name !== name);
  return outcome;
}

/** Before 4.15 its functions are symbols that nobody exports: who calls them can't be loaded. */
function applyShadow(
  core: KernelCore,
  { action, by, fails }: Extract<Operation, { do: 'shadow' }>,
): Applied {
  if (!core.version.shadowVariables) return refuse('ENOENT');
  const patch = by === undefined ? null : core.findPatch(by);
  const type = typeOf(patch, shadowId(action.id) ?? 0n);
  const answer = callShadow(core, action, { livepatch: by ?? null, type, failure: fails ?? null });
  return answer ? { ...done, answer } : refuse('EINVAL');
}

type FtraceOperation = Extract<Operation, { do: 'add-kprobe' | 'remove-kprobe' | 'set-ftrace' }>;

/**
 * One user at a time may redirect a function; ftrace can't be switched off while a livepatch needs
 * it (FTRACE_OPS_FL_PERMANENT; kernel/trace/ftrace.c).
 */
function applyFtrace({ ftrace, stacks }: KernelCore, operation: FtraceOperation): Outcome {
  if (operation.do === 'set-ftrace') {
    if (!operation.enabled && stacks.keys().length > 0) return refuse('EBUSY');
    ftrace.enabled = operation.enabled;
    return done;
  }
  const { object = coreKernel, name, sympos = 1 } = operation.function;
  const key = functionKey(object, name, sympos);
  if (operation.do === 'remove-kprobe') {
    const wasThere = ftrace.redirected.delete(key) || ftrace.traced.delete(key);
    return wasThere ? done : refuse('ENOENT');
  }
  if (!operation.postHandler) {
    ftrace.traced.add(key);
    return done;
  }
  if (stacks.of(key).length > 0) return refuse('EBUSY');
  ftrace.redirected.add(key);
  return done;
}

type ThreadOperation = Extract<
  Operation,
  { do: 'create-thread' | 'enter' | 'wake' | 'kill' | 'exit' | 'reap' }
>;

function applyToThread(core: KernelCore, operation: ThreadOperation): Applied {
  if (operation.do === 'create-thread') return create(core, operation);
  const thread = core.threads.get(operation.tid);
  if (!thread) return refuse('ESRCH');
  if (operation.do === 'reap') {
    if (thread.state !== 'Z') return refuse('EAGAIN');
    exitThread(core, thread, false);
    return done;
  }
  if (thread.state === 'Z') return refuse('ESRCH');
  switch (operation.do) {
    case 'enter':
      // A signal that kills is pending: it is never in user space again.
      if (thread.killed) return refuse('ESRCH');
      if (!canEnter(core, operation.posture)) return refuse('ENOENT');
      enter(core, thread, operation.posture);
      return done;
    case 'wake':
      wake(core, thread);
      return done;
    case 'exit':
      exitThread(core, thread, operation.zombie ?? false);
      return done;
    case 'kill':
      return kill(core, thread);
  }
}

/**
 * SIGKILL ends who runs, is stopped, or sleeps interruptibly or killably; who sleeps otherwise has it
 * pending until it wakes (signal_wake_up_state of kernel/signal.c). Kernel threads ignore it (EPERM
 * says it here).
 */
function kill(core: KernelCore, thread: Thread): Applied {
  if (thread.kthread) return refuse('EPERM');
  if (thread.state === 'D' && thread.posture?.killable !== true) {
    core.threads.put({ ...thread, killed: true });
    return { ...done, answer: { is: 'signal-pending' } };
  }
  exitThread(core, thread, false);
  return done;
}

function create(
  core: KernelCore,
  { thread, maker }: Extract<Operation, { do: 'create-thread' }>,
): Applied {
  const number = thread.tid ?? core.threads.nextTid();
  if (core.threads.get(number) || !Number.isSafeInteger(number) || number < 1) {
    return refuse('EEXIST');
  }
  if (thread.posture && !canEnter(core, thread.posture)) return refuse('ENOENT');
  const by = maker ?? (thread.kthread ? KTHREADD : (thread.ppid ?? 1));
  return success(createThread(core, thread, by).tid);
}
