/**
 * How fast the executable model of the kernel is, how it grows, and how many random states the
 * product reads as the kernel knows them.
 *
 * `npm run bench kernel` prints one line per figure and ends with 1 where a target is missed.
 * KERNEL_STATES sets the number of random states (100,000 unless given).
 */
import { Kernel } from '../shared/kernel';
import { Random } from '../shared/kernel/state/random';
import { randomHost, randomOperation, type WorldSize } from '../shared/kernel/testing/randomWorld';
import { kernelVersions } from '../shared/kernel/state/version';
import { disagreements } from '../testing/shared/kernelAgreement';

/** Issue 4, section 5: a hundred thousand steps on a big host in a few seconds. */
const steps = 100_000;
const limitSeconds = 8;

const bigHost: WorldSize = { kernel: '6.12', livepatches: 8, functions: 50, threads: 12_000 };

function boot(size: WorldSize, random: Random): Kernel {
  return Kernel.boot(randomHost(size, random));
}

/** Seconds for a number of steps, the boot aside. */
function live(size: WorldSize, count: number): { seconds: number; boot: number } {
  const random = new Random(42);
  const began = performance.now();
  const kernel = boot(size, random);
  const booted = performance.now();
  for (let step = 0; step < count; step += 1) kernel.apply(randomOperation(size, random));
  return { seconds: (performance.now() - booted) / 1000, boot: (booted - began) / 1000 };
}

function report(name: string, size: WorldSize, count: number): number {
  const { seconds, boot: bootSeconds } = live(size, count);
  const rate = Math.round(count / seconds);
  console.log(
    `kernel, ${count} steps, ${name}: ${seconds.toFixed(2)} s, ${rate} a second (boot ${bootSeconds.toFixed(2)} s)`,
  );
  return seconds;
}

function measureGrowth(): void {
  const count = 20_000;
  for (const threads of [1500, 3000, 6000, 12_000, 24_000]) {
    report(`threads ${threads}`, { ...bigHost, threads }, count);
  }
  for (const livepatches of [2, 4, 8, 16, 32]) {
    report(`livepatches ${livepatches}`, { ...bigHost, livepatches }, count);
  }
  for (const functions of [12, 25, 50, 100, 200]) {
    report(`functions ${functions}`, { ...bigHost, functions }, count);
  }
}

/** Short lives of small hosts on every emulated kernel; after each step the files are read. */
function compareStates(count: number): number {
  const began = performance.now();
  let states = 0;
  let inTransition = 0;
  let wrong = 0;
  for (let seed = 1; states < count; seed += 1) {
    const version = kernelVersions[seed % kernelVersions.length];
    const size = { kernel: version?.name ?? '', livepatches: 5, functions: 12, threads: 25 };
    const random = new Random(seed);
    const kernel = boot(size, random);
    for (let step = 0; step < 60 && states < count; step += 1) {
      kernel.apply(randomOperation(size, random));
      states += 1;
      if (kernel.core.transition) inTransition += 1;
      const found = disagreements(kernel.core);
      if (found.length === 0) continue;
      wrong += 1;
      console.error(`kernel ${size.kernel}, seed ${seed}, step ${step}: ${found.join('; ')}`);
    }
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `kernel, ${states} random states of ${kernelVersions.length} kernels (${inTransition} in transition), read from their files: ${wrong} disagree, ${seconds.toFixed(1)} s`,
  );
  return wrong;
}

const seconds = report('12,000 threads, 50 functions', bigHost, steps);
measureGrowth();
const wrong = compareStates(Number(process.env['KERNEL_STATES'] ?? 100_000));
if (seconds > limitSeconds || wrong > 0) process.exitCode = 1;
