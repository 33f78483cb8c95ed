/** The system state that livepatches hand on to each other: kernel/livepatch/state.c. */
import type { PatchState } from './livepatch';
import type { StateLiteral } from './literals';

function stateOf({ states }: PatchState, id: number): StateLiteral | null {
  return states.find((state) => state.id === id) ?? null;
}

/** klp_get_prev_state: what the livepatches below the one in transition have; the newest counts. */
export function previousState(
  installed: readonly PatchState[],
  patch: PatchState,
  id: number,
): StateLiteral | null {
  const position = installed.indexOf(patch);
  const older = position === -1 ? installed : installed.slice(0, position);
  return older.map((one) => stateOf(one, id)).findLast((state) => state !== null) ?? null;
}

/**
 * klp_is_patch_compatible: a replacing livepatch must handle every state there is, and none may
 * handle one in an older version.
 */
export function isCompatible(
  patch: PatchState,
  installed: readonly PatchState[],
  replaces: (older: PatchState) => boolean,
): boolean {
  return installed.every((older) =>
    older.states.every(({ id, version }) => {
      const own = stateOf(patch, id);
      return own ? own.version >= version : !replaces(older);
    }),
  );
}
