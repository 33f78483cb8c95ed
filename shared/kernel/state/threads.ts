/**
 * The threads of a host, with an index of whose code is on whose stack: what a transition asks for
 * is found without walking all threads.
 */
import { functionKey } from './livepatch';
import type { PostureLiteral } from './literals';

export interface Frame {
  readonly symbol: string;
  /** Null: of the core kernel. */
  readonly module: string | null;
  /** Whose implementation of which function this is: see `codeOf`. */
  readonly code: string;
}

/** Shared by all threads in the same place. */
export interface Stack {
  /** Innermost first. */
  readonly frames: readonly Frame[];
}

export interface Thread {
  readonly tid: number;
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly cmdline: string;
  readonly uid: number;
  readonly cgroup: string | null;
  readonly kthread: boolean;
  /** Clock ticks after boot. */
  readonly startTicks: number;
  /** State letter of /proc/PID/stat. */
  readonly state: PostureLiteral['state'] | 'Z';
  /** What it does in the kernel; null: it runs in user space. */
  readonly posture: PostureLiteral | null;
  readonly stack: Stack;
  /** SIGKILL is pending: it ends before it is in user space again. */
  readonly killed?: boolean;
}

export const emptyStack: Stack = { frames: [] };

/** Identifies code: of a function's original, or of a livepatch's replacement. */
export function codeOf(key: string, patch: string | null): string {
  return `${patch ?? ''}\0${key}`;
}

/** The frame of a function's original. */
export function originalFrame(object: string, name: string, sympos = 1): Frame {
  return {
    symbol: name,
    module: object === 'vmlinux' ? null : object.replaceAll('-', '_'),
    code: codeOf(functionKey(object, name, sympos), null),
  };
}

type Tids = Set<number>;

export class ThreadTable {
  /** Stacks by what they hold, so that equal ones are one. */
  private readonly pool = new Map<string, Stack>();
  private readonly byStack = new Map<Stack, Tids>();
  private readonly stacksByCode = new Map<string, Set<Stack>>();
  private readonly running: Tids = new Set();
  private readonly unreliable: Tids = new Set();
  private readonly threads = new Map<number, Thread>();
  private readonly members = new Map<number, Tids>();
  private highest = 0;

  clone(): ThreadTable {
    const copy = new ThreadTable();
    for (const [key, stack] of this.pool) copy.pool.set(key, stack);
    for (const [tid, thread] of this.threads) copy.threads.set(tid, thread);
    for (const [pid, tids] of this.members) copy.members.set(pid, new Set(tids));
    for (const [stack, tids] of this.byStack) copy.byStack.set(stack, new Set(tids));
    for (const [code, stacks] of this.stacksByCode) copy.stacksByCode.set(code, new Set(stacks));
    for (const tid of this.running) copy.running.add(tid);
    for (const tid of this.unreliable) copy.unreliable.add(tid);
    copy.highest = this.highest;
    return copy;
  }

  get count(): number {
    return this.threads.size;
  }

  get(tid: number): Thread | null {
    return this.threads.get(tid) ?? null;
  }

  all(): IterableIterator<Thread> {
    return this.threads.values();
  }

  pids(): IterableIterator<number> {
    return this.members.keys();
  }

  /** Threads of a process; empty where there is none. */
  tidsOf(pid: number): ReadonlySet<number> {
    return this.members.get(pid) ?? new Set();
  }

  nextTid(): number {
    return this.highest + 1;
  }

  /** Adds a thread, or puts it in the place of the one with its number. */
  put(thread: Thread): void {
    const old = this.threads.get(thread.tid);
    if (old) this.unindex(old);
    this.threads.set(thread.tid, thread);
    this.highest = Math.max(this.highest, thread.tid);
    addTo(this.members, thread.pid, thread.tid);
    this.index(thread);
  }

  remove(tid: number): void {
    const thread = this.threads.get(tid);
    if (!thread) return;
    this.unindex(thread);
    this.threads.delete(tid);
    removeFrom(this.members, thread.pid, tid);
  }

  /** The one stack that holds these frames. */
  stackOf(frames: readonly Frame[]): Stack {
    const key = frames.map(({ code, symbol }) => `${code}\u0001${symbol}`).join('\u0002');
    const known = this.pool.get(key);
    if (known) return known;
    const stack = { frames };
    this.pool.set(key, stack);
    return stack;
  }

  /** Threads that are on a CPU. */
  runningTids(): ReadonlySet<number> {
    return this.running;
  }

  /** Threads whose stack can't be unwound for certain. */
  unreliableTids(): ReadonlySet<number> {
    return this.unreliable;
  }

  /** Threads on whose stack this code is. */
  *tidsIn(code: string): Generator<number> {
    for (const stack of this.stacksByCode.get(code) ?? []) {
      yield* this.byStack.get(stack) ?? [];
    }
  }

  /**
   * How many user threads are inside a module's code: they came by a file of the module, which holds
   * a reference to it.
   */
  usersOf(module: string): number {
    return this.inside(module).filter(({ kthread }) => !kthread).length;
  }

  kthreadsOf(module: string): Thread[] {
    return this.inside(module).filter(({ kthread }) => kthread);
  }

  private inside(module: string): Thread[] {
    const object = `\0${module}\0`;
    const tids = [...this.byStack]
      .filter(([{ frames }]) => frames.some((one) => one.module === module || isOf(one, object)))
      .flatMap(([, inStack]) => [...inStack]);
    return tids.map((tid) => this.threads.get(tid)).filter((thread) => thread !== undefined);
  }

  private index(thread: Thread): void {
    const { stack, tid } = thread;
    if (!this.byStack.has(stack)) {
      for (const { code } of stack.frames) addTo(this.stacksByCode, code, stack);
    }
    addTo(this.byStack, stack, tid);
    if (thread.state === 'R') this.running.add(tid);
    if (thread.posture?.unreliable) this.unreliable.add(tid);
  }

  private unindex({ stack, tid }: Thread): void {
    removeFrom(this.byStack, stack, tid);
    if (!this.byStack.has(stack)) {
      for (const { code } of stack.frames) removeFrom(this.stacksByCode, code, stack);
      this.forgetStack(stack);
    }
    this.running.delete(tid);
    this.unreliable.delete(tid);
  }

  /** Nobody is in it any more: the next in the same place gets a new one. */
  private forgetStack(stack: Stack): void {
    const key = stack.frames.map(({ code, symbol }) => `${code}\u0001${symbol}`).join('\u0002');
    this.pool.delete(key);
  }
}

/** A livepatch's code for one of the object's functions; see `codeOf` and `functionKey`. */
function isOf({ code }: Frame, object: string): boolean {
  return code.includes(object);
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key);
  known?.delete(value);
  if (known?.size === 0) map.delete(key);
}
