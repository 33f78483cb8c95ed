/**
 * An emulated kernel: what may be done to it, what it shows, and its clock. Nothing outside touches
 * its state; the same beginning and the same operations lead to the same end on every machine.
 */
import { advanceTo } from './rules/clock';
import { KernelCore } from './state/core';
import type { Architecture, HostLiteral } from './state/literals';
import { loadModule } from './rules/loading';
import { applyOperation, type Applied } from './operations/apply';
import type { Operation } from './operations/operation';
import { hashOf, Random } from './state/random';
import { createThread, KTHREADD } from './rules/threadLife';
import { deviating, findKernelVersion, newestKernel } from './state/version';

export class Kernel {
  private constructor(
    /** For reading; change it through `apply`. */
    readonly core: KernelCore,
  ) {}

  /** A host as its literal describes it: running, with nothing patched. */
  static boot(literal: HostLiteral): Kernel {
    const core = new KernelCore({
      version: deviating(
        findKernelVersion(literal.kernel ?? '') ?? newestKernel,
        literal.deviations ?? [],
      ),
      architecture: literal.architecture ?? 'full',
      hostName: literal.name,
      bootId: bootIdOf(literal),
      cpus: literal.cpus ?? 1,
      deepIdleCpus: literal.deepIdleCpus ?? 0,
      symbols: { ...literal.symbols },
    });
    core.random = new Random(literal.seed ?? 1);
    core.dynamicDebug = literal.dynamicDebug ?? false;
    core.print(`Linux version ${core.version.release} (klpscope demo)`);
    createThread(core, initProcess, 0);
    createThread(core, kthreadd, 0);
    for (const module of literal.modules ?? []) loadModule(core, module);
    for (const thread of literal.threads ?? []) {
      createThread(core, thread, thread.kthread ? KTHREADD : (thread.ppid ?? 1));
    }
    core.now = literal.uptime ?? 0;
    return new Kernel(core);
  }

  /** A kernel around a state that was put together elsewhere. */
  static around(core: KernelCore): Kernel {
    return new Kernel(core);
  }

  /** A kernel in the same state that goes its own way from here. */
  clone(): Kernel {
    return new Kernel(this.core.clone());
  }

  apply(operation: Operation): Applied {
    return applyOperation(this.core, operation);
  }

  /** Lets time pass, in seconds. */
  pass(seconds: number): void {
    advanceTo(this.core, this.core.now + seconds);
  }

  get architecture(): Architecture {
    return this.core.setup.architecture;
  }
}

const initProcess = {
  comm: 'systemd',
  tid: 1,
  cmdline: '/sbin/init',
  cgroup: '/init.scope',
  posture: { calls: ['__x64_sys_epoll_wait', 'do_epoll_wait', 'schedule'], state: 'S' },
} as const;

const kthreadd = {
  comm: 'kthreadd',
  tid: KTHREADD,
  ppid: 0,
  kthread: true,
  posture: { calls: ['kthreadd', 'schedule'], state: 'S' },
} as const;

/** A UUID that depends on the host's name and seed alone. */
function bootIdOf({ name, seed = 1 }: HostLiteral): string {
  const digits = [0, 1, 2, 3]
    .map((part) => hashOf(`${name}\0${seed}\0${part}`).toString(16).padStart(8, '0'))
    .join('');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-');
}
