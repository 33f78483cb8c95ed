/**
 * One virtual machine. Always emulated (TCG) and always with one processor: KVM is refused or hangs
 * where machines are nested, and code that livepatching changes under a second emulated processor is
 * not safe in every QEMU.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { z } from 'zod';

import type { Image } from './build-image.js';
import { hasProgram, output } from './process.js';
import { greets } from './ssh.js';

/**
 * `instructions`: a nanosecond passes with each instruction, so that what the guest says of processor
 * time is the same in every run, however busy this machine is; an idle guest's time passes as usual.
 */
export type GuestClock = 'host' | 'instructions';

export interface MachineOptions {
  readonly memoryMb: number;
  /** On loopback; the system chooses a free one by default. */
  readonly port?: number | undefined;
  /** Where `port` is somebody else's by now: take another one instead of failing. */
  readonly otherPortWillDo?: boolean | undefined;
  /** What the guest takes for time, the host's by default. */
  readonly clock?: GuestClock | undefined;
  /** Survives the process that started it. */
  readonly detached: boolean;
  /** Gets the console's text, the known hosts file, and what a guest with a disk writes to it. */
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
const bootLimitMs = 300_000;

/** Lets the system choose (bind(2)): QEMU has the port before anybody else can know its number. */
const anyPort = 0;

/** Starts a machine and waits until its SSH server greets. */
export async function boot(image: Image, options: MachineOptions): Promise<Machine> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const { port: wanted = anyPort, otherPortWillDo = false } = options;
  if (image.disk !== undefined) await ensureOverlay(image.disk, overlayIn(options.folder));
  try {
    return await bootOn(wanted, image, options);
  } catch (error) {
    if (error instanceof PortTaken && otherPortWillDo) return bootOn(anyPort, image, options);
    throw error;
  }
}

/** What a guest has written to its disk since it was brought up: earlier boots among it. */
function overlayIn(folder: string): string {
  return join(folder, 'disk.qcow2');
}

async function ensureOverlay(disk: string, overlay: string): Promise<void> {
  if (!existsSync(overlay)) {
    await output('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'raw', overlay]);
  }
}

async function bootOn(wanted: number, image: Image, options: MachineOptions): Promise<Machine> {
  const { folder } = options;
  const knownHostsFile = join(folder, 'known_hosts');
  const pid = start(image, options, wanted);
  const end = Date.now() + bootLimitMs;
  try {
    const port = await forwardedPort(pid, folder, end);
    const machine = { pid, port, folder, knownHostsFile };
    writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${image.hostKey}\n`);
    await waitForGreeting(machine, end);
    return machine;
  } catch (error) {
    halt({ pid });
    throw error;
  }
}

/** Somebody else has the port that a machine was to have. */
class PortTaken extends Error {}

/**
 * The port of this very process that leads into its guest. That somebody greets on a port is not
 * enough: it may be another machine that has it by now.
 */
async function forwardedPort(pid: number, folder: string, end: number): Promise<number> {
  while (Date.now() < end) {
    assertAlive(pid, folder);
    const [port] = listeningPorts(pid);
    if (port !== undefined) return port;
    await pause(20);
  }
  throw new Error('QEMU forwards no port');
}

function assertAlive(pid: number, folder: string): void {
  if (isAlive(pid)) return;
  const words = qemuWords(folder) || 'without a word';
  const isTaken = words.includes('Could not set up host forwarding');
  throw isTaken ? new PortTaken(words) : new Error(`QEMU ended: ${words}`);
}

/** TCP ports of IPv4 on which a process listens (proc(5): /proc/PID/fd and /proc/net/tcp). */
function listeningPorts(pid: number): readonly number[] {
  const sockets = new Set(linksIn(`/proc/${pid}/fd`));
  const [, ...lines] = readFileSync('/proc/net/tcp', 'utf8').trimEnd().split('\n');
  return lines.flatMap((line) => {
    const [, address = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const isOurs = state === tcpListen && sockets.has(`socket:[${inode}]`);
    return isOurs ? [Number.parseInt(address.split(':')[1] ?? '', 16)] : [];
  });
}

/** TCP_LISTEN (include/net/tcp_states.h). */
const tcpListen = '0A';

/** Where the links of a folder lead; nowhere, if they or the folder vanish meanwhile. */
function linksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => readlinkSync(join(folder, name)));
  } catch {
    return [];
  }
}

/** Waits until a machine's SSH server greets; an error that says why if it can't any more. */
async function waitForGreeting({ pid, port, folder }: Machine, end: number): Promise<void> {
  // A greeting takes a fraction of a second, and much longer on a busy machine, where each connection
  // that is given up has cost the guest its time for nothing.
  for (let patience = 500; Date.now() < end;) {
    assertAlive(pid, folder);
    const began = performance.now();
    if (await greets(port, patience)) {
      return;
    }
    const wasWaitedFor = performance.now() - began >= patience;
    if (wasWaitedFor) patience = Math.min(patience * 1.5, 60_000);
    await pause(50);
  }
  const console = readFileSync(join(folder, 'console'), 'utf8').trim().split('\n');
  throw new Error(
    `no SSH greeting within ${bootLimitMs / 1000} s; the console's last lines: ` +
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

/** Waits until a machine has ended by itself; false if it doesn't in this time. */
export async function hasEnded({ pid }: Pick<Machine, 'pid'>, limitMs: number): Promise<boolean> {
  const limit = Date.now() + limitMs;
  while (isAlive(pid) && Date.now() < limit) {
    await pause(50);
  }
  return !isAlive(pid);
}

/** Ends a machine at once, as if its plug were pulled: what its disk doesn't have yet is lost. */
export function halt({ pid }: Pick<Machine, 'pid'>): void {
  if (isQemu(pid)) {
    process.kill(pid, 'SIGKILL');
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
    ['-serial', `file:${optionText(join(options.folder, 'console'))}`],
    ['-kernel', image.kernel, '-initrd', image.initrd],
    ['-append', 'console=ttyS0 panic=-1 mitigations=off tsc=reliable no_timer_check loglevel=4'],
    // restrict: the guest reaches nobody, only the forwarded port leads in.
    ['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ['-device', 'virtio-net-pci,netdev=net,romfile='],
    image.disk === undefined
      ? []
      : ['-drive', `file=${optionText(overlayIn(options.folder))},format=qcow2,if=virtio`],
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

/** A text within QEMU's options, where a comma ends a value and two are one. */
function optionText(text: string): string {
  return text.replaceAll(',', ',,');
}

function qemuWords(folder: string): string {
  return readFileSync(join(folder, 'qemu'), 'utf8').trim().split('\n').slice(-2).join(' | ');
}
