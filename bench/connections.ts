/**
 * Fifty hosts at once: connections to one sshd on loopback, each read every second by a reader thread
 * of its own, as in the window. How much of a processor this process takes, its threads included;
 * sshd and the shells that it starts, on the same machine here, are told apart. And the memory that
 * each open host takes.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ReaderAnswer, ReaderQuestion, ReaderStart } from '../main/reader/readerClient';
import { ensureBuild } from '../scripts/build';
import { root } from '../scripts/lib/paths';
import { main, Stop } from '../scripts/lib/process';
import { Limits } from './lib/limits';
import { startLoopbackHost } from './lib/loopbackHost';
import { median } from './lib/median';

const connections = 50;
const intervalMs = 1000;
const seconds = 30;
const limits = new Limits('connections');

main(async () => {
  await ensureBuild();
  const host = await startLoopbackHost();
  process.env['KLPSCOPE_SSH_CONFIG'] = host.config(host.server.port);
  const before = process.memoryUsage.rss();
  const readers = Array.from({ length: connections }, () => new Reader());
  try {
    for (const reader of readers) await reader.sample();
    const polls = readers.map((reader, place) => reader.poll((place * intervalMs) / connections));
    // What threads compile and set up at first is not what polling costs.
    await pause(10_000);
    await measure(host.server.folder, readers);
    const megabytes = (process.memoryUsage.rss() - before) / connections / 1e6;
    limits.tell('memory of each open host', `${megabytes.toFixed(1)} MB`);
    for (const reader of readers) reader.close();
    await Promise.all(polls);
  } finally {
    await Promise.all(readers.map((reader) => reader.end()));
    await host.stop();
  }
  return limits.areMet ? 0 : 1;
});

async function measure(folder: string, readers: readonly Reader[]): Promise<void> {
  for (const reader of readers) reader.times = [];
  const began = performance.now();
  const own = process.cpuUsage();
  const theirs = serverSeconds(folder);
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(own);
  const server = serverSeconds(folder) - theirs;
  const wall = (performance.now() - began) / 1000;
  const times = readers.flatMap((reader) => reader.times);
  const share = (user + system) / 1e6 / wall;
  limits.atMost(
    1,
    `${connections} connections read every second, processors in use`,
    share,
    `${share.toFixed(2)} (sshd and its shells ${(server / wall).toFixed(2)} besides)`,
  );
  limits.atLeast(
    connections * 0.95,
    'samples a second',
    times.length / wall,
    `${(times.length / wall).toFixed(1)}, median ${median(times).toFixed(0)} ms`,
  );
}

/** A reader thread, built as the window has it. */
class Reader {
  times: number[] = [];
  private readonly worker = new Worker(join(root, 'out/main/reader.cjs'), {
    workerData: {
      target: { kind: 'ssh', text: 'bench-host', user: null, host: 'bench-host', port: null },
      live: {},
    } satisfies ReaderStart,
    execArgv: [],
  });
  private readonly exited = new Promise<void>((resolve) => {
    this.worker.once('exit', () => resolve());
  });
  private isClosed = false;

  sample(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.worker.once('message', (answer: ReaderAnswer) => {
        if ('result' in answer && answer.result.ok) resolve();
        else reject(new Stop(`A connection failed: ${JSON.stringify(answer).slice(0, 500)}`));
      });
      this.ask('sample');
    });
  }

  /** @param after milliseconds before the first of them, so that not all ask at once */
  async poll(after: number): Promise<void> {
    await pause(after);
    let due = performance.now();
    while (!this.isClosed) {
      const began = performance.now();
      await this.sample();
      this.times.push(performance.now() - began);
      due += intervalMs;
      await pause(Math.max(0, due - performance.now()));
    }
  }

  /** After the sample that is under way. */
  close(): void {
    this.isClosed = true;
  }

  async end(): Promise<void> {
    this.ask('close');
    const late = setTimeout(() => void this.worker.terminate(), 2000);
    await this.exited;
    clearTimeout(late);
  }

  private ask(what: 'sample' | 'close'): void {
    this.worker.postMessage({ id: 1, ask: what } satisfies ReaderQuestion);
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
