/**
 * One virtual machine. Always emulated (TCG) and always with one processor: KVM is refused or hangs
 * where machines are nested, and code that livepatching changes under a second emulated processor is
 * not safe in every QEMU.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { z } from 'zod';

import type { Image } from './build-image.js';
import { hasProgram } from './process.js';
import { greets } from './ssh.js';

/**
 * `instructions`: a nanosecond passes with each instruction, so that what the guest says of processor
 * time is the same in every run, however busy this machine is; an idle guest's time passes as usual.
 */
export type GuestClock = 'host' | 'instructions';

export interface MachineOptions {
  readonly memoryMb: number;
  /** On loopback; a free one by default. */
  readonly port?: number | undefined;
  /** What the guest takes for time, the host's by default. */
  readonly clock?: GuestClock | undefined;
  /** Survives the process that started it. */
  readonly detached: boolean;
  /** Gets the console's text and the known hosts file. */
  readonly folder: string;
}

export const machineSchema = z.object({
  pid: z.number(),
  port: z.number(),
  folder: z.string(),
  knownHostsFile: z.string(),
});
export type Machine = Readonly<z.infer<typeof machineSchema>>;

/** Five seconds are usual; on a machine that is busy with other work it was a minute. */
const bootLimitMs = 180_000;

/** Starts a machine and waits until its SSH server greets. */
export async function boot(image: Image, options: MachineOptions): Promise<Machine> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const pid = start(image, options, port);
    const knownHostsFile = join(options.folder, 'known_hosts');
    writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${image.hostKey}\n`);
    const machine = { pid, port, folder: options.folder, knownHostsFile };
    try {
      await waitForGreeting(machine, bootLimitMs);
      return machine;
    } catch (error) {
      halt(machine);
      // Somebody else may have taken the port in the meantime.
      const taken = /Could not set up host forwarding/.test(qemuWords(machine));
      if (!taken || options.port !== undefined || attempt === 5) {
        throw error;
      }
    }
  }
}

/** Waits until a machine's SSH server greets; an error that says why if it can't any more. */
async function waitForGreeting(machine: Machine, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (!isAlive(machine.pid)) {
      throw new Error(`QEMU ended: ${qemuWords(machine) || 'without a word'}`);
    }
    // Emulation on a busy machine may need more than the usual fraction of a second to greet.
    const patience = end - Date.now() > limitMs / 2 ? 500 : 3000;
    if (await greets(machine.port, patience)) {
      return;
    }
    await pause(50);
  }
  const console = readFileSync(join(machine.folder, 'console'), 'utf8').trim().split('\n');
  throw new Error(
    `no SSH greeting within ${limitMs / 1000} s; the console's last lines: ` +
      console.slice(-3).join(' | '),
  );
}

/** Ends a machine, and waits until its port is free again. */
export async function end(machine: Machine): Promise<void> {
  // Not isQemu: a process loses its command line before its sockets.
  const alive = isQemu(machine.pid) ? () => isAlive(machine.pid) : () => false;
  halt(machine);
  while (alive()) {
    await pause(20);
  }
}

/** Ends a machine at once. It has nothing to lose: its disk is its memory. */
export function halt(machine: Machine): void {
  if (isQemu(machine.pid)) {
    process.kill(machine.pid, 'SIGKILL');
  }
}

/** Whether there is such a process; one that has ended and isn't reaped yet is none. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether this process is a machine of the lab: what may be ended, whoever started it. */
export function isQemu(pid: number): boolean {
  try {
    // For a moment it is setpriv that is about to become QEMU.
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('qemu-system-x86_64') && words.includes('klpscope-lab');
  } catch {
    return false;
  }
}

function start(image: Image, options: MachineOptions, port: number): number {
  rmSync(join(options.folder, 'console'), { force: true });
  const words = openSync(join(options.folder, 'qemu'), 'w');
  const qemu = [
    ['qemu-system-x86_64', '-name', 'klpscope-lab'],
    ['-machine', 'q35', '-cpu', 'max', '-smp', '1', '-m', String(options.memoryMb)],
    ['-accel', 'tcg,tb-size=256'],
    options.clock === 'instructions' ? ['-icount', 'shift=0'] : [],
    ['-nodefaults', '-no-user-config', '-display', 'none'],
    ['-serial', `file:${join(options.folder, 'console')}`],
    ['-kernel', image.kernel, '-initrd', image.initrd],
    ['-append', 'console=ttyS0 panic=-1 mitigations=off tsc=reliable no_timer_check loglevel=4'],
    // restrict: the guest reaches nobody, only the forwarded port leads in.
    ['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ['-device', 'virtio-net-pci,netdev=net,romfile='],
  ].flat();
  // A machine that doesn't outlive its starter must not do so either when that one is killed.
  const free = options.detached || !hasProgram('setpriv');
  const [program = '', ...args] = free ? qemu : ['setpriv', '--pdeathsig', 'KILL', ...qemu];
  const child = spawn(program, args, {
    detached: options.detached,
    stdio: ['ignore', words, words],
  });
  closeSync(words);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) {
    throw new Error(`${program} can't be started`);
  }
  return child.pid;
}

function qemuWords(machine: Machine): string {
  return readFileSync(join(machine.folder, 'qemu'), 'utf8')
    .trim()
    .split('\n')
    .slice(-2)
    .join(' | ');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
