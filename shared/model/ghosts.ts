/** Livepatch modules that are loaded although sysfs no longer knows them. */
import { isOfOtherEngine } from './otherEngines';
import type { LoadedModules } from './loadedModules';
import type { GhostModule } from './systemState';

/**
 * A replaced or disabled livepatch leaves sysfs at the end of the transition while its module stays
 * (kernel/livepatch/core.c, klp_free_patch_finish drops the module's reference unless the transition
 * was forced). So refcount 0 is a leftover that may be removed, above 0 one that is pinned.
 */
export function findGhosts(modules: LoadedModules, inSysfs: ReadonlySet<string>): GhostModule[] {
  return modules.livepatchModules
    .filter(
      (module) =>
        !inSysfs.has(module) && !isOfOtherEngine(module) && modules.isLive(module) === true,
    )
    .map((module) => {
      const refcount = modules.refcount(module);
      return { module, refcount, kind: kindOf(refcount) };
    });
}

function kindOf(refcount: number | null): GhostModule['kind'] {
  if (refcount === null) return 'unknown';
  return refcount === 0 ? 'leftover' : 'pinned';
}
