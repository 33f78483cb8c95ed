/**
 * How long the first state of a settled host takes over a slow line: Debian's sshd behind a relay by
 * which every packet is late, root by key. Counted in round trips, since those are what a line costs.
 */
import { performance } from 'node:perf_hooks';
import { startRelay } from '../testing/sshd/relay';
import { defaultLiveOptions, openSsh } from '../main/sources/live/sshSource';
import { main } from '../scripts/lib/process';
import { Limits } from './lib/limits';
import { startLoopbackHost } from './lib/loopbackHost';
import { median } from './lib/median';
import { must } from './lib/must';

const roundTripMs = 300;
const rounds = 7;
const limits = new Limits('distance');

main(async () => {
  const host = await startLoopbackHost();
  const relay = await startRelay(host.server.port);
  try {
    const config = host.config(relay.port);
    const near: number[] = [];
    const far: number[] = [];
    // The first loads what the others find loaded.
    await firstState(config);
    for (let round = 0; round < rounds; round += 1) {
      relay.delay(0);
      near.push(await firstState(config));
      relay.delay(roundTripMs / 2);
      // The relay itself is near: what TCP needs to be set up over a slow line is added.
      far.push(roundTripMs + (await firstState(config)));
    }
    const ms = median(far);
    const trips = (ms - median(near)) / roundTripMs;
    limits.atMost(
      10 * roundTripMs + 500,
      `first state at a round trip of ${roundTripMs} ms`,
      ms,
      `${ms.toFixed(0)} ms, TCP included (${(ms / roundTripMs).toFixed(1)} times the round trip)`,
    );
    limits.atMost(10, 'round trips of it', Math.round(trips), trips.toFixed(2));
    limits.tell('the same without delay', `${median(near).toFixed(0)} ms`);
  } finally {
    relay.stop();
    await host.stop();
  }
  return limits.areMet ? 0 : 1;
});

/** @returns milliseconds from nothing to a state */
async function firstState(configFile: string): Promise<number> {
  const began = performance.now();
  const source = openSsh(
    { kind: 'ssh', text: 'bench-host', user: null, host: 'bench-host', port: null },
    { ...defaultLiveOptions(), config: { configFile } },
  );
  must(await source.sample());
  const took = performance.now() - began;
  source.close();
  return took;
}
