/** What hosts are called where several stand together. */
import type { Host } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';

/** Last part of a target's path, without what marks an archive. */
function lastPart(target: string): string {
  const [part = target] = target.split(/[/\\]/).filter(Boolean).slice(-1);
  return part.replace(/\.(?:tar|tar\.(?:gz|xz|zst|bz2)|tgz|txz|tzst|tbz2?|klprec)$/i, '');
}

/** The label; with the last part of its target where another open host has the same label. */
export function nameAmong(host: Host, hosts: readonly Host[]): string {
  const isShared = hosts.some((other) => other.id !== host.id && other.label === host.label);
  const part = lastPart(host.target);
  return visible(isShared && part !== host.label ? `${host.label}, ${part}` : host.label);
}
