/**
 * What the window is told of open hosts: all of the one that it shows, and of every other what the
 * list of hosts needs, when that has changed.
 */
import type { Host } from '../../../shared/api/contract';

export interface ReportedHosts {
  changed(host: Host): void;
  /** What is told of a host now. */
  of(host: Host): Host;
  /** From now on the window shows this host; null: none. @param host as it is now, if it is open */
  show(id: string | null, host: Host | null): void;
  closed(id: string): void;
}

/** @param tell the window */
export function createReportedHosts(tell: (host: Host) => void): ReportedHosts {
  let shown: string | null = null;
  /** Of each host that is not shown: what was told last, as text. */
  const reported = new Map<string, string>();

  const of = (host: Host): Host => (host.id === shown ? host : inShort(host));

  return {
    of,
    changed(host) {
      const now = of(host);
      if (host.id === shown) reported.delete(host.id);
      else {
        const text = whatMatters(now);
        if (reported.get(host.id) === text) return;
        reported.set(host.id, text);
      }
      tell(now);
    },
    show(id, host) {
      shown = id;
      if (host === null) return;
      reported.delete(host.id);
      tell(host);
    },
    closed: (id) => void reported.delete(id),
  };
}

function inShort(host: Host): Host {
  return { ...host, status: null, drain: [] };
}

/** When a host was last read matters only where it tells how long a transition has been watched. */
function whatMatters(host: Host): string {
  const { transitionSeenAt, sampledAt } = host;
  return JSON.stringify({
    ...host,
    sampledAt: transitionSeenAt === null ? null : sampledAt,
    sampleMs: null,
  });
}
