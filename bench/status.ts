/**
 * How long `klpscope status --json` takes for a saved tree of 20,000 threads in transition, against
 * a grep over the same files and Node's own start, in turns; and how much memory it needs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { statusDocumentSchema } from '../shared/report/statusDocument';
import { ensureBuild } from '../scripts/build';
import { root } from '../scripts/lib/paths';
import { main, Stop } from '../scripts/lib/process';
import { median } from './lib/median';
import { bigTrees, makeTree, type TreeOptions } from './lib/tree';

const rounds = 7;
/** Of the issue that asked for it: so many times grep's time at most, besides Node's own start. */
const targetRatio = 2.5;
const targetMegabytes = 250;

const program = join(root, 'out/cli/klpscope.cjs');
const peakHook = join(import.meta.dirname, 'lib/peak.cjs');

const cases: readonly TreeOptions[] = [
  { ...bigTrees.threaded, blocking: 3 },
  { ...bigTrees.threaded, blocking: 8000 },
  { ...bigTrees.forking, blocking: 200 },
];

/** Prints the figures. @returns whether every target is met */
export async function benchStatus(): Promise<boolean> {
  await ensureBuild();
  const met = cases.map((options) => {
    const folder = mkdtempSync(join(tmpdir(), 'klpscope-bench-status-'));
    try {
      makeTree(folder, options);
      return measure(folder, options);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return met.every(Boolean);
}

function measure(folder: string, options: TreeOptions): boolean {
  const { processes, threadsPerProcess, blocking } = options;
  checkAnswer(folder, options);
  const times = { status: [] as number[], grep: [] as number[], node: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.grep.push(timeOf('grep', ['-rH', '.', 'proc', '--include=patch_state'], folder));
    times.status.push(timeOf(process.execPath, statusArguments(folder), folder));
    times.node.push(timeOf(process.execPath, ['-e', '0'], folder));
  }
  const status = median(times.status);
  const grep = median(times.grep);
  const node = median(times.node);
  const ratio = (status - node) / grep;
  const megabytes = peakMegabytes(folder);
  const name = `status, ${processes.toLocaleString('en')} × ${threadsPerProcess.toLocaleString('en')} threads, ${blocking.toLocaleString('en')} blocking`;
  console.log(
    `${name}: ${status.toFixed(0)} ms, grep ${grep.toFixed(0)} ms, node ${node.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (target ${targetRatio.toFixed(2)})`,
  );
  console.log(
    `${name}: peak memory ${megabytes.toFixed(0)} MB, ratio ${(megabytes / targetMegabytes).toFixed(2)} (target below ${targetMegabytes} MB)`,
  );
  return ratio <= targetRatio && megabytes < targetMegabytes;
}

function statusArguments(folder: string): string[] {
  return [program, 'status', `dir:${folder}`, '--json'];
}

/** A fast answer counts only if it is right. */
function checkAnswer(
  folder: string,
  { processes, threadsPerProcess, blocking }: TreeOptions,
): void {
  const { stdout } = spawnSync(process.execPath, statusArguments(folder), {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 ** 2,
  });
  const { transition, blockers } = statusDocumentSchema.parse(JSON.parse(stdout));
  const isRight =
    transition?.threads.total === processes * threadsPerProcess &&
    transition.threads.blocking === blocking &&
    blockers.length === blocking;
  if (!isRight) throw new Stop(`The status of ${folder} is wrong: ${JSON.stringify(transition)}`);
}

/** @returns milliseconds */
function timeOf(command: string, args: readonly string[], folder: string): number {
  const began = performance.now();
  const { error } = spawnSync(command, args, { cwd: folder, stdio: 'ignore' });
  if (error) throw error;
  return performance.now() - began;
}

function peakMegabytes(folder: string): number {
  const file = join(folder, 'peak');
  spawnSync(process.execPath, ['-r', peakHook, ...statusArguments(folder)], {
    stdio: 'ignore',
    env: { ...process.env, KLPSCOPE_PEAK_FILE: file },
  });
  return (z.coerce.number().positive().parse(readFileSync(file, 'utf8')) * 1024) / 1e6;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(async () => ((await benchStatus()) ? 0 : 1));
}
