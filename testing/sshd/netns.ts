/**
 * A network of its own for a server: a network namespace at the other end of a cable (veth) from this
 * machine, whose cable can be pulled, whose way back can end nowhere, and which can be made slow.
 *
 * The addresses are those for tests of devices: RFC 2544, 198.18.0.0/15.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

export interface Net {
  /** Of the server in it. */
  readonly address: string;
  /** What to put before a program so that it runs there. */
  readonly inside: readonly string[];
  /** Pulls the cable, and plugs it in again. */
  unplug(): void;
  plug(): void;
  /** What arrives is answered into the void, without an error for anybody; and again to us. */
  swallow(): void;
  release(): void;
  /** @param kilobits a second that the server may send; null: as many as it likes */
  throttle(kilobits: number | null): void;
  remove(): void;
}

let made = 0;

/** How the names of a run's networks begin: by the folder that is the run's own, where one is told. */
function namesBegin(): string {
  const run = process.env['KLPSCOPE_TEST_RUN'];
  return `klpscope-${run === undefined ? 'alone' : basename(run).replace('klpscope-run-', '')}-`;
}

/** Names of the networks that this run has made and not removed. */
export function netsLeft(): string[] {
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith(namesBegin()));
  } catch {
    // Nobody has made one since this machine was started.
    return [];
  }
}

export function removeNet(name: string): void {
  run('ip', ['netns', 'del', name]);
}

/** Why there can be no such network here; undefined: there can. */
export function cannotSeparate(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  try {
    const net = makeNet();
    try {
      net.throttle(1000);
    } finally {
      net.remove();
    }
    return undefined;
  } catch (error) {
    return `no network namespace, veth or tbf (iproute2): ${String(error)}`;
  }
}

export function makeNet(): Net {
  made += 1;
  const mark = `${process.pid}-${made}`;
  const name = namesBegin() + mark;
  // At most 15 characters (IFNAMSIZ, linux/if.h).
  const cable = `klp${mark}`.slice(0, 15);
  // Many tests may run at once: each process has a network of 4 addresses of its own.
  const block = ((process.pid * 8 + made) % 16_384) * 4;
  const of = (host: number) => `198.18.${block >> 8}.${(block & 255) + host}`;
  const hardware = '02:00:00:00:00:02';
  const here = of(1);
  const there = of(2);
  const ip = (...args: string[]) => run('ip', args);
  const ipThere = (...args: string[]) => run('ip', ['-n', name, ...args]);
  ip('netns', 'add', name);
  try {
    const far = ['name', 'eth0', 'address', hardware, 'netns', name];
    ip('link', 'add', cable, 'type', 'veth', 'peer', ...far);
    ip('address', 'add', `${here}/30`, 'dev', cable);
    ip('link', 'set', cable, 'up');
    // Or else it would be noticed here that nobody answers for the address any more.
    ip('neighbour', 'add', there, 'lladdr', hardware, 'dev', cable, 'nud', 'permanent');
    ipThere('address', 'add', `${there}/30`, 'dev', 'eth0');
    ipThere('link', 'set', 'eth0', 'up');
  } catch (error) {
    removeNet(name);
    throw error;
  }
  return {
    address: there,
    inside: ['nsenter', `--net=/run/netns/${name}`],
    unplug: () => ipThere('link', 'set', 'eth0', 'down'),
    plug: () => ipThere('link', 'set', 'eth0', 'up'),
    swallow: () => ipThere('route', 'add', 'blackhole', `${here}/32`),
    release: () => ipThere('route', 'del', 'blackhole', `${here}/32`),
    throttle(kilobits) {
      const place = ['dev', 'eth0', 'root'];
      const tbf = ['tbf', 'rate', `${kilobits}kbit`, 'burst', '1600', 'latency', '2s'];
      if (kilobits === null) run('tc', ['-n', name, 'qdisc', 'del', ...place]);
      else run('tc', ['-n', name, 'qdisc', 'replace', ...place, ...tbf]);
    },
    // The cable goes with its other end.
    remove: () => removeNet(name),
  };
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
