/** In which order the livepatches lie on each other. */
import type { LogEntry } from '../readings/log/kernelLog';
import { livepatchRoot } from '../readings/paths';
import type { ReadingsReader } from './reader';
import type { Livepatch, Order } from './systemState';

export interface OrderedLivepatches {
  readonly order: Order;
  /** Bottom first; in the order of names where the order is unknown. */
  readonly patches: readonly Livepatch[];
}

/**
 * Reported by `stack_order` (since 6.14; the biggest value wins: ABI/testing/sysfs-kernel-livepatch).
 * Otherwise inferred: a livepatch enables itself while its module loads, so the order of loading,
 * which /proc/modules shows newest first, or of the log's "enabling patch" lines, is the order of
 * the stack.
 */
export function orderLivepatches(
  patches: readonly Livepatch[],
  newestFirst: readonly string[] | null,
  log: readonly LogEntry[] | null,
  reader: ReadingsReader,
): OrderedLivepatches {
  if (hasValidOrder(patches, reader)) {
    return { order: 'reported', patches: sortedBy(patches, ({ stackOrder }) => stackOrder) };
  }
  const byModules = newestFirst && new Map(newestFirst.map((name, index) => [name, -index]));
  const byLog = log && enablingOrder(log);
  for (const position of [byModules, byLog]) {
    if (position && patches.every(({ name }) => position.has(name))) {
      return { order: 'inferred', patches: sortedBy(patches, ({ name }) => position.get(name)) };
    }
  }
  return { order: 'unknown', patches };
}

function hasValidOrder(patches: readonly Livepatch[], reader: ReadingsReader): boolean {
  if (patches.some(({ stackOrder }) => stackOrder === null)) return false;
  if (new Set(patches.map(({ stackOrder }) => stackOrder)).size === patches.length) return true;
  reader.note(
    'invalid-content',
    livepatchRoot,
    'Two livepatches report the same stack_order; it was read while the stack changed.',
  );
  return false;
}

/** When each livepatch was last enabled: its line's place in the log. */
function enablingOrder(log: readonly LogEntry[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const [index, { event }] of log.entries()) {
    if (event.kind === 'enabling') positions.set(event.patch, index);
  }
  return positions;
}

function sortedBy(
  patches: readonly Livepatch[],
  key: (patch: Livepatch) => number | null | undefined,
): Livepatch[] {
  return [...patches].sort((a, b) => (key(a) ?? 0) - (key(b) ?? 0));
}
