/** The kernel's shadow variables, which no file shows, as a reading. */
import type { ShadowTable } from '../../readings/readings';
import type { KernelCore } from '../state/core';

/** @returns undefined where the kernel has none: before 4.15 */
export function shadowTableOf(core: KernelCore): ShadowTable | undefined {
  if (!core.version.shadowVariables) return undefined;
  const variables = core.shadow.all().map(({ object, id, owner }) => ({
    object: /^[0-9a-f]+$/i.test(object) ? `0x${object}` : object,
    id: hex(id),
    size: null,
    data: null,
    owner,
  }));
  if (core.version.shadowCollection === 'none') return { from: 'model', variables, types: null };
  const types = core.shadow
    .registered()
    .map((id) => ({ id: hex(id), registered: core.shadow.uses(String(id)) }));
  return { from: 'model', variables, types };
}

function hex(id: bigint): string {
  return `0x${id.toString(16)}`;
}
