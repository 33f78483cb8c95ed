/**
 * Writes a tree of a host with many threads in transition, as a capture holds it: for measurements
 * and for tests that need size.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BigTree {
  readonly processes: number;
  readonly threadsPerProcess: number;
  /** Threads that have not switched, spread over all. */
  readonly blocking: number;
  /** Whether every thread brings its stack, stat, status, comm and wchan, or blocking ones only. */
  readonly details: 'all' | 'blocking';
}

const livepatch = 'livepatch_bench';

/** One livepatch is being applied; threads are numbered from 1000 upwards. */
export function writeBigTree(root: string, tree: BigTree): void {
  writeHost(root);
  const total = tree.processes * tree.threadsPerProcess;
  const stride = tree.blocking === 0 ? Infinity : Math.floor(total / tree.blocking);
  let row = 0;
  let blocked = 0;
  for (let process = 0; process < tree.processes; process += 1) {
    const pid = 1000 + row;
    writeProcess(root, pid);
    for (let thread = 0; thread < tree.threadsPerProcess; thread += 1) {
      const isBlocking = blocked < tree.blocking && row % stride === 0;
      const folder = join(root, 'proc', `${pid}`, 'task', `${pid + thread}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'patch_state'), isBlocking ? '0\n' : '1\n');
      if (isBlocking || tree.details === 'all') writeDetails(folder, pid, pid + thread);
      if (isBlocking) blocked += 1;
      row += 1;
    }
  }
}

function writeHost(root: string): void {
  const files: Record<string, string> = {
    [`sys/kernel/livepatch/${livepatch}/enabled`]: '1\n',
    [`sys/kernel/livepatch/${livepatch}/transition`]: '1\n',
    [`sys/kernel/livepatch/${livepatch}/replace`]: '0\n',
    [`sys/kernel/livepatch/${livepatch}/stack_order`]: '1\n',
    [`sys/kernel/livepatch/${livepatch}/vmlinux/patched`]: '1\n',
    [`sys/module/${livepatch}/taint`]: 'OEK\n',
    [`sys/module/${livepatch}/refcnt`]: '1\n',
    [`sys/module/${livepatch}/initstate`]: 'live\n',
    'proc/sys/kernel/osrelease': '6.12.117\n',
    'proc/sys/kernel/hostname': 'bench\n',
    'proc/sys/kernel/tainted': '45056\n',
    'proc/uptime': '5000.00 9000.00\n',
    'proc/modules': `${livepatch} 16384 1 - Live 0x0000000000000000 (OEK)\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, `sys/kernel/livepatch/${livepatch}/vmlinux/vfs_read,1`));
}

function writeProcess(root: string, pid: number): void {
  const folder = join(root, 'proc', `${pid}`);
  mkdirSync(join(folder, 'task'), { recursive: true });
  writeFileSync(join(folder, 'cmdline'), 'worker\0--pool\0');
  writeFileSync(join(folder, 'cgroup'), '0::/system.slice/worker.service\n');
}

function writeDetails(folder: string, pid: number, tid: number): void {
  const frames = ['futex_wait_queue+0x5e/0xb0', 'vfs_read+0x9c/0x350', 'ksys_read+0x6c/0xe0'];
  const files = {
    comm: `worker-${tid}\n`,
    stat: `${tid} (worker-${tid}) S 1 ${pid} ${pid} 0 -1 4194304 190 0 0 0 3 1 0 0 20 0 1 0 1010 3096576 386\n`,
    status: `Name:\tworker-${tid}\nState:\tS (sleeping)\nTgid:\t${pid}\nPid:\t${tid}\nUid:\t1000\t1000\t1000\t1000\n`,
    stack: frames.map((frame) => `[<0>] ${frame}\n`).join(''),
    wchan: 'futex_wait_queue',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
