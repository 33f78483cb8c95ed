/** What the person has chosen to see of each host. */
import type { ViewName } from '../../shared/api/choices';
import type { StatusDocument } from '../../shared/report/statusDocument';

export type ViewId = ViewName;

/** Which view answers first: the transition where one runs or may run, else what is applied. */
export function firstView(status: StatusDocument): ViewId {
  return status.transitionState === 'none' ? 'livepatches' : 'transition';
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** What the person has chosen on one host; it survives a change of tab and of host. */
export interface HostView {
  /** Null until the first state tells which view answers first. */
  readonly view: ViewId | null;
  readonly filters: Readonly<Partial<Record<ViewId, string>>>;
  readonly sorting: Readonly<Partial<Record<ViewId, Sorting>>>;
  /** Key of the chosen thread, function or file of each view. */
  readonly chosen: Readonly<Partial<Record<ViewId, string>>>;
  /** Narrow windows show the detail as a sheet, only when asked for. */
  readonly detailOpen: boolean;
}

export const freshView: HostView = {
  view: null,
  filters: {},
  sorting: {},
  chosen: {},
  detailOpen: false,
};
