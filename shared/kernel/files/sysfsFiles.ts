/**
 * /sys/kernel/livepatch as the emulated kernel shows it: Documentation/ABI/testing/
 * sysfs-kernel-livepatch; the `*_show` functions of kernel/livepatch/core.c.
 */
import type { KernelCore } from '../state/core';
import { functionFolder, type ObjectState, type PatchState } from '../state/livepatch';
import { denied, file, folder, type Node } from './node';

/** kobject names can't hold a slash: it becomes an exclamation mark (lib/kobject.c). */
export function kobjectName(name: string): string {
  return name.replaceAll('/', '!');
}

export function livepatchFolder(core: KernelCore): Node {
  return folder(() =>
    [...core.patches, ...core.leaving].map((patch) => [
      kobjectName(patch.name),
      patchFolder(core, patch),
    ]),
  );
}

function patchFolder(core: KernelCore, patch: PatchState): Node {
  const { files, signals } = core.version;
  return folder(() => [
    ['enabled', flag(patch.enabled)],
    ['transition', flag(core.transition?.patch === patch)],
    ...optional(files.force, 'force', denied),
    ...optional(signals === 'manual', 'signal', denied),
    ...optional(files.replace, 'replace', flag(patch.replace)),
    ...optional(files.replaceSet, 'replace_set', file(`${patch.replaceSet}\n`)),
    ...optional(files.stackOrder, 'stack_order', stackOrder(core, patch)),
    ...patch.objects.map((object): [string, Node] => [
      kobjectName(object.name),
      objectFolder(core, object),
    ]),
  ]);
}

function objectFolder(core: KernelCore, object: ObjectState): Node {
  return folder(() => [
    ...optional(core.version.files.patched, 'patched', flag(object.patched)),
    ...object.functions.map((one): [string, Node] => [
      kobjectName(functionFolder(one)),
      folder(() => []),
    ]),
  ]);
}

/**
 * stack_order_show counts the list up to the livepatch, under klp_mutex: whoever reads it while an
 * operation holds the mutex waits. A livepatch that has left the list gets the number of the others.
 */
function stackOrder(core: KernelCore, patch: PatchState): Node {
  if (core.window) return { kind: 'file', content: { missing: 'timed-out' } };
  const position = core.patches.indexOf(patch);
  return file(`${position === -1 ? core.patches.length : position + 1}\n`);
}

function flag(value: boolean): Node {
  return file(value ? '1\n' : '0\n');
}

function optional(isThere: boolean, name: string, node: Node): [string, Node][] {
  return isThere ? [[name, node]] : [];
}
