/** Stories of several livepatches on one host, of an old kernel, of shadow variables and of load. */
import type { LivepatchLiteral, ThreadLiteral } from '../state/literals';
import type { Operation } from '../operations/operation';
import { disable, enable, load, livepatch, server, unload, waiting, wake } from './pieces';
import type { Scenario } from './scenario';

const first = livepatch('livepatch_2026_01', { vmlinux: ['tcp_v4_rcv', 'ip_rcv'] });
const second = livepatch('livepatch_2026_02', { vmlinux: ['tcp_v4_rcv', 'udp_rcv'] });
const cumulative = livepatch(
  'livepatch_2026_03',
  { vmlinux: ['tcp_v4_rcv', 'futex_wait'] },
  { replace: true },
);
const inFutex: ThreadLiteral = {
  comm: 'worker',
  tid: 1500,
  cmdline: '/usr/bin/worker --jobs 4',
  cgroup: '/system.slice/worker.service',
  posture: { calls: ['__x64_sys_futex', 'do_futex', 'futex_wait'], state: 'S' },
};

export const atomicReplace: Scenario = {
  id: 'atomic-replace',
  title: 'The great atomic replace',
  story:
    'A cumulative livepatch takes the place of two others at once. What it does not cover goes back to the original; for as long as the transition lasts those functions show up as its own. The replaced modules stay behind, unused.',
  host: server({ name: 'app1', threads: [inFutex] }),
  steps: [
    { at: 2, says: 'January’s livepatch is loaded.', do: [load(first)] },
    { at: 6, says: 'February’s livepatch is loaded on top.', do: [load(second)] },
    { at: 12, says: 'March’s replaces both; a worker blocks it.', do: [load(cumulative)] },
    { at: 33, says: 'The kernel’s signal has freed the worker: the others are gone.', do: [] },
    { at: 40, says: 'Their modules are removed.', do: [unload(first.name), unload(second.name)] },
  ],
  lasts: 45,
};

const vendorA = livepatch('kpatch_vendor_a', { vmlinux: ['do_exit', 'copy_process'] });
const vendorB = livepatch('lkp_vendor_b_42', { vmlinux: ['copy_process'] });

export const twoVendors: Scenario = {
  id: 'two-vendors',
  title: 'The overlap of two vendors',
  story:
    'Two vendors patch the same function, and neither replaces the other. The kernel allows it: the newer one hides the older one’s fix. When the newer one goes, the older one’s comes back.',
  host: server({ name: 'shop1' }),
  steps: [
    { at: 3, says: 'The first vendor’s livepatch is loaded.', do: [load(vendorA)] },
    { at: 8, says: 'The second vendor’s hides one of its functions.', do: [load(vendorB)] },
    { at: 30, says: 'The second vendor’s is disabled.', do: [disable(vendorB.name)] },
  ],
  lasts: 35,
};

const third = livepatch('livepatch_2026_04', { vmlinux: ['ip_rcv'] });

export const middleOfStack: Scenario = {
  id: 'middle-of-stack',
  title: 'The middle of the stack',
  story:
    'Three livepatches lie on each other, and the one in the middle is disabled. Where it was on top, the one below or the original runs again; where it was hidden, nothing changes.',
  host: server({ name: 'app2' }),
  steps: [
    { at: 2, says: 'The first livepatch is loaded.', do: [load(first)] },
    { at: 5, says: 'The second one is loaded.', do: [load(second)] },
    { at: 8, says: 'The third one is loaded.', do: [load(third)] },
    { at: 20, says: 'The one in the middle is disabled.', do: [disable(second.name)] },
  ],
  lasts: 25,
};

export const strictStack: Scenario = {
  id: 'strict-stack',
  title: 'An old kernel and its stack',
  story:
    'Before Linux 5.1 only the topmost livepatch could be disabled. A disabled one stayed in sysfs, and could be enabled again.',
  host: server({ name: 'legacy1', kernel: '4.12' }),
  steps: [
    { at: 2, says: 'A livepatch is loaded.', do: [load(first)] },
    { at: 5, says: 'Another one is loaded on top.', do: [load(second)] },
    {
      at: 8,
      says: 'The lower one can’t be disabled.',
      do: [disable(first.name)],
      refusedWith: 'EBUSY',
    },
    { at: 12, says: 'The upper one can.', do: [disable(second.name)] },
    { at: 20, says: 'It is enabled again.', do: [enable(second.name)] },
  ],
  lasts: 24,
};

const attaching: LivepatchLiteral = {
  name: 'livepatch_lock_fix',
  objects: [
    {
      name: 'vmlinux',
      functions: [{ name: 'unix_stream_connect' }],
      callbacks: {
        postPatch: {
          says: ['post_patch_callback: {object}: a lock for every socket'],
          shadow: ['ffff8881034a2c00', 'ffff8881034a3400', 'ffff888106e91800'].map((object) => ({
            action: 'get-or-alloc',
            object,
            id: 0x4a51,
          })),
        },
      },
    },
  ],
};
const attachAgain: Operation = {
  do: 'shadow',
  action: { action: 'alloc', object: 'ffff8881034a2c00', id: 0x4a51 },
};

export const shadowLeak: Scenario = {
  id: 'shadow-leak',
  title: 'Shadow variables that leak',
  story:
    'A livepatch attaches a lock to every socket, as shadow variables. Nothing frees them when it is disabled: they stay in the kernel’s table until the next boot. Somebody who attaches one twice gets a warning instead.',
  host: server({ name: 'mail1' }),
  steps: [
    { at: 3, says: 'The livepatch attaches its variables.', do: [load(attaching)] },
    { at: 10, says: 'One is attached a second time: the kernel warns.', do: [attachAgain] },
    {
      at: 18,
      says: 'The livepatch is disabled. What it attached stays.',
      do: [disable(attaching.name)],
    },
    { at: 24, says: 'Its module is removed; still they stay.', do: [unload(attaching.name)] },
  ],
  lasts: 30,
};

/** A database server: one process, many threads, nearly all of them asleep somewhere harmless. */
function databaseThreads(count: number): ThreadLiteral[] {
  const places = [
    ['__x64_sys_futex', 'do_futex', 'futex_wait_queue'],
    ['__x64_sys_io_getevents', 'read_events'],
    ['__x64_sys_pread64', 'vfs_read', 'ext4_file_read_iter', 'io_schedule'],
    ['__x64_sys_recvfrom', 'inet_recvmsg', 'tcp_recvmsg'],
  ];
  return Array.from({ length: count }, (_, index) => ({
    comm: index === 0 ? 'mysqld' : `mysqld-w${index % 64}`,
    tid: 4000 + index,
    pid: 4000,
    cmdline: '/usr/sbin/mysqld --datadir=/var/lib/mysql',
    uid: 110,
    cgroup: '/system.slice/mysql.service',
    posture: {
      calls: places[index % places.length] ?? [],
      state: index % places.length === 2 ? 'D' : 'S',
    },
  }));
}

const databaseFix = livepatch('livepatch_io_fix', {
  vmlinux: ['ext4_file_read_iter', 'tcp_sendmsg'],
});
/** Threads that read from a slow disk when the livepatch comes, as `databaseThreads` places them. */
const readers = Array.from({ length: 3000 }, (_, index) => 4002 + 4 * index);

export const database: Scenario = {
  id: 'database',
  title: 'A database server with 12,000 threads under load',
  story:
    'A quarter of the threads of a large database read from disk when the livepatch of the read path is loaded. They leave one after the other as their reads end; the last hundred wait for a path that has failed.',
  host: server({ name: 'db1', cpus: 48, threads: databaseThreads(12_000) }),
  steps: [
    { at: 3, says: 'The livepatch is loaded: 3,000 threads block.', do: [load(databaseFix)] },
    ...Array.from({ length: 29 }, (_, index) => ({
      at: 4 + index,
      says: 'Reads end, and their threads switch.',
      do: readers.slice(100 * index, 100 * (index + 1)).flatMap(resumed),
    })),
    {
      at: 60,
      says: 'The failed path is back: the last reads end.',
      do: readers.slice(2900).flatMap(resumed),
    },
  ],
  lasts: 65,
};

/** The read ends; the thread looks for new work. */
function resumed(tid: number): Operation[] {
  return [wake(tid), { do: 'enter', tid, posture: waiting }];
}
