/** An event of `klpscope watch`. */
import { z } from 'zod';
import {
  blockerSchema,
  findingSchema,
  problemSchema,
  statusDocumentSchema,
} from '../report/statusDocument';

/** Every kind of event of the contract `klpscope/watch`. */
export const eventKinds = [
  'state',
  'rebooted',
  'changed-meanwhile',
  'signal-round',
  'patch-appeared',
  'patch-enabled',
  'patch-disabled',
  'patch-gone',
  'transition-started',
  'transition-reversed',
  'transition-completed',
  'progress',
  'blocker',
  'unblocked',
  'object-patched',
  'object-unpatched',
  'finding',
  'slowed',
  'lost',
  'back',
] as const;

const count = z.number().int().nonnegative().nullable();

/** What an event is about, beside its subject; only the part that belongs to its kind is there. */
export const watchEventSchema = z.strictObject({
  format: z.literal('klpscope/watch'),
  version: z.literal(1),
  target: z.string(),
  /** ISO 8601 UTC of the reading that showed it, or of the log's line that tells it. */
  at: z.string(),
  event: z.enum(eventKinds),
  /** Livepatch, `livepatch:object`, thread number or finding's code; null for the host. */
  subject: z.string().nullable(),
  /**
   * Who tells it where the files that were read don't: the kernel's log, or reckoning: after its first round the
   * kernel signals every 15 s, and logs that no more.
   */
  from: z.enum(['log', 'computed']).optional(),
  /** With `from` `log`: the stamp of the line, in seconds since boot; null where it has none. */
  seconds: z.number().nullable().optional(),
  /** With `signal-round`: the first is 1. */
  round: z.number().int().positive().optional(),
  /** With `state`: the whole status document. */
  status: statusDocumentSchema.optional(),
  /** With `transition-started`, `-reversed`, `-completed`, and `changed-meanwhile` where one runs. */
  direction: z.enum(['patching', 'unpatching']).nullable().optional(),
  /** With `progress`. */
  threads: z
    .strictObject({ total: count, done: count, blocking: count, undefined: count })
    .optional(),
  /** With `blocker` and `unblocked`. */
  blocker: blockerSchema.optional(),
  /** With `finding`. */
  finding: findingSchema.optional(),
  /** With `rebooted`: what was there in the boot before, and ended with it. */
  ended: z
    .strictObject({
      patches: z.array(z.string()),
      /** The transition that ran; its livepatch is null where it was not known whether one ran. */
      transition: z
        .strictObject({
          patch: z.string().nullable(),
          direction: z.enum(['patching', 'unpatching']).nullable(),
        })
        .nullable(),
    })
    .optional(),
  /** With `slowed`: how often the host is read from now on, in place of what was wished for, and why. */
  pace: z
    .strictObject({
      everySeconds: z.number().nonnegative(),
      roundSeconds: z.number().nonnegative(),
    })
    .optional(),
  /** With `lost`; a lost host has another one for each new reason. */
  problem: problemSchema.optional(),
  /** With `lost`: it is not tried again by itself, since a person has to do something first. */
  waitsForHuman: z.boolean().optional(),
});
export type WatchEvent = z.infer<typeof watchEventSchema>;

/** An event without what all lines of one reading have in common; `at` only where it is not that reading's. */
export type Change = Omit<WatchEvent, 'format' | 'version' | 'target' | 'at'> &
  Partial<Pick<WatchEvent, 'at'>>;
