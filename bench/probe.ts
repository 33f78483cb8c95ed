/**
 * What the probe costs a real host: the lab's 6.12 with 20,000 and with 60,000 threads, a transition
 * that stalls on few of them, on a hundred and on nearly all. Figures of the guest's processor are
 * its kernel's own accounting of the probe's shell and all that it starts, while the guest counts
 * instructions for time: they don't depend on how busy this machine is. What is compared runs in
 * turns, in the same guest. Takes about five minutes, and Debian's packages for the lab.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startLab, unavailableWhy, type Lab } from '../e2e/lab/index.js';
import type { Guest } from '../e2e/lab/guest.js';
import { main, Stop } from '../scripts/lib/process';
import { defaultIntervals, nextDelay } from '../main/probe/pollingPlan';
import type { ProbeSession } from '../main/probe/session';
import { Limits } from './lib/limits';
import { median } from './lib/median';
import { must } from './lib/must';
import { costInGuest, ProbedGuest, type Cost } from './lib/probedGuest';

const rounds = 5;
const processSize = 2500;
const kibibytes64 = 65_536;

/** The yardstick of the issue; its words go nowhere, which spares it a reader. */
const grepAll =
  "printf '%s\\0' /proc/[0-9]*/task/[0-9]*/patch_state | xargs -0 grep -H . >/dev/null";

/** So many of 20,000 threads are looked at in the slowest way: for all it would be minutes. */
const share = 1 / 80;

/** As `kpatch list` looks for stalled threads: a shell loop with two programs for each. */
const catEach = `
  set -- /proc/[0-9]*/task/[0-9]*
  left=$(($# * 100 / ${100 / share}))
  for task; do
    [ $left = 0 ] && break
    left=$((left - 1))
    state=$(cat $task/patch_state)
    name=$(cat $task/comm)
  done`;

const limits = new Limits('probe');

main(async () => {
  const why = await unavailableWhy('6.12');
  if (why !== undefined) throw new Stop(`There is no lab: ${why}.`);
  await withThreads(1024, async (lab, guest) => {
    await stall(guest, 8, 3);
    const scan = await benchScan(lab, guest, '20,000 threads, 3 blocking', 3);
    await benchFirst(lab, guest, '20,000 threads, 3 blocking', scan);
    await benchCats(guest, scan);
    await benchMinute(lab, guest, scan);
    await stall(guest, 8, 100);
    const hundred = await benchScan(lab, guest, '20,000 threads, 100 blocking', 100);
    await benchFirst(lab, guest, '20,000 threads, 100 blocking', hundred);
    await stallAll(guest, 8);
    const all = await benchScan(lab, guest, '20,000 threads, all blocking', 8 * (processSize - 1));
    await benchFirst(lab, guest, '20,000 threads, all blocking', all);
  });
  await withThreads(3072, async (lab, guest) => {
    await stall(guest, 24, 3);
    await benchScan(lab, guest, '60,000 threads, 3 blocking', 3);
  });
  return limits.areMet ? 0 : 1;
});

async function withThreads(
  memoryMb: number,
  work: (lab: Lab, guest: Guest) => Promise<void>,
): Promise<void> {
  const lab = await startLab('6.12', { memoryMb, clock: 'instructions' });
  const guest = await lab.guest();
  // A kernel that writes a line for each blocking thread each second is no usual one.
  await guest.run("echo 'file kernel/livepatch/* -p' >/sys/kernel/debug/dynamic_debug/control");
  try {
    await work(lab, guest);
  } finally {
    await guest.close();
    await lab.stop();
  }
}

/** A transition that waits for `blocking` threads in D: the kernel's signal frees none of them. */
async function stall(guest: Guest, processes: number, blocking: number): Promise<void> {
  await begin(guest);
  await guest.run(`threads ${processes} ${processSize} /dev/klp_busy_d ${blocking}`);
  await guest.load('lp_busy');
  await untilStalled(guest, blocking);
}

/** One that waits for all threads but the first of each process. */
async function stallAll(guest: Guest, processes: number): Promise<void> {
  await begin(guest);
  for (let process = 0; process < processes; process += 1) {
    await guest.run(`threads 1 ${processSize} /dev/klp_busy_d ${processSize - 1}`);
  }
  await guest.run('echo 24096 >/proc/sys/kernel/threads-max');
  await guest.load('lp_busy');
  await untilStalled(guest, processes * (processSize - 1));
}

async function begin(guest: Guest): Promise<void> {
  if (!(await guest.unwind())) throw new Stop('The guest can’t be cleaned up.');
  await guest.load('klp_busy');
}

async function untilStalled(guest: Guest, blocking: number): Promise<void> {
  await guest.run(
    `until_true 300 'all others have switched' eval '[ "$(grep -l "^0" /proc/[0-9]*/task/*/patch_state | wc -l)" = ${blocking} ]'`,
  );
}

interface Scan {
  /** Milliseconds of the guest's processor for one full scan. */
  readonly cost: number;
  readonly blocking: number;
}

/** Full scans over the open connection, and the yardstick, in turns. */
async function benchScan(lab: Lab, guest: Guest, name: string, blocking: number): Promise<Scan> {
  const connection = await ProbedGuest.connect(lab, guest);
  const { session, first } = await connection.probe();
  must(await first);
  const scan = fullScan(session);
  const costs: Cost[] = [];
  const yardsticks: number[] = [];
  const bytes: number[] = [];
  const here: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    yardsticks.push(await costInGuest(guest, 'sh', grepAll));
    const received = connection.received;
    const used = process.cpuUsage();
    costs.push(await connection.costOf(() => scan(blocking)));
    here.push((process.cpuUsage(used).user + process.cpuUsage(used).system) / 1000);
    bytes.push(connection.received - received);
  }
  session.close();
  connection.close();
  const cost = median(costs.map(({ programs }) => programs));
  const server = median(costs.map((each) => each.server));
  const yardstick = median(yardsticks);
  limits.atMost(
    1.3,
    `${name}, full scan against grep -H over all`,
    cost / yardstick,
    `${(cost / yardstick).toFixed(2)} (${cost.toFixed(0)} ms of the host’s processor, grep ${yardstick.toFixed(0)} ms; sshd ${server.toFixed(0)} ms besides; here ${median(here).toFixed(0)} ms)`,
  );
  const most = Math.max(...bytes);
  limits.atMost(kibibytes64, `${name}, bytes of a full scan on the wire`, most, String(most));
  return { cost, blocking };
}

function fullScan(session: ProbeSession): (blocking: number) => Promise<void> {
  let id = 1;
  return async (blocking) => {
    id += 1;
    const answer = must(await session.ask({ id, sections: ['h'], scan: 'full', known: [] }));
    const rows = answer.frames.find(({ kind }) => kind === 't')?.body.toString() ?? '';
    const found = rows.match(/patch_state:0$/gm)?.length ?? 0;
    if (found !== blocking) throw new Stop(`The probe found ${found} threads, not ${blocking}.`);
  };
}

/** From an open connection to a complete state: the shell's start, its program, all sections. */
async function benchFirst(lab: Lab, guest: Guest, name: string, scan: Scan): Promise<void> {
  const costs: Cost[] = [];
  let roundTrips = 0;
  let received = 0;
  for (let round = 0; round < rounds; round += 1) {
    const connection = await ProbedGuest.connect(lab, guest);
    const before = connection.received;
    costs.push(
      await connection.costOf(async () => {
        const host = await connection.liveHost();
        const { threads } = must(await host.sample());
        if (threads?.states.length !== scan.blocking) throw new Stop('The first state is wrong.');
      }),
    );
    roundTrips = Math.max(roundTrips, connection.roundTrips);
    received = Math.max(received, connection.received - before);
    connection.close();
  }
  const cost = median(costs.map(({ programs }) => programs));
  limits.atMost(
    1.5,
    `${name}, first state against a full scan`,
    cost / scan.cost,
    `${(cost / scan.cost).toFixed(2)} (${cost.toFixed(0)} ms; ${received} bytes)`,
  );
  limits.atMost(2, `${name}, round trips of the first state`, roundTrips, String(roundTrips));
}

/** A minute as the window polls, from the first state on: its full scan is one of the samples. */
async function benchMinute(lab: Lab, guest: Guest, scan: Scan): Promise<void> {
  const connection = await ProbedGuest.connect(lab, guest);
  let samples = 0;
  const before = connection.received;
  const used = process.cpuUsage();
  const cost = await connection.costOf(async () => {
    const host = await connection.liveHost();
    const end = performance.now() + 60_000;
    while (performance.now() < end) {
      const { threads } = must(await host.sample());
      if (threads?.states.length !== scan.blocking) throw new Stop('A sample is wrong.');
      samples += 1;
      const { ms } = nextDelay(host.inTransition, host.lastAnswerMs, defaultIntervals);
      await pause(ms);
    }
  });
  const here = process.cpuUsage(used);
  connection.close();
  const each = cost.programs / samples;
  limits.atMost(
    0.1,
    'polling for a minute, a sample against a full scan',
    each / scan.cost,
    `${(each / scan.cost).toFixed(3)} (${samples} samples of ${each.toFixed(0)} ms of the host’s processor; sshd ${(cost.server / samples).toFixed(0)} ms; here ${((here.user + here.system) / 1000 / samples).toFixed(0)} ms; ${Math.round((connection.received - before) / samples)} bytes)`,
  );
}

async function benchCats(guest: Guest, scan: Scan): Promise<void> {
  const cost = (await costInGuest(guest, 'sh', catEach)) / share;
  limits.atLeast(
    20,
    'a shell loop with two cat for each thread, against a full scan',
    cost / scan.cost,
    `${(cost / scan.cost).toFixed(0)} times as much (${(cost / 1000).toFixed(0)} s of the host’s processor)`,
  );
}
