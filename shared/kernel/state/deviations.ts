/**
 * What a rule set does otherwise than the released kernel that it begins with. What kernels do, what a
 * posted series does and what a mail argues for are three things: each deviation says which it is.
 */

/** The rules that mails and series argue about. */
export interface DisputedRules {
  /** `immediate` of functions and livepatches (4.12 to 4.15; removed by d0807da78e11). */
  readonly immediate: boolean;
  /** The API of shadow variables (4.15). */
  readonly shadowVariables: boolean;
  /** Files of sysfs beyond `enabled` and `transition`. */
  readonly files: {
    readonly force: boolean;
    readonly patched: boolean;
    readonly replace: boolean;
    readonly stackOrder: boolean;
    readonly replaceSet: boolean;
  };
  /**
   * Whether types of shadow variables are registered and their variables collected. In no release:
   * `posted` as the series of 2022-10-26 does it, `intended` as it and its review intend it.
   */
  readonly shadowCollection: 'none' | 'posted' | 'intended';
  /**
   * klp_init_transition leaves immediate functions out ("I'll skip setting func->transition if
   * func->immediate is set", mail of 2016-04-05). In no release.
   */
  readonly immediateIsUnmarked: boolean;
}

export interface Deviation {
  readonly name: string;
  /** Completes "Linux X with …", with its source. */
  readonly says: string;
  /** Kernels that it can be told of: they have what it changes. */
  readonly fits: (kernel: DisputedRules) => boolean;
  readonly changes: (kernel: DisputedRules) => Partial<DisputedRules>;
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
