import { changeView, useWindow, viewOf } from '../../state/store';
import type { Sorting, ViewId } from '../../state/views';

/** What the person has chosen in one view of one host, and how to change it. */
export function useHostView(id: string, view: ViewId) {
  const state = useWindow((all) => viewOf(all, id));
  return {
    filter: state.filters[view] ?? '',
    sorting: state.sorting[view] ?? null,
    chosen: state.chosen[view] ?? null,
    detailOpen: state.detailOpen,
    set: (change: {
      readonly filter?: string;
      readonly sorting?: Sorting | null;
      readonly chosen?: string;
    }): void => {
      const now = viewOf(useWindow.getState(), id);
      const { [view]: _sorting, ...otherSortings } = now.sorting;
      changeView(id, {
        ...(change.filter === undefined
          ? {}
          : { filters: { ...now.filters, [view]: change.filter } }),
        ...(change.sorting === undefined
          ? {}
          : {
              sorting:
                change.sorting === null
                  ? otherSortings
                  : { ...now.sorting, [view]: change.sorting },
            }),
        ...(change.chosen === undefined
          ? {}
          : { chosen: { ...now.chosen, [view]: change.chosen } }),
      });
    },
  };
}
