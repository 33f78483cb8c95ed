/** Functions that a livepatch may be written of, without a person typing them. */
import type { StatusDocument } from '../../../shared/report/statusDocument';
import type { Operation } from '../operations';

export interface KnownFunction {
  readonly key: string;
  readonly object: string;
  readonly name: string;
  /** 0 where the position is not known: the only one of its name. */
  readonly sympos: number;
}

/** Of the core kernel, in every emulated one; for hosts on which nothing is patched yet. */
const ofEveryKernel = ['cmdline_proc_show', 'vfs_read', 'tcp_sendmsg_locked'];

/** So many a person can look through. */
const most = 60;

/** Those that the host has patched, then what blocks sleep in, then some of every kernel. */
export function knownFunctions({ functions, patches, blockers }: StatusDocument): KnownFunction[] {
  const found = new Map<string, KnownFunction>();
  const add = (object: string, name: string, sympos: number | null) => {
    const key = JSON.stringify([object, name]);
    if (!found.has(key) && found.size < most)
      found.set(key, { key, object, name, sympos: sympos ?? 0 });
  };
  for (const { object, name, sympos } of functions) add(object, name, sympos);
  for (const { objects } of patches) {
    for (const object of objects) {
      for (const { name, sympos } of object.functions) add(object.name, name, sympos);
    }
  }
  for (const { reason } of blockers.slice(0, most)) {
    if (reason.function !== null) add(reason.object ?? 'vmlinux', reason.function, null);
  }
  for (const name of ofEveryKernel) add('vmlinux', name, null);
  return [...found.values()];
}

/** A livepatch as its author would write it. */
export function livepatchOf(
  name: string,
  wanted: readonly KnownFunction[],
  replace: boolean,
): Extract<Operation, { do: 'load' }>['livepatch'] {
  const objects = [...new Set(wanted.map(({ object }) => object))];
  return {
    name,
    replace,
    objects: objects.map((object) => ({
      name: object,
      functions: wanted
        .filter((one) => one.object === object)
        .map((one) => ({ name: one.name, sympos: one.sympos })),
    })),
  };
}
