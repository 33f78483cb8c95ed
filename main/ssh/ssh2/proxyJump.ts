/** Connecting through other hosts, each verified under its own name. */
import type { Duplex } from 'node:stream';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import { resolveHost, type HostSettings } from '../config/config';
import type { ConfigOptions } from '../config/configuredHosts';
import type { HostAddress } from '../config/hostAddress';
import { hostToken, keptUnder } from '../hostKeys/knownHosts';
import { nobody } from '../questions';
import {
  connectSsh2,
  type Ssh2Options,
  type Ssh2Result,
  type Ssh2Transport,
} from './ssh2Transport';

type Shared = Omit<Ssh2Options, 'settings' | 'alias' | 'through' | 'hostKeys'>;

/** A host on the way (one of a ProxyJump), or the one at its end. */
export interface Hop {
  readonly address: HostAddress;
  readonly settings: HostSettings;
}

/** Hops of hops beyond which a configuration is taken for one that goes in circles. */
const mostHops = 16;

/**
 * All hosts on the way, in the order in which they are connected to, the last one being the host
 * itself. As in OpenSSH only the first hop's own ProxyJump counts: the others are reached through the
 * one before.
 */
export async function hopsTo(host: Hop, config: ConfigOptions): Promise<Hop[]> {
  const way: Hop[] = [host];
  let { jumps } = host.settings;
  while (jumps.length > 0 && way.length < mostHops) {
    const before = await Promise.all(
      jumps.map(async (address) => ({ address, settings: await resolveHost(address, config) })),
    );
    way.unshift(...before);
    jumps = before[0]?.settings.jumps ?? [];
  }
  return way;
}

/** The name under which a hop's keys are kept in known_hosts. */
export function nameOf({ settings }: Hop): string {
  const { host, port } = keptUnder(settings);
  return hostToken(host, port);
}

export interface Route {
  readonly hops: readonly Hop[];
  /** Host key rules of one host: its own files. */
  readonly rulesFor: (settings: HostSettings) => Ssh2Options['hostKeys'];
}

/** @returns the last hop's transport; closing it closes all */
export async function connectRoute(route: Route, shared: Shared): Promise<Ssh2Result> {
  const opened: Ssh2Transport[] = [];
  const giveUp = () => {
    for (const transport of [...opened].reverse()) transport.close();
  };
  let through: Duplex | null = null;
  const { hops } = route;
  for (const [index, { address, settings }] of hops.entries()) {
    const connected = await connectSsh2({
      ...shared,
      ask: settings.isBatch ? nobody : shared.ask,
      settings,
      alias: address.host,
      hostKeys: route.rulesFor(settings),
      through,
    });
    if (!connected.ok) {
      giveUp();
      return connected;
    }
    opened.push(connected.value);
    const next = hops[index + 1];
    if (!next) return succeed(chained(connected.value, opened));
    const forwarded = await forward(connected.value, next.settings, address.host);
    if (!forwarded.ok) {
      giveUp();
      return forwarded;
    }
    through = forwarded.value;
  }
  return fail('unreachable', null, 'There is no host to connect to.');
}

function forward(
  { client }: Ssh2Transport,
  { hostname, port }: HostSettings,
  via: string,
): Promise<Result<Duplex>> {
  return new Promise((resolve) => {
    client.forwardOut('127.0.0.1', 0, hostname, port, (error, stream) => {
      if (!error) {
        resolve(succeed<Duplex>(stream));
        return;
      }
      const said = visible(capText(error.message, 200));
      const message = `${hostToken(hostname, port)} can’t be reached through ${via}: ${said}.`;
      resolve(fail('unreachable', hostname, message));
    });
  });
}

async function closeWith(last: Ssh2Transport, before: readonly Ssh2Transport[]): Promise<void> {
  await last.closed;
  for (const transport of before.toReversed()) transport.close();
}

function chained(last: Ssh2Transport, opened: readonly Ssh2Transport[]): Ssh2Transport {
  const before = opened.filter((transport) => transport !== last);
  void closeWith(last, before);
  return { ...last, neededHuman: opened.some(({ neededHuman }) => neededHuman) };
}
