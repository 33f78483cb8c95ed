import type { ActiveFunction } from '../report/statusDocument';

/** Identifies a patched function. An absent position is the first symbol of that name. */
export function functionKey({
  object,
  name,
  sympos,
}: Pick<ActiveFunction, 'object' | 'name' | 'sympos'>): string {
  return JSON.stringify([object, name, sympos === 0 || sympos === null ? 1 : sympos]);
}
