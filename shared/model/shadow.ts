/** Shadow variables: counted by id, with whose they are. */
import type { ShadowCallReading, ShadowTable, ShadowVariableReading } from '../readings/readings';

export interface ShadowState {
  readonly from: ShadowTable['from'];
  readonly total: number;
  readonly byId: readonly ShadowId[];
  readonly variables: readonly ShadowVariableReading[];
  /** Absent: this source can't have them. */
  readonly calls?: readonly ShadowCallReading[];
}

export interface ShadowId {
  readonly id: string;
  readonly count: number;
  /** Livepatches that attached some of them. */
  readonly owners: readonly string[];
  /** How many objects of livepatches have registered the type; null: this kernel has no register. */
  readonly registered: number | null;
  /** Livepatches that have; absent: not known. */
  readonly registeredBy?: readonly string[];
  /** Livepatches whose module is loaded and has code for it; absent: not known. */
  readonly users?: readonly string[];
  /** Nobody is left who could use or free them; null: not known. */
  readonly isLeft: boolean | null;
}

/** @param isLoaded whether a module is; null: not known */
export function readShadow(
  { from, variables, types, usedBy, calls }: ShadowTable,
  isLoaded: (module: string) => boolean | null,
): ShadowState {
  const owned = new Map<string, (string | null)[]>();
  for (const { id, owner } of variables) {
    const known = owned.get(id);
    if (known) known.push(owner);
    else owned.set(id, [owner]);
  }
  const typeOf = new Map(types?.map((type) => [type.id, type]));
  const usersOf = new Map(usedBy?.map(({ id, livepatches }) => [id, livepatches]));
  const byId = [...owned].map(([id, owners]): ShadowId => {
    const attached = [...new Set(owners)];
    const type = types && (typeOf.get(id) ?? { registered: 0, by: [] });
    const registeredBy = type?.by && [...new Set(type.by)];
    const users = usedBy && (usersOf.get(id) ?? []);
    const concerned = users && [...attached, ...(registeredBy ?? []), ...users];
    return {
      id,
      count: owners.length,
      owners: attached.filter((owner) => owner !== null),
      registered: type && type.registered,
      ...(registeredBy && { registeredBy }),
      ...loadedAmong(users, isLoaded),
      isLeft: concerned ? areAllGone(concerned, isLoaded) : null,
    };
  });
  return { from, total: variables.length, byId, variables, ...(calls && { calls }) };
}

/** Nothing where it is not known of one of them. */
function loadedAmong(
  users: readonly string[] | undefined,
  isLoaded: (module: string) => boolean | null,
): Pick<ShadowId, 'users'> {
  if (!users || users.some((user) => isLoaded(user) === null)) return {};
  return { users: users.filter((user) => isLoaded(user) === true) };
}

/** Who is no livepatch may be anybody, and is not known to be gone. */
function areAllGone(
  names: readonly (string | null)[],
  isLoaded: (module: string) => boolean | null,
): boolean | null {
  const gone = names.map((name) => name !== null && isLoaded(name) === false);
  if (gone.every(Boolean)) return true;
  return names.some((name) => name !== null && isLoaded(name) === true) ? false : null;
}
