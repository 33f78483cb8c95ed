/**
 * Writes a tree laid out like `/` of a host with many threads in transition, with the files that a
 * capture of a real one has: for measurements, and for tests that need size.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface TreeOptions {
  readonly processes: number;
  readonly threadsPerProcess: number;
  /** Threads that have not switched, spread evenly over all. */
  readonly blocking: number;
}

/** 20,000 threads, as two kinds of hosts have them: few big processes, or many small ones. */
export const bigTrees = {
  threaded: { processes: 8, threadsPerProcess: 2500 },
  forking: { processes: 20_000, threadsPerProcess: 1 },
} as const;

const livepatch = 'livepatch_bench';
const firstPid = 1000;

/**
 * A livepatch of `vfs_read` is being applied. Threads are numbered from 1000 upwards, each process
 * by its first one; blocking ones take turns in why they block.
 *
 * @param folder is created, and must not hold a tree yet
 */
export function makeTree(folder: string, options: TreeOptions): void {
  for (const [path, text] of Object.entries(hostFiles)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, `sys/kernel/livepatch/${livepatch}/vmlinux/vfs_read,1`));
  const { processes, threadsPerProcess, blocking } = options;
  const total = processes * threadsPerProcess;
  for (let process = 0; process < processes; process += 1) {
    const pid = firstPid + process * threadsPerProcess;
    const tasks = `${folder}/proc/${pid}/task`;
    mkdirSync(tasks, { recursive: true });
    for (let thread = 0; thread < threadsPerProcess; thread += 1) {
      const row = process * threadsPerProcess + thread;
      const kind = kindOf(row, total, blocking);
      const own = `${tasks}/${pid + thread}`;
      mkdirSync(own);
      writeThread(own, pid, pid + thread, kind);
      if (thread === 0) writeProcess(`${folder}/proc/${pid}`, pid, kind);
    }
  }
}

interface Kind {
  readonly blocks: boolean;
  readonly comm: string;
  readonly state: string;
  readonly frames: readonly string[];
}

const entry = ['do_syscall_64+0x87/0x180', 'entry_SYSCALL_64_after_hwframe+0x76/0x7e'];

const switched: Kind = {
  blocks: false,
  comm: 'worker',
  state: 'S (sleeping)',
  frames: ['futex_wait_queue+0x5e/0xb0', 'futex_wait+0x178/0x270', 'do_futex+0x9e/0x1f0', ...entry],
};

const blockingKinds: readonly Kind[] = [
  {
    comm: 'reader',
    state: 'D (disk sleep)',
    frames: ['io_schedule+0x42/0x70', 'vfs_read+0x9c/0x350', 'ksys_read+0x6c/0xe0', ...entry],
  },
  {
    comm: 'listener',
    state: 'S (sleeping)',
    frames: ['pipe_read+0x3c1/0x4f0', 'vfs_read+0x2f0/0x350', 'ksys_read+0xbb/0xe0', ...entry],
  },
  {
    comm: 'poller',
    state: 'S (sleeping)',
    frames: ['ep_poll+0x3e1/0x410', 'do_epoll_wait+0xc1/0xe0', ...entry],
  },
  { comm: 'cruncher', state: 'R (running)', frames: [] },
  { comm: 'debuggee', state: 'T (stopped)', frames: ['do_signal_stop+0x1c5/0x250', ...entry] },
].map((kind) => ({ ...kind, blocks: true }));

/** Row by row, so many blocking ones that every share of the rows has its share of them. */
function kindOf(row: number, total: number, blocking: number): Kind {
  const before = Math.floor((row * blocking) / total);
  const after = Math.floor(((row + 1) * blocking) / total);
  return after > before ? (blockingKinds[before % blockingKinds.length] ?? switched) : switched;
}

function writeThread(folder: string, pid: number, tid: number, kind: Kind): void {
  for (const [name, text] of Object.entries(threadFiles(pid, tid, kind))) {
    writeFileSync(`${folder}/${name}`, text);
  }
}

/** A process folder repeats the files of its first thread. */
function writeProcess(folder: string, pid: number, kind: Kind): void {
  writeThread(folder, pid, pid, kind);
  writeFileSync(`${folder}/cmdline`, `/usr/sbin/${kind.comm}\0--pool\0${pid}\0`);
  writeFileSync(`${folder}/cgroup`, `0::/system.slice/${kind.comm}.service\n`);
}

function threadFiles(pid: number, tid: number, { blocks, comm, state, frames }: Kind) {
  return {
    patch_state: blocks ? '0\n' : '1\n',
    comm: `${comm}\n`,
    stat: `${tid} (${comm}) ${state.slice(0, 1)} 1 ${pid} ${pid} 0 -1 4194304 190 0 0 0 3 1 0 0 20 0 1 0 1010 3096576 386 18446744073709551615 0 0 0 0 0 0 0 6 0 1 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`,
    status: `Name:\t${comm}\nUmask:\t0022\nState:\t${state}\nTgid:\t${pid}\nNgid:\t0\nPid:\t${tid}\nPPid:\t1\nTracerPid:\t0\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nFDSize:\t64\nKthread:\t0\nThreads:\t1\n`,
    stack: frames.map((frame) => `[<0>] ${frame}\n`).join(''),
    wchan: frames[0]?.replace(/\+.*$/, '') ?? '0',
  };
}

const hostFiles: Readonly<Record<string, string>> = {
  [`sys/kernel/livepatch/${livepatch}/enabled`]: '1\n',
  [`sys/kernel/livepatch/${livepatch}/transition`]: '1\n',
  [`sys/kernel/livepatch/${livepatch}/replace`]: '0\n',
  [`sys/kernel/livepatch/${livepatch}/stack_order`]: '1\n',
  [`sys/kernel/livepatch/${livepatch}/vmlinux/patched`]: '1\n',
  [`sys/module/${livepatch}/taint`]: 'OEK\n',
  [`sys/module/${livepatch}/refcnt`]: '1\n',
  [`sys/module/${livepatch}/initstate`]: 'live\n',
  'proc/modules': `${livepatch} 16384 1 - Live 0x0000000000000000 (OEK)\n`,
  'proc/sys/kernel/osrelease': '6.12.117\n',
  'proc/sys/kernel/hostname': 'bench\n',
  'proc/sys/kernel/tainted': '45056\n',
  'proc/uptime': '5000.00 9000.00\n',
  'sos_commands/kernel/dmesg': [
    `[ 4900.000100] livepatch: enabling patch '${livepatch}'`,
    `[ 4900.000200] livepatch: '${livepatch}': starting patching transition`,
    '[ 4915.500000] livepatch: signaling remaining tasks',
    '',
  ].join('\n'),
};
