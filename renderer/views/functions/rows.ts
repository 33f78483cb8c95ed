import type { ActiveFunction } from '../../../shared/report/statusDocument';
import { functionKey } from '../../../shared/report/roles';

export function keyOfFunction({ object, name, sympos }: ActiveFunction): string {
  return functionKey(object, name, sympos);
}

/** Functions in whose object, name or livepatches every word of the filter occurs. */
export function filterFunctions(
  functions: readonly ActiveFunction[],
  filter: string,
): readonly ActiveFunction[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return functions;
  return functions.filter(({ object, name, stack, active }) => {
    const text = [object, name, ...stack, active ?? ''].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
