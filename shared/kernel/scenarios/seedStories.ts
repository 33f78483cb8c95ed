/**
 * Stories of what the mails argue about: shadow variables and who collects them, rule sets that no
 * release has, and the older build over the newer one. Each says by which rules it plays.
 */
import type { LivepatchLiteral, ObjectLiteral, ShadowAction } from '../state/literals';
import type { Operation } from '../operations/operation';
import { disable, load, livepatch, server, unload } from './pieces';
import type { Scenario } from './scenario';

const id = 0x4a51;
const sockets = ['ffff8881034a2c00', 'ffff8881034a3400'];

/** A livepatch whose post-patch callback gives every socket a lock. */
function locking(name: string, more: Partial<LivepatchLiteral> = {}): LivepatchLiteral {
  const attach = sockets.map((object): ShadowAction => ({
    action: 'get-or-alloc',
    object,
    id,
    data: 'unlocked',
  }));
  const object: ObjectLiteral = {
    name: 'vmlinux',
    functions: [{ name: 'unix_stream_connect' }],
    callbacks: { postPatch: { shadow: attach } },
    shadowTypes: [{ id, dtor: { says: ['mutex_destroy of {object}'] } }],
  };
  return { name, objects: [object], ...more };
}

const call = (action: ShadowAction, by?: string): Operation =>
  by === undefined ? { do: 'shadow', action } : { do: 'shadow', action, by };

const february = locking('livepatch_2026_02');
const march = locking('livepatch_2026_03', { replace: true });
const without = livepatch('livepatch_2026_04', { vmlinux: ['tcp_v4_rcv'] }, { replace: true });

const collectedSteps = [
  { at: 3, says: 'February’s livepatch attaches a lock to each socket.', do: [load(february)] },
  { at: 10, says: 'March’s replaces it, and uses the same locks.', do: [load(march)] },
];

export const collectionAtWork: Scenario = {
  id: 'collection-at-work',
  title: 'Shadow variables that are collected',
  story:
    'By rules that no release has: collection as the series of 2022-10-26 and its review intend it. Types of shadow variables are counted; a replace hands the locks on. When April’s livepatch has no use for them, the destructor runs and they are gone.',
  host: server({ name: 'mail2', kernel: 'shadow-gc-intended' }),
  steps: [
    ...collectedSteps,
    { at: 18, says: 'April’s has no such type: the locks are collected.', do: [load(without)] },
  ],
  lasts: 25,
};

export const leakAtReplace: Scenario = {
  id: 'leak-at-replace',
  title: 'The replace at which variables leak',
  story:
    'By rules that no release has: collection as posted on 2022-10-26 (v2 4/4). It unregisters the types of a livepatch that is disabled, and forgets those of one that is replaced: the count never comes to zero, and the locks stay for good.',
  host: server({ name: 'mail3', kernel: 'shadow-gc' }),
  steps: [
    ...collectedSteps,
    { at: 18, says: 'March’s is disabled: February’s still counts.', do: [disable(march.name)] },
    {
      at: 24,
      says: 'Both modules are removed; the locks stay.',
      do: [unload(february.name), unload(march.name)],
    },
  ],
  lasts: 30,
};

const vendorA = livepatch('kpatch_vendor_a', { vmlinux: ['do_exit'] });
const vendorB = livepatch('lkp_vendor_b', { vmlinux: ['copy_process'] });
const task = 'ffff888107a10000';

export const oneId: Scenario = {
  id: 'one-id',
  title: 'Two vendors and one id',
  story:
    'Two livepatches chose the same id for different things. What one attached the other finds and takes for its own: “the whole system might end like a glass on a stony floor” (mail of 2017-07-21). Who allocates instead of getting is warned.',
  host: server({ name: 'shop2' }),
  steps: [
    { at: 2, says: 'The first vendor’s livepatch is loaded.', do: [load(vendorA)] },
    { at: 4, says: 'The second vendor’s follows.', do: [load(vendorB)] },
    {
      at: 6,
      says: 'The first vendor’s attaches a counter.',
      do: [call({ action: 'alloc', object: task, id: 1, data: 'counter 41' }, vendorA.name)],
      answeredWith: 'new',
    },
    {
      at: 10,
      says: 'The second vendor’s wants a lock, and gets the counter.',
      do: [call({ action: 'get-or-alloc', object: task, id: 1, data: 'unlocked' }, vendorB.name)],
      answeredWith: 'existing',
    },
    {
      at: 14,
      says: 'Had it allocated, the kernel would have warned.',
      do: [call({ action: 'alloc', object: task, id: 1, data: 'unlocked' }, vendorB.name)],
      answeredWith: 'duplicate',
    },
  ],
  lasts: 20,
};

const lock = { object: sockets[0] ?? '', id, data: 'unlocked' };
const lockFix = livepatch('livepatch_lock_fix', { vmlinux: ['unix_stream_connect'] });

export const lockReplaced: Scenario = {
  id: 'lock-replaced',
  title: 'The lock that an update replaces',
  story:
    'Why the mail of 2017-07-21 does not want an update for locks: a thread holds the lock, the next caller “updates” it, and it is free again. get_or_alloc keeps what is there. The update is in no kernel; this one plays it nevertheless.',
  host: server({ name: 'mail4' }),
  steps: [
    {
      at: 2,
      says: 'The lock is attached, and held.',
      do: [load(lockFix), call({ ...lock, action: 'alloc', data: 'held' }, lockFix.name)],
      answeredWith: 'new',
    },
    {
      at: 6,
      says: 'get_or_alloc finds it held, as it should.',
      do: [call({ ...lock, action: 'get-or-alloc' }, lockFix.name)],
      answeredWith: 'existing',
    },
    {
      at: 10,
      says: 'update replaces it by a fresh one: two threads are inside.',
      do: [call({ ...lock, action: 'update' }, lockFix.name)],
      answeredWith: 'updated',
    },
  ],
  lasts: 15,
};

const newer = livepatch(
  'livepatch_cumulative_7',
  { vmlinux: ['tcp_v4_rcv', 'ip_rcv', 'udp_rcv'] },
  { replace: true },
);
const older = livepatch('livepatch_cumulative_6', { vmlinux: ['tcp_v4_rcv', 'ip_rcv'] });

export const hiddenBuild: Scenario = {
  id: 'hidden-build',
  title: 'The older build over the newer one',
  story:
    'The example of the mail of 2018-04-17: the cumulative livepatch is in place, and somebody loads its older build on top, without replace. The kernel allows it, and two of three fixes are hidden by older ones.',
  host: server({ name: 'app4' }),
  steps: [
    { at: 2, says: 'The cumulative livepatch is loaded.', do: [load(newer)] },
    { at: 6, says: 'By mistake its older build follows.', do: [load(older)] },
    { at: 20, says: 'It is disabled: the fixes are back.', do: [disable(older.name)] },
  ],
  lasts: 25,
};

const worker = 612;
const scheduling: LivepatchLiteral = {
  name: 'livepatch_schedule_fix',
  objects: [
    { name: 'vmlinux', functions: [{ name: 'schedule', immediate: true }, { name: 'kswapd' }] },
  ],
};

export const immediateAgreed: Scenario = {
  id: 'immediate-agreed',
  title: 'Immediate, as it was agreed',
  story:
    'By rules that no release has: the mail of 2016-04-05 agrees to leave immediate functions out of the transition. A kernel thread that can’t switch calls one and runs the new code. Linux 4.12 to 4.15 let it run the old one.',
  host: server({
    name: 'legacy2',
    kernel: 'immediate-agreed',
    threads: [
      { comm: 'kswapd1', tid: worker, kthread: true, posture: { calls: ['kswapd'], state: 'S' } },
    ],
  }),
  steps: [
    { at: 2, says: 'The livepatch is loaded; kswapd1 blocks.', do: [load(scheduling)] },
    {
      at: 6,
      says: 'kswapd1 calls the immediate function: the new one, though it has not switched.',
      do: [{ do: 'enter', tid: worker, posture: { calls: ['kswapd', 'schedule'], state: 'S' } }],
    },
  ],
  lasts: 12,
};

const inSet = (name: string, replaceSet: number, functions: readonly string[]) =>
  livepatch(name, { vmlinux: functions }, { replaceSet });

export const replaceSets: Scenario = {
  id: 'replace-sets',
  title: 'Two vendors, two sets',
  story:
    'By rules that no release has: the series of May 2026 lets a livepatch replace those of its own set only. Each vendor’s cumulative livepatch leaves the other’s in place, and none may patch the other’s functions.',
  host: server({ name: 'shop3', kernel: 'replace_set' }),
  steps: [
    {
      at: 2,
      says: 'The first vendor’s livepatch is loaded.',
      do: [load(inSet('vendor_a_1', 1, ['do_exit']))],
    },
    { at: 4, says: 'The second’s follows.', do: [load(inSet('vendor_b_1', 2, ['ip_rcv']))] },
    {
      at: 8,
      says: 'The first vendor’s next one replaces its own only.',
      do: [load(inSet('vendor_a_2', 1, ['do_exit', 'copy_process']))],
    },
    {
      at: 14,
      says: 'One that patches the other’s function is refused.',
      do: [load(inSet('vendor_a_3', 1, ['ip_rcv']))],
      refusedWith: 'EINVAL',
    },
  ],
  lasts: 20,
};
