/** What is true of every document from a kind of source; whoever adds a kind says it here. */
import type { SourceKind } from '../readings/readings';

export interface SourceTraits {
  /** The executable model played it: no real machine. */
  readonly isDemo: boolean;
  /** It was read with somebody's rights, so that it makes a difference whether those were root's. */
  readonly hasRights: boolean;
}

export const sourceTraits: Readonly<Record<SourceKind, SourceTraits>> = {
  local: { isDemo: false, hasRights: true },
  ssh: { isDemo: false, hasRights: true },
  directory: { isDemo: false, hasRights: false },
  archive: { isDemo: false, hasRights: false },
  recording: { isDemo: false, hasRights: true },
  demo: { isDemo: true, hasRights: true },
};
