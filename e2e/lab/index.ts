/**
 * The lab for tests: a real kernel with real livepatches behind a real SSH server on loopback.
 *
 *     const lab = await startLab('6.12');
 *     const { blocked } = await lab.scenario('stalled-patching');
 *     await lab.ssh('cat /sys/kernel/livepatch/lp_busy/transition', { user: 'viewer' });
 *     await lab.stop();
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  image,
  type GuestName,
  type Image,
  type KernelSeries,
  type UserName,
} from './build-image.js';
import { capture } from './capture.js';
import { Guest, type KernelWord } from './guest.js';
import { boot, end, halt, hasEnded, isQemu, type GuestClock, type Machine } from './machine.js';
import { hasProgram, reasonOf } from './process.js';
import { scenarios, type Outcome, type ScenarioName, type ScenarioOptions } from './scenarios.js';
import { sshRun, type Reach } from './ssh.js';

export { guestNames, type GuestName, type KernelSeries, type UserName } from './build-image.js';
export type { KernelWord } from './guest.js';
export { isScenario, scenarios } from './scenarios.js';
export type { Outcome, ScenarioName, ScenarioOptions } from './scenarios.js';

export interface LabOptions {
  /** 512 by default; 20,000 threads take 1024, 60,000 take 3072. */
  readonly memoryMb?: number | undefined;
  /** One processor is all there is: a second emulated one is not safe for livepatching. */
  readonly smp?: 1 | undefined;
  /** `instructions` for measuring: processor time doesn't depend on how busy this machine is. */
  readonly clock?: GuestClock | undefined;
  /** On loopback; a free one by default. */
  readonly port?: number | undefined;
  /** Hears what takes time, a line each. */
  readonly say?: ((line: string) => void) | undefined;
}

/** One of those who can log in, all of them with the lab's key. */
export interface LabUser {
  readonly name: UserName;
  readonly sudo: 'is root' | 'without a password' | 'with a password' | 'none';
  /** For sudo and for logging in. */
  readonly password: string | null;
}

export interface SshResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SshOptions {
  /** root by default. */
  readonly user?: UserName | undefined;
  readonly input?: string | Buffer | undefined;
  /** Two minutes by default. */
  readonly timeoutMs?: number | undefined;
}

/** A running guest. */
export interface Lab {
  readonly name: GuestName;
  readonly kernel: KernelSeries;
  /** As `uname -r` says it. */
  readonly release: string;
  readonly host: '127.0.0.1';
  /** Another one after a reboot, if somebody else took it meanwhile. */
  readonly port: number;
  readonly keyFile: string;
  /** The host key, as `known_hosts` has it: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** A file with the host key under `[127.0.0.1]:PORT`. */
  readonly knownHostsFile: string;
  readonly users: Readonly<Record<UserName, LabUser>>;
  readonly qemuPid: number;
  /** Runs a command over a connection of its own, whatever its exit status. */
  ssh(command: string, options?: SshOptions): Promise<SshResult>;
  /**
   * Takes away what earlier scenarios left, and runs this one. A guest that can't be cleaned, or is
   * gone, or doesn't answer, is booted again first.
   */
  scenario(name: ScenarioName, options?: ScenarioOptions): Promise<Outcome>;
  /** A session of root's with the words that scenarios are written in; close it. */
  guest(): Promise<Guest>;
  /** Whom the kernel still waits for in the current transition, and why, in its own words. */
  kernelWords(): Promise<readonly KernelWord[]>;
  /** Saves what an inspector would read: a `.tar.gz` file, or a folder laid out like `/`. */
  capture(path: string): Promise<void>;
  /**
   * Pulls the plug and boots again, on the same port unless somebody else has it by then: another boot
   * id, nothing from before. (A guest that is told to reboot comes back too, but QEMU needs several
   * times as long for it.) A guest with a disk is shut down first, as an administrator would; if it
   * can't be within five minutes the plug is pulled. What is on its disk stays.
   */
  reboot(): Promise<void>;
  /** Ends the guest. */
  stop(): Promise<void>;
}

/** What the programs that the lab runs are called, and the package that each is in. */
const programs = {
  'qemu-system-x86_64': 'qemu-system-x86',
  cpio: 'cpio',
  'gcc-12': 'gcc-12',
  make: 'make',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  perl: 'perl-base',
  xz: 'xz-utils',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
} as const;

/** What the guest with systemd takes beside these. */
const programsForDisks = {
  'qemu-img': 'qemu-utils',
  fakeroot: 'fakeroot',
  mke2fs: 'e2fsprogs',
  mmdebstrap: 'mmdebstrap',
} as const;

/** Why there can be no lab on this machine; undefined if there can. Says it before minutes are lost. */
export async function unavailableWhy(
  guest: GuestName = '6.12',
  say: (line: string) => void = () => undefined,
): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the lab runs on Linux on x86-64, this is ${process.platform} on ${process.arch}`;
  }
  const needed = { ...programs, ...(guest === '6.12-systemd' && programsForDisks) };
  const missing = Object.entries(needed).flatMap(([program, name]) =>
    hasProgram(program) ? [] : [name],
  );
  if (missing.length > 0) {
    const names = [...new Set<string>(missing)].join(' ');
    return `not installed: ${names} (apt-get install --no-install-recommends ${names})`;
  }
  try {
    await image(guest, say);
    return undefined;
  } catch (error) {
    return `the image of ${guest} can't be built: ${reasonOf(error)}`;
  }
}

/** Boots a guest, after building its image if need be, and waits until its SSH server greets. */
export async function startLab(guest: GuestName, options: LabOptions = {}): Promise<Lab> {
  const say = options.say ?? (() => undefined);
  const built = await image(guest, say);
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-lab-'));
  let machine: Machine | undefined;
  const clean = (): void => {
    if (machine !== undefined) {
      halt(machine);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  const stopped = (): void => {
    process.off('exit', clean);
    clean();
  };
  const { memoryMb = 512, port, clock } = options;
  try {
    const start = Date.now();
    machine = await boot(built, { memoryMb, port, clock, detached: false, folder });
    say(`${guest} greets ${((Date.now() - start) / 1000).toFixed(1)} s after its start`);
  } catch (error) {
    stopped();
    throw error;
  }
  return attach(built, machine, {
    memoryMb,
    clock,
    detached: false,
    say,
    onRestart: (restarted) => {
      machine = restarted;
    },
    onStop: stopped,
  });
}

/** Emulated, on a busy machine; an idle one takes a few seconds. */
const shutDownLimitMs = 300_000;

/** What is known of a machine besides how to reach it. */
export interface Attachment {
  readonly memoryMb: number;
  readonly clock?: GuestClock | undefined;
  readonly detached: boolean;
  readonly say: (line: string) => void;
  readonly onRestart: (machine: Machine) => void;
  readonly onStop: () => void;
}

/** A lab of a machine that runs already. */
export function attach(built: Image, running: Machine, attachment: Attachment): Lab {
  let machine = running;
  const { memoryMb, clock, detached, say } = attachment;
  const { folder, knownHostsFile } = running;
  const { keyFile } = built;
  const reach = (): Reach => ({ port: machine.port, keyFile, knownHostsFile });

  async function reboot(): Promise<void> {
    if (built.disk !== undefined) await shutDown();
    await end(machine);
    const { port } = machine;
    machine = await boot(built, { memoryMb, port, otherPortWillDo: true, clock, detached, folder });
    if (machine.port !== port) say(`port ${port} is somebody else's now: on ${machine.port}`);
    attachment.onRestart(machine);
  }

  /** Readers are let go first: whoever sleeps uninterruptibly would hold up the end. */
  async function shutDown(): Promise<void> {
    const letGo =
      'release=/sys/module/klp_busy/parameters/release; [ ! -e $release ] || echo all >$release';
    try {
      await sshRun(reach(), 'root', `${letGo}; systemctl --no-block poweroff`, {
        timeoutMs: shutDownLimitMs,
      });
    } catch (error) {
      say(`the guest can't be told to shut down: ${reasonOf(error)}`);
      return;
    }
    if (!(await hasEnded(machine, shutDownLimitMs))) say('the guest does not shut down');
  }

  async function ssh(command: string, options: SshOptions = {}): Promise<SshResult> {
    const { user = 'root', ...rest } = options;
    const finished = await sshRun(reach(), user, command, rest);
    return { ...finished, stdout: finished.stdout.toString() };
  }

  async function cleanGuest(): Promise<Guest> {
    const guest = await unwound();
    if (guest !== null) return guest;
    await reboot();
    return Guest.open(reach());
  }

  /** The guest without what earlier scenarios left in it; null where that takes a reboot. */
  async function unwound(): Promise<Guest | null> {
    if (!isQemu(machine.pid)) {
      say('the guest is gone; booting it again');
      return null;
    }
    let guest: Guest | undefined;
    try {
      guest = await Guest.open(reach());
      if (await guest.unwind()) return guest;
      say('something is pinned; rebooting the guest');
    } catch (error) {
      say(`the guest doesn't answer (${reasonOf(error)}); booting it again`);
    }
    await guest?.close();
    return null;
  }

  return {
    name: built.guest,
    kernel: built.series,
    release: built.release,
    host: '127.0.0.1',
    hostKey: built.hostKey,
    keyFile,
    knownHostsFile,
    get port() {
      return machine.port;
    },
    users: labUsers(built.password),
    get qemuPid() {
      return machine.pid;
    },
    ssh,
    reboot,
    guest: () => Guest.open(reach()),

    async scenario(name, options = {}) {
      const { memoryMb: needed = 0, run } = scenarios[name];
      if (memoryMb < needed) {
        throw new Error(`${name} takes a guest with ${needed} MB of memory; this has ${memoryMb}`);
      }
      const guest = await cleanGuest();
      try {
        return await run(guest, options);
      } finally {
        await guest.close();
      }
    },

    async kernelWords() {
      const guest = await Guest.open(reach());
      try {
        return await guest.kernelWords();
      } finally {
        await guest.close();
      }
    },

    capture: (path) => capture(reach(), path),

    async stop() {
      await end(machine);
      attachment.onStop();
    },
  };
}

/** Those who can log in to a guest whose operator has this password. */
export function labUsers(password: string): Readonly<Record<UserName, LabUser>> {
  return {
    root: { name: 'root', sudo: 'is root', password: null },
    admin: { name: 'admin', sudo: 'without a password', password: null },
    operator: { name: 'operator', sudo: 'with a password', password },
    viewer: { name: 'viewer', sudo: 'none', password: null },
  };
}
