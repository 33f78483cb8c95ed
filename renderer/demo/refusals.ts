/** The kernel's errors in one sentence, for who operates a demo host. */
import type { Operation } from './operations';

/** By operation where the error means something of its own there (kernel/livepatch/core.c). */
const ofOperation: ReadonlyMap<string, string> = new Map([
  ['load EBUSY', 'Another transition runs; there is only one at a time.'],
  ['load EEXIST', 'A module of that name is loaded already.'],
  [
    'load EINVAL',
    'The livepatch does not fit: a function is not there, is not unique or is named twice, or the system state is of another version.',
  ],
  ['load ENOENT', 'A module that it needs is not loaded.'],
  ['load ENODEV', 'This kernel does not support livepatching, or a callback refused.'],
  ['load ENOSYS', 'This architecture has no reliable stack traces.'],
  [
    'write-enabled EBUSY',
    'Another transition runs, or (before Linux 5.1) it is not the topmost livepatch.',
  ],
  [
    'write-enabled EINVAL',
    'It is in that state already; and since Linux 5.1 a disabled livepatch can’t be enabled again.',
  ],
  ['force EINVAL', 'Only a livepatch in transition can be forced.'],
  ['force ENOENT', 'This kernel has no file to force a transition with.'],
  ['load-module EEXIST', 'A module of that name is loaded already.'],
  ['load-module EINVAL', 'A livepatch can’t be applied to this module, so it may not come in.'],
  ['unload EAGAIN', 'The module is in use: by a livepatch that is applied, or by a thread in it.'],
  ['unload ENOENT', 'No module of that name is loaded.'],
  ['unload EBUSY', 'The module is just coming or going.'],
  ['kill EPERM', 'A kernel thread ignores signals.'],
  ['create-thread EEXIST', 'A thread of that number exists already.'],
]);

const general: ReadonlyMap<string, string> = new Map([
  ['EPERM', 'It is not permitted.'],
  ['ENOENT', 'What it names is not there.'],
  ['ESRCH', 'The thread is gone.'],
  ['ENOEXEC', 'The module is not of a form that the kernel loads.'],
  ['EAGAIN', 'It is in use.'],
  ['ENOMEM', 'There is no memory for it.'],
  ['EBUSY', 'The kernel is busy with something that excludes it.'],
  ['EEXIST', 'It exists already.'],
  ['ENODEV', 'This kernel does not support it.'],
  ['EINVAL', 'It makes no sense in this state.'],
  ['ENOSYS', 'This kernel can’t do it.'],
]);

export function refusalText(operation: Operation['do'], errno: string): string {
  return ofOperation.get(`${operation} ${errno}`) ?? general.get(errno) ?? 'The kernel refuses it.';
}
