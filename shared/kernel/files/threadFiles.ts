/** /proc/PID and /proc/PID/task/TID: fs/proc/array.c and fs/proc/base.c. */
import type { FileReading, ThreadStack } from '../../readings/readings';
import type { reads } from '../../readings/reads';
import type { KernelCore } from '../state/core';
import { hashOf } from '../state/random';
import type { Frame, Thread } from '../state/threads';
import { file, type Node } from './node';

/** include/linux/sched.h */
const PF_KTHREAD = 0x0020_0000;
const PF_RANDOMIZE = 0x0040_0000;

const stateWords: Readonly<Record<Thread['state'], string>> = {
  R: 'R (running)',
  S: 'S (sleeping)',
  D: 'D (disk sleep)',
  T: 'T (stopped)',
  I: 'I (idle)',
  Z: 'Z (zombie)',
};

type FileName = keyof typeof reads.thread | keyof typeof reads.process;

/** What is read of threads and processes, of both alike; null: there is no such file. */
const textOf: Readonly<Record<FileName, (core: KernelCore, thread: Thread) => string | null>> = {
  comm: (_, { comm }) => `${comm}\n`,
  stat: (_, thread) => statOf(thread),
  status: statusOf,
  wchan: (_, thread) => wchanOf(thread),
  stack: stackOf,
  patch_state: (core, { tid }) =>
    core.setup.architecture === 'no-livepatch' ? null : `${core.patchStateOf(tid)}\n`,
  cmdline: (_, { cmdline }) => (cmdline === '' ? '' : `${cmdline.replaceAll(' ', '\0')}\0`),
  cgroup: (_, { cgroup }) => (cgroup === null ? '' : `0::${cgroup}\n`),
};

const names = Object.keys(textOf);

/** /proc/PID; the files of the process are those of its first thread. */
export function processFolder(core: KernelCore, pid: number): Node | null {
  const tids = core.threads.tidsOf(pid);
  const leader = core.threads.get(pid) ?? firstOf(core, tids);
  if (!leader) return null;
  const find = (name: string): Node | null =>
    name === 'task' ? taskFolder(core, tids) : fileOf(core, leader, name);
  return { kind: 'folder', find, entries: () => entriesOf([...names, 'task'], find) };
}

function threadFolder(core: KernelCore, thread: Thread): Node {
  const find = (name: string) => fileOf(core, thread, name);
  return { kind: 'folder', find, entries: () => entriesOf(names, find) };
}

function entriesOf(all: readonly string[], find: (name: string) => Node | null): [string, Node][] {
  return all.flatMap((name): [string, Node][] => {
    const node = find(name);
    return node ? [[name, node]] : [];
  });
}

/** Only what is looked at is made: a search of stacks opens thousands. */
function fileOf(core: KernelCore, thread: Thread, name: string): Node | null {
  const text = isFileName(name) ? textOf[name](core, thread) : null;
  return text === null ? null : file(text);
}

function isFileName(name: string): name is FileName {
  return Object.hasOwn(textOf, name);
}

function firstOf(core: KernelCore, tids: ReadonlySet<number>): Thread | null {
  const [first] = tids;
  return first === undefined ? null : core.threads.get(first);
}

function taskFolder(core: KernelCore, tids: ReadonlySet<number>): Node {
  const threadOf = (tid: number) => {
    const thread = tids.has(tid) ? core.threads.get(tid) : null;
    return thread && threadFolder(core, thread);
  };
  return {
    kind: 'folder',
    *entries() {
      for (const tid of tids) {
        const node = threadOf(tid);
        if (node) yield [`${tid}`, node];
      }
    },
    find: (name) => threadOf(Number(name)),
  };
}

/** Of all threads; who sleeps in the same place shares one text. */
export function* threadStacks(core: KernelCore): Generator<ThreadStack> {
  const texts = new Map<Thread['stack'], FileReading>();
  for (const thread of core.threads.all()) {
    const { pid, tid, state, posture } = thread;
    const known = posture?.unreliable ? undefined : texts.get(thread.stack);
    const stack = known ?? { text: stackOf(core, thread), truncated: false };
    if (!posture?.unreliable) texts.set(thread.stack, stack);
    yield { pid, tid, state, stack };
  }
}

function statOf({ tid, comm, state, ppid, kthread, startTicks }: Thread): string {
  const flags = kthread ? PF_KTHREAD : PF_RANDOMIZE;
  const zeros = Array.from({ length: 12 }, () => 0).join(' ');
  const group = kthread ? '0 0' : `${tid} ${tid}`;
  // pid comm state ppid pgrp session tty tpgid flags, 10 counters, priority nice threads 0 start …
  return `${tid} (${comm}) ${state} ${ppid} ${group} 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 1 0 ${startTicks} 0 0 ${zeros}\n`;
}

function statusOf(core: KernelCore, thread: Thread): string {
  const { comm, state, pid, tid, ppid, uid, kthread } = thread;
  const name = comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const lines = [
    `Name:\t${name}`,
    `State:\t${stateWords[state]}`,
    `Tgid:\t${pid}`,
    `Pid:\t${tid}`,
    `PPid:\t${ppid}`,
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}`,
    ...(core.version.kthreadField ? [`Kthread:\t${kthread ? 1 : 0}`] : []),
    `Threads:\t${core.threads.tidsOf(pid).size}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The innermost function of a sleeper; `0` for others. */
function wchanOf({ state, stack }: Thread): string {
  return state === 'R' || state === 'Z' ? '0' : (stack.frames[0]?.symbol ?? '0');
}

function stackOf(core: KernelCore, { stack, posture }: Thread): string {
  const { stackAddresses, stackEndMarker } = core.version;
  const lines = stack.frames.map((frame) => frameLine(frame, stackAddresses));
  if (posture?.unreliable) lines.splice(1, 0, unknownFrame(stackAddresses));
  if (stackEndMarker && lines.length > 0) {
    const marker = 'ffffffffffffffff';
    lines.push(`[<${stackAddresses ? marker : 0}>] 0x${marker}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** An offset within a size, the same for the same function. */
function frameLine({ symbol, module, code }: Frame, withAddress: boolean): string {
  const hash = hashOf(code);
  const size = 0x40 + (hash % 0x40) * 0x10;
  const offset = 5 + ((hash >>> 8) % (size - 6));
  const address = withAddress
    ? `ffffffff81${(hash & 0xffffff).toString(16).padStart(6, '0')}`
    : '0';
  const where = module === null ? '' : ` [${module}]`;
  return `[<${address}>] ${symbol}+0x${offset.toString(16)}/0x${size.toString(16)}${where}`;
}

/** Code that an unwinder can't see through: a BPF program's trampoline. */
function unknownFrame(withAddress: boolean): string {
  return `[<${withAddress ? 'ffffffffc0a1b2c3' : '0'}>] 0xffffffffc0a1b2c3`;
}
