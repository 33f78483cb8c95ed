/**
 * The executable model in the place of a guest: it knows the words that the lab's scenarios are
 * written in, so that the same scenario can be told to a real kernel and to the model.
 */
import { treeOf } from '../../shared/kernel';
import { Kernel } from '../../shared/kernel';
import type { PostureLiteral } from '../../shared/kernel/state/literals';
import type { Applied } from '../../shared/kernel/operations/apply';
import type { Operation } from '../../shared/kernel/operations/operation';
import type { Tree } from '../../shared/readings/readings';
import type { Livepatch, Sleep, Target } from '../lab/guest.js';
import type { KernelSeries } from '../lab/index.js';
import type { Steps } from '../lab/scenarios.js';
import { livepatches, targets } from './livepatches';

export class ModelGuest implements Steps {
  private readonly kernel: Kernel;

  constructor(series: KernelSeries) {
    this.kernel = Kernel.boot({ name: 'klpvm', kernel: series, dynamicDebug: true });
  }

  /** What it shows, as files. */
  get tree(): Tree {
    return treeOf(this.kernel.core);
  }

  run(command: string): Promise<string> {
    return Promise.reject(new Error(`the model knows no shell: ${command}`));
  }

  async load(module: Livepatch | Target, ...parameters: readonly string[]): Promise<void> {
    if (isLivepatch(module)) {
      this.must({ do: 'load', livepatch: livepatches[module] });
      return;
    }
    this.must({ do: 'load-module', module: targets[module] });
    if (parameters.includes('kthread=1')) {
      const thread = { comm: 'klp_busy_kt', kthread: true, posture: waitingThread };
      this.must({ do: 'create-thread', thread });
    }
  }

  async unload(module: Livepatch | Target): Promise<void> {
    this.until(`${module} can be unloaded`, 10, () => {
      return this.kernel.apply({ do: 'unload', module }).ok;
    });
  }

  async apply(patch: Livepatch): Promise<void> {
    await this.load(patch);
    await this.settle();
  }

  async disable(patch: Livepatch): Promise<void> {
    this.must({ do: 'write-enabled', patch, value: false });
  }

  async retire(patch: Livepatch): Promise<void> {
    await this.disable(patch);
    await this.waitGone(patch);
  }

  async reverse(patch: Livepatch): Promise<void> {
    const isEnabled = this.kernel.core.findPatch(patch)?.enabled === true;
    this.must({ do: 'write-enabled', patch, value: !isEnabled });
  }

  async force(patch: Livepatch): Promise<void> {
    this.must({ do: 'force', patch });
  }

  async settle(seconds = 15): Promise<void> {
    this.until('no transition', seconds, () => this.kernel.core.transition === null);
  }

  async waitGone(patch: Livepatch): Promise<void> {
    const folder = `/sys/kernel/livepatch/${patch}`;
    this.until(`${patch} is gone`, 15, () => 'missing' in this.tree.readFolder(folder));
  }

  async sleeper(sleep: Sleep): Promise<number> {
    const thread = { comm: 'cat', posture: readerIn(sleep) };
    const tid = this.must({ do: 'create-thread', thread });
    this.kernel.pass(0.1);
    return tid;
  }

  async kthread(): Promise<number> {
    const { threads } = this.kernel.core;
    const thread = [...threads.all()].find(({ comm }) => comm === 'klp_busy_kt');
    if (!thread) throw new Error('klp_busy has no kernel thread');
    return thread.tid;
  }

  /** A reader that is let go has read what there is, and exits. */
  async letGo(whom: Sleep | 'k' | 'all'): Promise<void> {
    for (const { tid, comm, state } of this.kernel.core.threads.all()) {
      const asked = whom === 'all' || (whom === 'k' ? 'I' : whom.toUpperCase()) === state;
      if (!asked) continue;
      if (comm === 'cat') this.must({ do: 'exit', tid });
      if (comm === 'klp_busy_kt') this.must({ do: 'wake', tid });
    }
  }

  async namedByKernel(...tids: readonly number[]): Promise<void> {
    for (const tid of tids) {
      this.until(`the kernel names thread ${tid}`, 10, () => {
        const lines = this.kernel.core.messages.texts();
        const began = lines.findLastIndex((line) => /starting .*patching transition/.test(line));
        return lines.slice(began).some((line) => line.includes(`:${tid} `));
      });
    }
  }

  async nextRound(): Promise<void> {
    this.kernel.pass(1.2);
  }

  async waitState(tid: number, state: -1 | 0 | 1): Promise<void> {
    const what = `thread ${tid} has patch_state ${state}`;
    this.until(what, 10, () => this.kernel.core.patchStateOf(tid) === state);
  }

  async waitLog(text: string, seconds: number): Promise<void> {
    const { messages } = this.kernel.core;
    this.until(`the log has: ${text}`, seconds, () =>
      messages.texts().some((line) => line.includes(text)),
    );
  }

  /** @returns the number of a thread that was made; 0 for other operations */
  private must(operation: Operation): number {
    const outcome: Applied = this.kernel.apply(operation);
    if (!outcome.ok) throw new Error(`${operation.do} was refused: ${outcome.errno}`);
    this.kernel.pass(0.03);
    return outcome.value ?? 0;
  }

  private until(what: string, seconds: number, holds: () => boolean): void {
    const end = this.kernel.core.now + seconds;
    while (!holds()) {
      if (this.kernel.core.now > end) throw new Error(`it did not come true: ${what}`);
      this.kernel.pass(0.1);
    }
  }
}

function isLivepatch(module: Livepatch | Target): module is Livepatch {
  return Object.hasOwn(livepatches, module);
}

function readerIn(sleep: Sleep): PostureLiteral {
  return {
    calls: [
      'ksys_read',
      'vfs_read',
      { object: 'klp_busy', name: `busy_read_${sleep}` },
      { object: 'klp_busy', name: `klp_busy_wait_${sleep}` },
    ],
    state: sleep === 'd' ? 'D' : 'S',
  };
}

const waitingThread: PostureLiteral = {
  calls: [
    { object: 'klp_busy', name: 'klp_busy_thread' },
    { object: 'klp_busy', name: 'klp_busy_kwait' },
  ],
  state: 'I',
};
