/**
 * What a rule set does otherwise than the released kernel that it begins with. What kernels do, what a
 * posted series does and what a mail argues for are three things: each deviation says which it is.
 */
import type { KernelVersion } from './version';

export interface Deviation {
  readonly name: string;
  /** Completes "Linux X with …", with its source. */
  readonly says: string;
  /** Kernels that it can be told of: they have what it changes. */
  readonly fits: (kernel: KernelVersion) => boolean;
  readonly changes: (kernel: KernelVersion) => Partial<KernelVersion>;
}

export const deviations = [
  {
    name: 'collection-posted',
    says: 'shadow variables collected as the series posted on 2022-10-26 does it (v2 4/4): not at a replace',
    fits: ({ shadowVariables }) => shadowVariables,
    changes: () => ({ shadowCollection: 'posted' }),
  },
  {
    name: 'collection-intended',
    says: 'shadow variables collected as the series posted on 2022-10-26 (v2 4/4) and its review intend it: at a replace, too',
    fits: ({ shadowVariables }) => shadowVariables,
    changes: () => ({ shadowCollection: 'intended' }),
  },
  {
    name: 'immediate-agreed',
    says: 'immediate functions left out of the transition, as agreed in the mail of 2016-04-05',
    fits: ({ immediate }) => immediate,
    changes: () => ({ immediateIsUnmarked: true }),
  },
  {
    name: 'replace-set',
    says: 'replace_set in place of replace, as the series of May 2026 has it',
    fits: ({ files }) => files.stackOrder,
    changes: ({ files }) => ({
      files: { ...files, replace: false, stackOrder: false, replaceSet: true },
    }),
  },
] as const satisfies readonly Deviation[];

export type DeviationName = (typeof deviations)[number]['name'];

export const deviationNames = deviations.map(({ name }) => name);

export function deviationOf(name: DeviationName): Deviation {
  const found: Deviation | undefined = deviations.find((deviation) => deviation.name === name);
  if (!found) throw new Error(`no deviation ${name}`);
  return found;
}
