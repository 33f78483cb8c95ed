/** Livepatches of the lab and of its captures, as the executable model writes them. */
import type { LivepatchLiteral } from '../../shared/kernel/state/literals';

/**
 * A livepatch of the functions of each object. Replacements are named after the function, with the
 * livepatch in the place of `klp_busy`, as the lab's modules name them.
 */
export function livepatchLiteral(
  name: string,
  objects: Readonly<Record<string, readonly string[]>>,
  more: Partial<LivepatchLiteral> = {},
): LivepatchLiteral {
  return {
    name,
    objects: Object.entries(objects).map(([object, functions]) => ({
      name: object,
      functions: functions.map((one) => ({
        name: one,
        replacement: `${name}_${one.replace(/^klp_busy_/, '')}`,
      })),
    })),
    ...more,
  };
}
