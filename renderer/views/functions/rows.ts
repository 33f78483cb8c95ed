import type { ActiveFunction } from '../../../shared/report/statusDocument';
import { functionKey } from '../../../shared/report/roles';
import { filterByWords } from '../shared/filterByWords';

export function keyOfFunction({ object, name, sympos }: ActiveFunction): string {
  return functionKey(object, name, sympos);
}

/** Functions in whose object, name or livepatches every word of the filter occurs. */
export function filterFunctions(
  functions: readonly ActiveFunction[],
  filter: string,
): readonly ActiveFunction[] {
  return filterByWords(functions, filter, ({ object, name, stack, active }) =>
    [object, name, ...stack, active ?? ''].join('\n'),
  );
}
