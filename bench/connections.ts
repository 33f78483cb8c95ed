/**
 * Hundreds of hosts at once: connections to one sshd on loopback, opened through the pool of readers
 * that the window uses, built as it has it, and each read every five seconds as a settled host is.
 *
 * Measured is this process with its reader threads: their processor time, and the memory of the whole
 * process. The window itself (what it keeps of a host and draws) is not in it; sshd and the shells that
 * it starts, on the same machine here, are told apart.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createReaderPool, type Reader } from '../main/reader/readerPool';
import { workerOf } from '../main/reader/readerThread';
import type { Target } from '../shared/api/target';
import { ensureBuild } from '../scripts/build';
import { root } from '../scripts/lib/paths';
import { main, Stop } from '../scripts/lib/process';
import { Limits } from './lib/limits';
import { startLoopbackHost } from './lib/loopbackHost';

/** How many hosts are open at each look. The first are there for what threads take at all. */
const steps = [10, 50, 200, 500];
const intervalMs = 5000;
const seconds = 30;
const limits = new Limits('connections');
const target: Target = {
  kind: 'ssh',
  text: 'bench-host',
  user: null,
  host: 'bench-host',
  port: null,
};

main(async () => {
  await ensureBuild();
  const host = await startLoopbackHost();
  process.env['KLPSCOPE_SSH_CONFIG'] = host.config(host.server.port);
  const { open } = createReaderPool(workerOf(join(root, 'out/main/reader.cjs')));
  const hosts: PolledHost[] = [];
  let least: number | null = null;
  try {
    for (const count of steps) {
      const more = Array.from({ length: count - hosts.length }, () => new PolledHost(open(target)));
      const began = process.cpuUsage();
      await Promise.all(more.map((one) => one.sample()));
      if (least !== null) tellStart(count, more.length, secondsOf(process.cpuUsage(began)));
      hosts.push(...more);
      for (const [place, one] of more.entries()) one.poll((place * intervalMs) / more.length);
      // What threads compile and set up at first is not what polling costs.
      await pause(2 * intervalMs);
      await tellPolling(host.server.folder, hosts);
      const bytes = process.memoryUsage.rss();
      if (least === null) least = bytes;
      else tellMemory(count, (bytes - least) / (count - (steps[0] ?? 0)) / 1e6);
    }
  } finally {
    await Promise.all(hosts.map((one) => one.close()));
    await host.stop();
  }
  return limits.areMet ? 0 : 1;
});

function tellStart(count: number, started: number, own: number): void {
  const perSecond = started / own;
  const figure = `${perSecond.toFixed(0)} (${((own / started) * 1000).toFixed(1)} ms each, first reading included)`;
  limits.atLeast(
    40,
    `connections started per second of own processor time, up to ${count}`,
    perSecond,
    figure,
  );
}

function tellMemory(count: number, megabytes: number): void {
  limits.atMost(
    1.5,
    `memory of each host beyond the first ${steps[0]}, with ${count} open`,
    megabytes,
    `${megabytes.toFixed(2)} MB`,
  );
}

async function tellPolling(folder: string, hosts: readonly PolledHost[]): Promise<void> {
  for (const one of hosts) one.samples = 0;
  const began = performance.now();
  const own = process.cpuUsage();
  const theirs = serverSeconds(folder);
  await pause(seconds * 1000);
  const used = secondsOf(process.cpuUsage(own));
  const server = serverSeconds(folder) - theirs;
  const wall = (performance.now() - began) / 1000;
  const samples = hosts.reduce((sum, one) => sum + one.samples, 0);
  const { length: count } = hosts;
  limits.atMost(
    0.3,
    `${count} hosts read every ${intervalMs / 1000} s, processors in use`,
    used / wall,
    `${(used / wall).toFixed(3)} (sshd and its shells ${(server / wall).toFixed(2)} besides)`,
  );
  const due = (count * 1000) / intervalMs;
  limits.atLeast(
    due * 0.8,
    `samples a second of ${count} hosts, ${due.toFixed(0)} due`,
    samples / wall,
    (samples / wall).toFixed(1),
  );
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

/** A host that is read again one interval after its last sample began, until it is closed. */
class PolledHost {
  samples = 0;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly reader: Reader) {}

  async sample(): Promise<void> {
    const sample = await this.reader.ask('sample', null);
    if (!sample.ok && !this.isClosed) {
      throw new Stop(`A connection failed: ${sample.problem.code}: ${sample.problem.message}`);
    }
    this.samples += 1;
  }

  /** @param after milliseconds before the first sample, so that not all ask at once */
  poll(after: number): void {
    this.timer = setTimeout(() => void this.pollNow(), after);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.reader.close();
  }

  private async pollNow(): Promise<void> {
    const began = performance.now();
    await this.sample();
    if (!this.isClosed) this.poll(Math.max(0, began + intervalMs - performance.now()));
  }
}

/** Seconds that the server, its sessions and all that they have run took so far. */
function serverSeconds(folder: string): number {
  const ticks = Number(execFileSync('getconf', ['CLK_TCK']).toString());
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(Number(pid)));
  const tree = new Set(
    processes.filter(({ title }) => title.includes(`${folder}/sshd_config`)).map(({ pid }) => pid),
  );
  for (let grown = -1; grown !== tree.size;) {
    grown = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  }
  return processes
    .filter(({ pid }) => tree.has(pid))
    .reduce((sum, { used }) => sum + used / ticks, 0);
}

/** Ticks in `used` are its own and those of its children that have ended: proc(5), 14 to 17 of stat. */
function processOf(pid: number): { pid: number; parent: number; title: string; used: number }[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const used = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    return [{ pid, parent: fields[1] ?? 0, title, used }];
  } catch {
    return [];
  }
}
