/**
 * The status document: what `klpscope status --json` prints and what the window shows.
 *
 * The schema is the contract; `docs/status.schema.json` is generated from it. `null` means unknown
 * everywhere; 0 and false never do.
 */
import { z } from 'zod';
import { findingCodes, reasonCodes, remedyCodes, severities } from '../diagnosis/codes';
import { directions, orders, unreadKinds } from '../model/systemState';
import { problemCodes } from '../base/problem';
import { shadowAnswers, shadowCalls, sourceKinds } from '../readings/readings';

const count = z.number().int().nonnegative();
const unknown = <T extends z.ZodType>(type: T) => type.nullable();

export const patchFunctionSchema = z.strictObject({
  name: z.string(),
  /** 1-based position among symbols of that name in the object; 0 from kernels that print it. */
  sympos: unknown(count),
  /** Reverts to the original for the time of an atomic replace. */
  nop: unknown(z.boolean()),
});

export const patchObjectSchema = z.strictObject({
  name: z.string(),
  loaded: unknown(z.boolean()),
  patched: unknown(z.boolean()),
  functions: z.array(patchFunctionSchema),
});

export const patchSchema = z.strictObject({
  name: z.string(),
  enabled: unknown(z.boolean()),
  inTransition: unknown(z.boolean()),
  replace: unknown(z.boolean()),
  stackOrder: unknown(count),
  forced: unknown(z.boolean()),
  /** With the proposed file `replace_set` only: the set within which it replaces others. */
  replaceSet: unknown(count).exactOptional(),
  objects: z.array(patchObjectSchema),
});

/** Who is attached to a function through ftrace, the livepatch included. */
export const consumersSchema = z.strictObject({
  /** Users; livepatches that lie on each other are one. */
  count,
  /** One wants all registers, as kprobes do; null: the kernel has no such column. */
  regs: unknown(z.boolean()),
  /** One redirects the function, as livepatches do. */
  ipmodify: z.boolean(),
  /** One is called directly, as BPF trampolines are; null: the kernel has no such column. */
  direct: unknown(z.boolean()),
  /** What is called directly, else the handler that is named. */
  tramp: unknown(z.string()),
  /** A kprobe (no return probe) sits on its entry; null: the kprobes were not read. */
  kprobe: unknown(z.boolean()),
});

export const activeFunctionSchema = z.strictObject({
  object: z.string(),
  name: z.string(),
  sympos: unknown(count),
  /** Livepatches in this function's stack, bottom first. */
  stack: z.array(z.string()),
  /** What newly switched threads run: a livepatch, `original`, or null where not known. */
  active: unknown(z.string()),
  /** Null: not known, or not of which function of this name; absent: this source has no list of them. */
  consumers: unknown(consumersSchema).exactOptional(),
  /** Other names of its address, under which stacks and ftrace may list it; absent: not looked up. */
  aliases: z.array(z.string()).exactOptional(),
});

export const frameSchema = z.strictObject({
  /** Symbol; for a frame without one, the address as printed. */
  function: z.string(),
  offset: unknown(count),
  size: unknown(count),
  module: unknown(z.string()),
});

export const reasonSchema = z.strictObject({
  code: z.enum(reasonCodes),
  object: unknown(z.string()),
  /** The patched function. */
  function: unknown(z.string()),
  /** What the stack shows: the implementation to be left. */
  symbol: unknown(z.string()),
  /** Index into `stack`, innermost is 0. */
  frame: unknown(count),
  certainty: z.enum(['certain', 'likely', 'unknown']),
});

export const blockerSchema = z.strictObject({
  /** Null for an idle CPU, which has no entry in /proc. */
  pid: unknown(count),
  tid: unknown(count),
  /** The idle CPU. */
  cpu: count.exactOptional(),
  /** Who names it where the scan of the threads does not: the kernel's log, or a report. */
  source: z.enum(['log', 'report']).exactOptional(),
  /**
   * Clock ticks from boot to its start (field 22 of /proc/PID/stat), absent where that was not read: the same
   * number with another start is another thread.
   */
  startTime: count.exactOptional(),
  comm: unknown(z.string()),
  cmdline: unknown(z.string()),
  /** State letter of /proc/PID/stat: R S D T t Z I … */
  state: unknown(z.string()),
  kthread: unknown(z.boolean()),
  uid: unknown(count),
  unit: unknown(z.string()),
  stack: unknown(z.array(frameSchema)),
  reason: reasonSchema,
  remedies: z.array(z.enum(remedyCodes)),
});

export const findingSchema = z.strictObject({
  code: z.enum(findingCodes),
  severity: z.enum(severities),
  /** What it is about: livepatch, `object:function`, module; null for the host. */
  subject: unknown(z.string()),
  message: z.string(),
  /** Paths or log lines that prove it. */
  evidence: z.array(z.string()),
  remedies: z.array(z.enum(remedyCodes)),
});

export const problemSchema = z.strictObject({
  code: z.enum(problemCodes),
  path: unknown(z.string()),
  message: z.string(),
});

export const transitionSchema = z.strictObject({
  patch: z.string(),
  direction: unknown(z.enum(directions)),
  threads: z.strictObject({
    total: unknown(count),
    done: unknown(count),
    blocking: unknown(count),
    undefined: unknown(count),
  }),
  hiddenBlockersPossible: unknown(z.boolean()),
});

export const ghostSchema = z.strictObject({
  module: z.string(),
  refcount: unknown(count),
  kind: z.enum(['leftover', 'pinned', 'unknown']),
});

const shadowVariableSchema = z.strictObject({
  object: z.string(),
  id: z.string(),
  /** Bytes. */
  size: unknown(count),
  /** Its first bytes in hexadecimal; null: not asked for, or not known. */
  data: unknown(z.string()),
});

/** Shadow variables. */
export const shadowSchema = z.strictObject({
  from: z.literal('model'),
  total: count,
  byId: z.array(
    z.strictObject({
      /** 64 bits in hexadecimal. */
      id: z.string(),
      count,
      /** Livepatches that attached some of them. */
      owners: z.array(z.string()),
      /** How many objects of livepatches have registered the type; null: the kernel has no register. */
      registered: unknown(count),
      /** Livepatches that have registered it, loaded or no more; absent: not known. */
      registeredBy: z.array(z.string()).exactOptional(),
      /** Livepatches whose module is loaded and has code for it; absent: not known. */
      users: z.array(z.string()).exactOptional(),
    }),
  ),
  /** The variables; of very many the first ones. */
  entries: z.array(shadowVariableSchema),
  /** The last calls of the API, oldest first; absent where this source can't have them. */
  answers: z
    .array(
      z.strictObject({
        /** Seconds since boot. */
        at: z.number().nonnegative(),
        /** The livepatch that called; null: somebody else. */
        by: unknown(z.string()),
        call: z.enum(shadowCalls),
        /** Null: of all objects. */
        object: unknown(z.string()),
        id: z.string(),
        /** The last four are those that return NULL. */
        answer: z.enum(shadowAnswers),
        /** How many were freed. */
        freed: count.exactOptional(),
        /** What the answered pointer leads to, its first bytes in hexadecimal. */
        data: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
});

export const statusDocumentSchema = z.strictObject({
  format: z.literal('klpscope/status'),
  version: z.literal(1),
  target: z.string(),
  source: z.enum(sourceKinds),
  /** With `source` `recording` only: what was recorded, from where (`demo`: no real machine), since when. */
  recording: z
    .strictObject({ target: z.string(), source: z.enum(sourceKinds), started: z.string() })
    .exactOptional(),
  /** When the reading began. */
  takenAt: unknown(z.string()),
  /** How long it took; absent where no machine was read, and of recordings that did not note it. */
  readingSeconds: z.number().nonnegative().exactOptional(),
  host: z.strictObject({
    name: unknown(z.string()),
    kernel: unknown(z.string()),
    bootId: unknown(z.string()),
    uptimeSeconds: unknown(z.number().nonnegative()),
  }),
  livepatch: z.strictObject({
    supported: unknown(z.boolean()),
    tainted: unknown(z.boolean()),
    /**
     * Only the topmost livepatch can be disabled, a disabled one stays in sysfs, and none replaces
     * others, as before 5.1; absent where the files of livepatches don't tell that.
     */
    strictStack: z.literal(true).exactOptional(),
    /** No transition can be forced, as before 4.15; absent where the files don't tell that. */
    forcible: z.literal(false).exactOptional(),
    /** Livepatches switch at once, without transitions, as before 4.12. */
    transitions: z.literal(false).exactOptional(),
    /** The kernel signals blocking threads only when asked to (4.15 to 5.0), or not at all (before). */
    signals: z.enum(['on-request', 'none']).exactOptional(),
    /** The kernel's log says that it has no reliable stacks on this architecture. */
    reliableStacks: z.literal(false).exactOptional(),
  }),
  coverage: z.strictObject({
    privileged: unknown(z.boolean()),
    threadsRead: unknown(count),
    threadsDenied: unknown(count),
    threadsVanished: unknown(count),
    /**
     * What claims about the whole host stand on and was not read, or not surely; absent where all of it
     * was.
     */
    unread: z.array(z.enum(unreadKinds)).exactOptional(),
  }),
  order: z.enum(orders),
  patches: z.array(patchSchema),
  functions: z.array(activeFunctionSchema),
  transitionState: z.enum(['none', 'running', 'unknown']),
  transition: unknown(transitionSchema),
  blockers: z.array(blockerSchema),
  ghosts: z.array(ghostSchema),
  findings: z.array(findingSchema),
  /** Absent where this source or kernel can't have them. */
  shadow: unknown(shadowSchema).exactOptional(),
  problems: z.array(problemSchema),
});

export type StatusDocument = z.infer<typeof statusDocumentSchema>;
export type PatchEntry = z.infer<typeof patchSchema>;
export type PatchObjectEntry = z.infer<typeof patchObjectSchema>;
export type PatchFunctionEntry = z.infer<typeof patchFunctionSchema>;
export type ActiveFunction = z.infer<typeof activeFunctionSchema>;
export type Blocker = z.infer<typeof blockerSchema>;
export type Frame = z.infer<typeof frameSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type TransitionEntry = z.infer<typeof transitionSchema>;
export type Ghost = z.infer<typeof ghostSchema>;
export type ShadowEntry = z.infer<typeof shadowSchema>;
export type ShadowVariableEntry = z.infer<typeof shadowVariableSchema>;
