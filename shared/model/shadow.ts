/** Shadow variables, counted by id. */
import type { ShadowTable } from '../readings/readings';

export interface ShadowState {
  readonly from: ShadowTable['from'];
  readonly total: number;
  readonly byId: readonly ShadowId[];
}

export interface ShadowId {
  readonly id: string;
  readonly count: number;
  /** Livepatches that attached some of them. */
  readonly owners: readonly string[];
  /** How many objects of livepatches have registered the type; null: this kernel has no register. */
  readonly registered: number | null;
}

export function countShadow({ from, variables, types }: ShadowTable): ShadowState {
  const registered = new Map(types?.map((type) => [type.id, type.registered]));
  const counts = new Map<string, { count: number; readonly owners: Set<string> }>();
  for (const { id, owner } of variables) {
    const known = counts.get(id) ?? { count: 0, owners: new Set() };
    known.count += 1;
    if (owner !== null) known.owners.add(owner);
    counts.set(id, known);
  }
  const byId = [...counts].map(([id, { count, owners }]) => ({
    id,
    count,
    owners: [...owners],
    registered: types && (registered.get(id) ?? 0),
  }));
  return { from, total: variables.length, byId };
}
