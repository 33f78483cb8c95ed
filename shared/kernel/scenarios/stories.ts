/** Stories of one livepatch: how a transition runs, what stalls it and what one may do. */
import type { PostureLiteral } from '../state/literals';
import {
  disable,
  enable,
  force,
  load,
  loadSlowly,
  livepatch,
  server,
  unload,
  wake,
} from './pieces';
import type { Scenario } from './scenario';

const tcpFix = livepatch('livepatch_tcp_fix', {
  vmlinux: ['tcp_sendmsg_locked', 'tcp_retransmit_skb'],
});

export const cleanApply: Scenario = {
  id: 'clean-apply',
  title: 'A clean apply',
  story:
    'A livepatch of two functions is loaded on a quiet server. Within a second every thread runs the new code. Later it is disabled, and its module stays until somebody removes it.',
  host: server({ name: 'web1' }),
  steps: [
    { at: 3, says: 'The livepatch is loaded.', do: [loadSlowly(tcpFix)] },
    { at: 20, says: 'It is disabled again.', do: [disable(tcpFix.name)] },
    { at: 30, says: 'Its module is removed.', do: [unload(tcpFix.name)] },
  ],
  lasts: 35,
};

const nfsFix = livepatch('livepatch_nfs_fix', {
  nfs: ['nfs_wait_bit_killable'],
  vmlinux: ['vfs_fsync_range'],
});
const inNfs: PostureLiteral = {
  calls: ['ksys_read', 'vfs_read', { object: 'nfs', name: 'nfs_wait_bit_killable' }],
  state: 'D',
  // TASK_KILLABLE, as the function's name says (fs/nfs/inode.c).
  killable: true,
};
const backup = {
  comm: 'rsync',
  tid: 2417,
  cmdline: 'rsync -a /srv/nfs/ /backup',
  cgroup: '/system.slice/backup.service',
  posture: inNfs,
};

export const diskSleeper: Scenario = {
  id: 'disk-sleeper',
  title: 'Stalled on a disk sleeper',
  story:
    'A backup waits for an NFS server that is gone, uninterruptibly and inside a function that the livepatch replaces. The kernel’s signal does not reach it, only SIGKILL would. When the server answers, the transition ends by itself.',
  host: server({ name: 'files1', modules: [{ name: 'nfs' }], threads: [backup] }),
  steps: [
    {
      at: 3,
      says: 'The livepatch is loaded; rsync sleeps in a function of it.',
      do: [load(nfsFix)],
    },
    { at: 19, says: 'The kernel has signalled; rsync sleeps uninterruptibly.', do: [] },
    { at: 60, says: 'The NFS server answers.', do: [wake(backup.tid)] },
  ],
  lasts: 65,
};

const ttyFix = livepatch('livepatch_tty_fix', { vmlinux: ['n_tty_read'] });
const inTty: PostureLiteral = {
  calls: ['ksys_read', 'vfs_read', 'tty_read', 'n_tty_read'],
  state: 'S',
};

export const signalFrees: Scenario = {
  id: 'signal-frees',
  title: 'Freed by the signal after 15 s',
  story:
    'Two shells wait for a key, asleep in the function that is being patched. After 15 s the kernel sends them a signal that nobody sees: they leave, switch, and go back to sleep in the new code.',
  host: server({
    name: 'login1',
    threads: [1801, 1954].map((tid) => ({
      comm: 'bash',
      tid,
      cmdline: '-bash',
      uid: 1000,
      cgroup: `/user.slice/user-1000.slice/session-${tid % 7}.scope`,
      posture: inTty,
    })),
  }),
  steps: [
    { at: 3, says: 'The livepatch is loaded; two shells are in its function.', do: [load(ttyFix)] },
    { at: 21, says: 'The signal has freed them.', do: [] },
  ],
  lasts: 25,
};

const cryptFix = livepatch('livepatch_dm_crypt_fix', { dm_crypt: ['dmcrypt_write'] });

export const kernelThread: Scenario = {
  id: 'kernel-thread',
  title: 'A kernel thread that never lets go',
  story:
    'The main loop of a kernel thread is patched. It never leaves that function, and signals do not help a kernel thread. The livepatch has to be taken back: whoever wrote it should have patched what the loop calls.',
  host: server({
    name: 'vault1',
    modules: [{ name: 'dm_crypt' }],
    threads: [
      {
        comm: 'dmcrypt_write/2',
        tid: 512,
        kthread: true,
        posture: { calls: [{ object: 'dm_crypt', name: 'dmcrypt_write' }], state: 'S' },
      },
    ],
  }),
  steps: [
    { at: 3, says: 'The livepatch is loaded.', do: [load(cryptFix)] },
    { at: 20, says: 'The kernel has woken the thread; it went back to sleep.', do: [] },
    { at: 50, says: 'The livepatch is taken back.', do: [disable(cryptFix.name)] },
  ],
  lasts: 56,
};

const newcomer = { ...backup, comm: 'tar', tid: 2900, cmdline: 'tar -cf - /srv/nfs' };

export const reversal: Scenario = {
  id: 'reversal',
  title: 'Reversal in despair',
  story:
    'The transition stalls, somebody turns it round, and now others block: those who came meanwhile sleep in the new code. The one who blocked before is the first to be done.',
  host: server({ name: 'files2', modules: [{ name: 'nfs' }], threads: [backup] }),
  steps: [
    { at: 3, says: 'The livepatch is loaded; rsync blocks.', do: [load(nfsFix)] },
    {
      at: 12,
      says: 'A new process calls the function: it runs the new code, and waits in it.',
      do: [{ do: 'create-thread', thread: newcomer }],
    },
    { at: 25, says: 'The livepatch is turned round: now tar blocks.', do: [disable(nfsFix.name)] },
    { at: 40, says: 'And once more: rsync blocks again.', do: [enable(nfsFix.name)] },
    { at: 50, says: 'The NFS server answers.', do: [wake(backup.tid), wake(newcomer.tid)] },
  ],
  lasts: 55,
};

export const forcePrice: Scenario = {
  id: 'force-price',
  title: 'Force and its price',
  story:
    'A livepatch is to be disabled while a thread sleeps in its code. Force ends the transition at once: the livepatch is gone from sysfs, its module can never be unloaded, and the thread is still in it.',
  host: server({ name: 'files3', modules: [{ name: 'nfs' }] }),
  steps: [
    { at: 2, says: 'The livepatch is loaded.', do: [load(nfsFix)] },
    {
      at: 6,
      says: 'A backup begins, and waits in the new code.',
      do: [{ do: 'create-thread', thread: backup }],
    },
    { at: 10, says: 'The livepatch is disabled; the backup blocks.', do: [disable(nfsFix.name)] },
    { at: 35, says: 'Somebody loses patience: force.', do: [force(nfsFix.name)] },
    {
      at: 40,
      says: 'Its module can’t be removed.',
      do: [unload(nfsFix.name)],
      refusedWith: 'EAGAIN',
    },
  ],
  lasts: 45,
};

export const lateModule: Scenario = {
  id: 'late-module',
  title: 'The module that loads late',
  story:
    'A livepatch names a module that is not loaded. When it comes it is patched before its first instruction runs. A newer build of the module lacks a function that a second livepatch patches: the kernel refuses to load it at all.',
  host: server({ name: 'edge1' }),
  steps: [
    {
      at: 3,
      says: 'The livepatch is loaded; one of its objects is not there.',
      do: [
        load(livepatch('livepatch_wifi_fix', { ath11k: ['ath11k_dp_rx'], vmlinux: ['skb_clone'] })),
      ],
    },
    {
      at: 8,
      says: 'The module is loaded, and patched.',
      do: [{ do: 'load-module', module: { name: 'ath11k' } }],
    },
    { at: 14, says: 'It is unloaded.', do: [unload('ath11k')] },
    {
      at: 18,
      says: 'A second livepatch of it is loaded.',
      do: [
        load(livepatch('livepatch_wifi_more', { ath11k: ['ath11k_dp_tx'], vmlinux: ['skb_copy'] })),
      ],
    },
    {
      at: 22,
      says: 'The newer build of the module lacks its function, and is refused.',
      do: [{ do: 'load-module', module: { name: 'ath11k', symbols: { ath11k_dp_rx: 1 } } }],
      refusedWith: 'EINVAL',
    },
  ],
  lasts: 26,
};

export const idleCpus: Scenario = {
  id: 'idle-cpus',
  title: 'No thread blocks, and still it does not end',
  story:
    'A large idle machine with an older kernel: every thread has switched, but idle CPUs sleep so deeply that their idle tasks never pass the point where they would. Any work on them ends it.',
  host: server({ name: 'big1', kernel: '5.15', cpus: 64, deepIdleCpus: 40 }),
  steps: [
    { at: 3, says: 'The livepatch is loaded.', do: [load(tcpFix)] },
    { at: 40, says: 'Something runs on every CPU.', do: [{ do: 'poke-cpus' }] },
  ],
  lasts: 44,
};
