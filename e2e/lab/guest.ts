/** What scenarios can do in a guest and read from it: the steps of `guest/steps.sh` as functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Session, type Reach } from './ssh.js';

/** A module of the lab that is a livepatch. */
export type Livepatch =
  | 'lp_one'
  | 'lp_two'
  | 'lp_three'
  | 'lp_busy'
  | 'lp_cumul_busy'
  | 'lp_guard'
  | 'lp_kthread'
  | 'lp_later'
  | 'lp_objects'
  | 'lp_shadow'
  | 'lp_sleepers';

/** A module of the lab that livepatches patch. */
export type Target = 'klp_busy' | 'klp_later' | 'klp_probe';

/** Uninterruptible and interruptible sleep. */
export type Sleep = 'd' | 's';

/** The kernel's own word on a thread that did not switch, from its debug messages. */
export interface KernelWord {
  readonly tid: number;
  readonly comm: string;
  /** `sleeping on`, `running`, `unreliable stack`. */
  readonly reason: string;
  /** The function that was found on the stack, by the name that is patched. */
  readonly functionName: string | undefined;
}

const steps = readFileSync(join(import.meta.dirname, 'guest/steps.sh'), 'utf8');

/** A session in a guest with the words that scenarios are written in. */
export class Guest {
  private constructor(private readonly session: Session) {}

  /** Logs in and teaches the shell the steps. */
  static async open(reach: Reach): Promise<Guest> {
    const session = new Session(reach);
    const guest = new Guest(session);
    await session.run(steps);
    return guest;
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** Any shell text, for what has no word of its own. */
  run(command: string): Promise<string> {
    return this.session.run(command);
  }

  /** Loads a module and doesn't wait for the transition that it may start. */
  async load(module: Livepatch | Target, ...parameters: readonly string[]): Promise<void> {
    await this.run(['load', module, ...parameters].join(' '));
  }

  /** Removes a module, as soon as the kernel allows it. */
  async unload(module: Livepatch | Target): Promise<void> {
    await this.run(`unload ${module}`);
  }

  /** Loads a livepatch and waits until every thread has switched. */
  async apply(patch: Livepatch): Promise<void> {
    await this.run(`apply ${patch}`);
  }

  /** Starts to disable a livepatch. */
  async disable(patch: Livepatch): Promise<void> {
    await this.run(`disable ${patch}`);
  }

  /** Disables a livepatch and waits until it is gone; its module stays. */
  async retire(patch: Livepatch): Promise<void> {
    await this.run(`retire ${patch}`);
  }

  /** Turns a running transition round. */
  async reverse(patch: Livepatch): Promise<void> {
    await this.run(`reverse ${patch}`);
  }

  /** Makes the kernel regard every thread as switched. */
  async force(patch: Livepatch): Promise<void> {
    await this.run(`force ${patch}`);
  }

  /** Waits until nothing is in transition. */
  async settle(seconds = 60): Promise<void> {
    await this.run(`settle ${seconds}`);
  }

  /** Waits until a livepatch is gone from sysfs; its module may stay. */
  async waitGone(patch: Livepatch): Promise<void> {
    await this.run(`until_true 60 '${patch} is gone' gone ${patch}`);
  }

  /** Waits for one more round of the kernel's, so that its last words name who is left. */
  async nextRound(): Promise<void> {
    await this.run('next_round');
  }

  /** Starts a process, `cat` of the user admin, that sleeps in klp_busy or in a livepatch of it. */
  async sleeper(sleep: Sleep): Promise<number> {
    return Number(await this.run(`sleeper ${sleep}`));
  }

  /** The kernel thread of klp_busy, once it sleeps. */
  async kthread(): Promise<number> {
    return Number(await this.run('kthread'));
  }

  /** Wakes those who sleep in klp_busy (or a livepatch of it) now. */
  async letGo(whom: Sleep | 'k' | 'all'): Promise<void> {
    await this.run(`let_go ${whom}`);
  }

  /** Waits until the kernel has said of each thread, in this transition, that it doesn't switch. */
  async namedByKernel(...tids: readonly number[]): Promise<void> {
    await this.run(`kernel_names ${tids.join(' ')}`);
  }

  /** Waits until a process has this patch_state. */
  async waitState(pid: number, state: -1 | 0 | 1): Promise<void> {
    await this.run(`wait_state ${pid} ${state}`);
  }

  /** Waits until the kernel's log has this text. */
  async waitLog(text: string, seconds: number): Promise<void> {
    await this.run(`wait_log ${seconds} '${text}'`);
  }

  /** The lines of the kernel's log that livepatching and the lab's modules wrote. */
  async log(): Promise<readonly string[]> {
    const text = await this.run(`dmesg | grep -E 'livepatch: |\\] lp_|\\] klp_' || :`);
    return text === '' ? [] : text.split('\n');
  }

  /** The kernel's last word on each thread, since the last transition began. */
  async kernelWords(): Promise<readonly KernelWord[]> {
    return kernelWords(await this.log());
  }

  /** Takes away whatever earlier scenarios left; false if only a reboot can. */
  async unwind(): Promise<boolean> {
    return (await this.run('unwind && echo yes || echo no')).endsWith('yes');
  }
}

/**
 * Reads the debug messages of the kernel's last transition. The kernel tries all threads that are left
 * about once a second and is done with a small guest within milliseconds: those whom it named in its
 * last round are those it still waits for; whoever switched since was named for the last time earlier.
 */
export function kernelWords(log: readonly string[]): readonly KernelWord[] {
  const words = new Map<number, KernelWord & { readonly at: number }>();
  for (const line of log) {
    if (/livepatch: '[^']+': (starting|completing) (un)?patching transition/.test(line)) {
      words.clear();
    }
    const match =
      /^\[ *([\d.]+)\] .*klp_try_switch_task: (.*):(\d+) (?:is (sleeping on) function (\S+)|is (running)|has an (unreliable stack))/.exec(
        line,
      );
    if (match !== null) {
      const tid = Number(match[3]);
      words.set(tid, {
        at: Number(match[1]),
        tid,
        comm: match[2] ?? '',
        reason: match[4] ?? match[6] ?? match[7] ?? '',
        functionName: match[5],
      });
    }
  }
  const lastRound = Math.max(...[...words.values()].map((word) => word.at)) - 0.5;
  return [...words.values()]
    .filter((word) => word.at >= lastRound)
    .map(({ tid, comm, reason, functionName }) => ({ tid, comm, reason, functionName }));
}
