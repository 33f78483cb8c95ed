/** Where the kernel finds the functions to patch: klp_find_object_symbol of core.c. */
import type { KernelCore } from './core';
import { done, refuse, type Outcome } from './errno';
import { coreKernel } from './livepatch';

/** How many symbols of that name the object has. */
function countOf(core: KernelCore, object: string, name: string): number {
  const { symbols } =
    object === coreKernel ? core.setup : (core.modules.get(object)?.literal ?? {});
  const known = symbols && Object.hasOwn(symbols, name) ? symbols[name] : undefined;
  return known ?? (symbols && object !== coreKernel ? 0 : 1);
}

export function findSymbol(
  core: KernelCore,
  object: string,
  name: string,
  sympos: number,
): Outcome {
  const count = countOf(core, object, name);
  if (count === 0) {
    core.say(`symbol '${name}' not found in symbol table`);
    return refuse('EINVAL');
  }
  if (sympos === 0 && count > 1) {
    const printed = object === coreKernel ? '(null)' : object;
    core.say(`unresolvable ambiguity for symbol '${name}' in object '${printed}'`);
    return refuse('EINVAL');
  }
  if (sympos > count) {
    core.say(`symbol position ${sympos} for symbol '${name}' in object '${object}' not found`);
    return refuse('EINVAL');
  }
  return done;
}
