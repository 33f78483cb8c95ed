/** Operations on shadow variables, with what the kernel prints about them. */
import type { KernelCore } from '../state/core';
import { negative, type Errno } from '../state/errno';
import type { ShadowAction } from '../state/literals';
import { hashOf } from '../state/random';
import type { Attached, Constructor, ShadowVariable } from '../state/shadow';

/** @returns the variable; null where the kernel's function returns NULL */
export function applyShadow(
  core: KernelCore,
  action: ShadowAction,
  owner: string | null,
  failure: Errno | null = null,
): ShadowVariable | null {
  switch (action.action) {
    case 'free':
      core.shadow.free(action.object, action.id);
      return null;
    case 'free-all':
      core.shadow.freeAll(action.id);
      return null;
    case 'alloc':
    case 'get-or-alloc': {
      const { object, id } = action;
      const construct: Constructor = () => (failure ? null : `data of ${object}`);
      const request = { object, id, owner, construct, outOfMemory: core.outOfMemory };
      const attached =
        action.action === 'alloc' ? core.shadow.alloc(request) : core.shadow.getOrAlloc(request);
      return report(core, attached, object, id, failure);
    }
  }
}

function report(
  core: KernelCore,
  attached: Attached,
  object: string,
  id: number,
  failure: Errno | null,
): ShadowVariable | null {
  const what = `<${hashedAddress(object)}, ${id.toString(16)}>`;
  switch (attached.is) {
    case 'new':
    case 'existing':
      return attached.variable;
    case 'duplicate':
      core.print('------------[ cut here ]------------');
      core.print(`Duplicate shadow variable ${what}`);
      core.print(
        'WARNING: CPU: 0 PID: 1 at kernel/livepatch/shadow.c:155 __klp_shadow_get_or_alloc+0x12f/0x170',
      );
      core.print('---[ end trace 0000000000000000 ]---');
      return null;
    case 'construction-failed':
      core.say(`Failed to construct shadow variable ${what} (${negative(failure ?? 'ENOMEM')})`);
      return null;
    case 'not-registered':
    case 'no-memory':
      return null;
  }
}

/** `%p` prints a hash of the address (Documentation/core-api/printk-formats.rst). */
function hashedAddress(object: string): string {
  return hashOf(object).toString(16).padStart(16, '0');
}
