/** Carries out an operation. */
import { advanceTo, waitForMutex } from '../rules/clock';
import type { KernelCore } from '../state/core';
import { done, refuse, success, type Outcome } from '../state/errno';
import { coreKernel, functionKey } from '../state/livepatch';
import { loadModule, unloadModule } from '../rules/loading';
import { canEnter, enter, wake } from '../rules/posture';
import { applyShadow } from '../rules/shadowMessages';
import { createThread, exitThread, KTHREADD } from '../rules/threadLife';
import type { Thread } from '../state/threads';
import { load, writeEnabled, writeForce, writeSignal } from './livepatchOperations';
import type { Operation } from './operation';

/** The number of a thread that was created; otherwise null. */
export type Applied = Outcome<number | null>;

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
      applyShadow(core, operation.action, null, operation.fails ?? null);
      return done;
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

/** A signal reaches who runs or sleeps interruptibly; kernel threads ignore it (EPERM says it here). */
function kill(core: KernelCore, thread: Thread): Outcome {
  if (thread.kthread) return refuse('EPERM');
  if (thread.state !== 'D') exitThread(core, thread, false);
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
