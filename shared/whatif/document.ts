/** What is asked about a livepatch, and the document `klpscope/what-if` that answers. */
import { z } from 'zod';
import { blockerSchema } from '../report/statusDocument';

/** A function that a livepatch to come would patch. */
export const wantedFunctionSchema = z.strictObject({
  object: z.string(),
  name: z.string(),
  sympos: z.number().int().nonnegative(),
});
export type WantedFunction = z.infer<typeof wantedFunctionSchema>;

export const whatIfActionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['disable', 'reverse', 'force']), patch: z.string() }),
  /** An atomic replace by a livepatch with these functions. */
  z.strictObject({ do: z.literal('replace'), functions: z.array(wantedFunctionSchema) }),
]);
export type WhatIfAction = z.infer<typeof whatIfActionSchema>;

/** Code that runs: a livepatch's by its name, `original`, or `replacement`; null: not known. */
const code = z.string().nullable();

const changeSchema = z.strictObject({
  object: z.string(),
  name: z.string(),
  sympos: z.number().nullable(),
  now: code,
  then: code,
  /**
   * Where it depends on something that could not be read: each possibility, with the condition as a
   * sentence without its period. Empty where nothing is open, or where too much is.
   */
  cases: z.array(z.strictObject({ if: z.string(), now: code, then: code })),
});

const modulesSchema = z.strictObject({
  /** Livepatches that would leave sysfs when the transition completes. */
  leaving: z.array(z.string()),
  /** Modules that would stay loaded, unused. */
  leftover: z.array(z.string()),
  /** Modules that could never be unloaded. */
  pinned: z.array(z.string()),
});

/** null is unknown, as everywhere. */
export const whatIfSchema = z.strictObject({
  format: z.literal('klpscope/what-if'),
  version: z.literal(1),
  target: z.string(),
  action: whatIfActionSchema,
  allowed: z.boolean(),
  /** The kernel's error where it would refuse (`EBUSY`), with why; null: it would not. */
  refusal: z
    .strictObject({ errno: z.enum(['EBUSY', 'EINVAL', 'ENOENT']), why: z.string() })
    .nullable(),
  /** Functions whose code would change, or might. */
  functions: z.array(changeSchema),
  ...modulesSchema.shape,
  /** Who may be in those lists, too, for what could not be read; `assumptions` says when. */
  maybe: modulesSchema,
  /** Threads that would not switch at once, ordered by process and thread. */
  wouldBlock: z.array(blockerSchema),
  /** Threads of which it isn't known whether they would block; null: no stacks were looked at. */
  unchecked: z.number().int().nonnegative().nullable(),
  /** How many of the unchecked ones were running, so that their stack says nothing. */
  running: z.number().int().nonnegative().nullable(),
  irreversible: z.array(z.string()),
  assumptions: z.array(z.string()),
  /** What one would type as root; never run by Klpscope. */
  command: z.string().nullable(),
});
export type WhatIf = z.infer<typeof whatIfSchema>;
export type Change = z.infer<typeof changeSchema>;
export type Modules = z.infer<typeof modulesSchema>;
export type Refusal = NonNullable<WhatIf['refusal']>;

/** What an action that is not refused leads to. */
export interface Outcome extends Modules {
  readonly functions: Change[];
  readonly maybe: Modules;
  readonly irreversible: string[];
  /** What of the above holds only under a condition, as sentences. */
  readonly conditions: string[];
}

export const noModules: Modules = { leaving: [], leftover: [], pinned: [] };
