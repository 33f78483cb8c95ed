import type { Host } from '../../shared/api/contract';
import { parseTarget } from '../../shared/api/target';
import { targetTraits } from '../../shared/api/targetTraits';
import type { ProblemCode } from '../../shared/base/problem';

/** How an open host is reached; null: it is a saved state or a demo host. */
export function liveKind(host: Host): 'ssh' | 'local' | null {
  const target = parseTarget(host.target);
  return target.ok ? targetTraits[target.value.kind].reached : null;
}

/** Whether the host may answer again by itself, without anybody having to do something. */
export function mayComeBack(code: ProblemCode): boolean {
  return code === 'unreachable' || code === 'timeout' || code === 'connection-lost';
}
