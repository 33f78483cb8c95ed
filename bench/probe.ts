/**
 * What the probe costs a real host: the lab's 6.12 with 20,000 and with 60,000 threads, a transition
 * that stalls on few of them, on a hundred and on nearly all. Figures of the guest's processor are
 * its kernel's own accounting of the probe's shell and all that it starts, while the guest counts
 * instructions for time: they don't depend on how busy this machine is. What is compared runs in
 * turns, in the same guest. Takes about five minutes, and Debian's packages for the lab.
 */
import { startLab, unavailableWhy, type Lab } from '../e2e/lab/index.js';
import type { Guest } from '../e2e/lab/guest.js';
import { main, Stop } from '../scripts/lib/process';
import { LiveHost } from '../main/probe/liveHost';
import { defaultIntervals, nextDelay } from '../main/probe/pollingPlan';
import type { ProbeRequest } from '../main/probe/wire/request';
import type { ProbeSession } from '../main/probe/wire/session';
import { Limits } from './lib/limits';
import { median } from './lib/median';
import { must } from './lib/must';
import { costInGuest, ProbedGuest, type Cost } from './lib/probedGuest';

const rounds = 3;
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
    await benchFirst(lab, guest, scan);
    await benchCats(guest, scan);
    await benchMinute(lab, guest, scan);
    await stall(guest, 8, 100);
    const hundred = await benchScan(lab, guest, '20,000 threads, 100 blocking', 100);
    await benchFirst(lab, guest, hundred);
    await stallAll(guest, 8);
    const all = await benchScan(lab, guest, '20,000 threads, all blocking', 8 * (processSize - 1));
    await benchFirst(lab, guest, all);
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
  const start = `in-unit workers.service klp_threads 1 ${processSize} /dev/klp_busy_d ${processSize - 1}`;
  await guest.run('echo 30000 >/proc/sys/kernel/threads-max');
  for (let process = 0; process < processes; process += 1) {
    // Each of them holds the device open.
    await guest.run(`ulimit -n 4096; ${start} </dev/null >/run/klp_threads.log 2>&1`);
  }
  const all = processes * (processSize - 1);
  // Who isn't there yet when the livepatch comes goes to sleep in the livepatch's own function.
  await untilCounted(guest, 'klp_busy_wait_d', 'wchan', all);
  await guest.load('lp_busy');
  await untilStalled(guest, all);
}

async function begin(guest: Guest): Promise<void> {
  if (!(await guest.unwind())) throw new Stop('The guest can’t be cleaned up.');
  await guest.load('klp_busy');
}

function untilStalled(guest: Guest, blocking: number): Promise<void> {
  return untilCounted(guest, '^0', 'patch_state', blocking);
}

/** Until a file of so many threads has such a line. */
async function untilCounted(
  guest: Guest,
  line: string,
  file: string,
  count: number,
): Promise<void> {
  const files = `/proc/[0-9]*/task/[0-9]*/${file}`;
  const found = `printf '%s\\0' ${files} | xargs -0 grep -ch '${line}' | grep -c 1`;
  await guest.run(
    `until_true 20 '${file} of ${count} threads' eval '[ "$(${found.replaceAll("'", `'"'"'`)})" = ${count} ]'`,
  );
}

interface Scan {
  readonly name: string;
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
    costs.push((await connection.measured(() => scan(blocking))).cost);
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
  return { name, cost, blocking };
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
async function benchFirst(lab: Lab, guest: Guest, scan: Scan): Promise<void> {
  const costs: Cost[] = [];
  let roundTrips = 0;
  let received = 0;
  for (let round = 0; round < rounds; round += 1) {
    const connection = await ProbedGuest.connect(lab, guest);
    const before = connection.received;
    const { result, cost } = await connection.measured(async () => {
      const { session, first } = await connection.probe();
      return new LiveHost(session, { target: 'guest', source: 'ssh' }, first).sample();
    });
    if (must(result).threads?.states.length !== scan.blocking)
      throw new Stop('The first state is wrong.');
    costs.push(cost);
    roundTrips = Math.max(roundTrips, connection.roundTrips);
    received = Math.max(received, connection.received - before);
    connection.close();
  }
  const ownCost = median(costs.map(({ programs }) => programs));
  limits.atMost(
    1.5,
    `${scan.name}, first state against a full scan`,
    ownCost / scan.cost,
    `${(ownCost / scan.cost).toFixed(2)} (${ownCost.toFixed(0)} ms; ${received} bytes)`,
  );
  limits.atMost(2, `${scan.name}, round trips of the first state`, roundTrips, String(roundTrips));
}

/**
 * A minute as the window polls, from the first state on: its full scan is one of the samples. The
 * minute is that of a host with nothing else to do, on which an answer takes as long as it costs; here
 * nobody waits in between.
 */
async function benchMinute(lab: Lab, guest: Guest, scan: Scan): Promise<void> {
  const connection = await ProbedGuest.connect(lab, guest);
  let clock = 0;
  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const { result, cost } = await connection.measured(work);
    clock += cost.programs;
    return result;
  }
  const before = connection.received;
  let samples = 0;
  const { cost } = await connection.measured(async () => {
    const { session, first } = await timed(() => connection.probe());
    const timedSession = {
      uid: session.uid,
      ask: (request: ProbeRequest) => timed(() => session.ask(request)),
      close: () => session.close(),
    };
    const identity = { target: 'guest', source: 'ssh' } as const;
    const host = new LiveHost(
      timedSession,
      identity,
      timed(() => first),
      () => clock,
    );
    while (clock < 60_000) {
      const { threads } = must(await host.sample());
      if (threads?.states.length !== scan.blocking) throw new Stop('A sample is wrong.');
      samples += 1;
      clock += nextDelay(host.inTransition, host.lastAnswerMs, defaultIntervals).ms;
    }
  });
  const bytes = connection.received - before;
  connection.close();
  const each = cost.programs / samples;
  limits.atMost(
    0.1,
    `${scan.name}, polling for a minute, a sample against a full scan`,
    each / scan.cost,
    `${(each / scan.cost).toFixed(3)} (${samples} samples of ${each.toFixed(0)} ms of the host’s processor, full scans among them; sshd ${(cost.server / samples).toFixed(1)} ms; ${Math.round(bytes / samples)} bytes)`,
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
