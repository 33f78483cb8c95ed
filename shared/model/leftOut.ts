/** Whether a saved tree lacks the livepatches of its host. */
import type { Readings } from '../readings/readings';
import type { LoadedModules } from './loadedModules';
import { isOfOtherEngine, type OtherEngine } from './otherEngines';

/**
 * A tree without the folder of livepatches, of a host that has, or had, one: a module that is marked as
 * a livepatch can be loaded only by a kernel that has the folder (kernel/module/main.c,
 * check_modinfo_livepatch), and so is the taint only set by such a one, or by another engine.
 */
export function wereLivepatchesLeftOut(
  { source }: Readings,
  { supported, tainted }: { readonly supported: boolean | null; readonly tainted: boolean | null },
  { livepatchModules }: LoadedModules,
  engines: readonly OtherEngine[],
): boolean {
  if (supported !== false || (source !== 'directory' && source !== 'archive')) return false;
  return (
    livepatchModules.some((name) => !isOfOtherEngine(name)) ||
    (tainted === true && engines.length === 0)
  );
}
