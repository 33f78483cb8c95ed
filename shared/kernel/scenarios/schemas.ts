/** The forms in which a scenario writes hosts and operations: the literals, checked. */
import { z } from 'zod';
import { errnoNames } from '../state/errno';
import type {
  CallLiteral,
  HostLiteral,
  LivepatchLiteral,
  ModuleLiteral,
  PostureLiteral,
  ShadowTypeLiteral,
  ThreadLiteral,
} from '../state/literals';
import type { Operation } from '../operations/operation';
import { deviationNames, deviationOf } from '../state/deviations';
import { shadowId } from '../state/shadow';
import { findKernelVersion, kernelVersions, newestKernel } from '../state/version';

const name = z.string().min(1);
const count = z.number().int().nonnegative();
const tid = z.number().int().positive();
/** That an operation takes; the model passes through each of them. */
const seconds = z.number().nonnegative().max(86_400);
const errno = z.enum(errnoNames);

/**
 * How many symbols of each name there are. A record of zod's leaves out what is called `__proto__`,
 * without a word.
 */
const symbols = z.preprocess(
  (given, context) => {
    if (Object.hasOwn(Object(given), '__proto__')) {
      const message = 'no symbol can be called __proto__ here';
      context.addIssue({ code: 'custom', path: ['__proto__'], message });
    }
    return given;
  },
  z.record(z.string(), count),
);

const call: z.ZodType<string | CallLiteral> = z.union([
  name,
  z.strictObject({
    object: name.exactOptional(),
    name,
    sympos: count.exactOptional(),
  }),
]);
const callObject: z.ZodType<CallLiteral> = z.strictObject({
  object: name.exactOptional(),
  name,
  sympos: count.exactOptional(),
});

const posture: z.ZodType<PostureLiteral> = z.strictObject({
  calls: z.array(call),
  state: z.enum(['S', 'D', 'R', 'T', 'I']),
  killable: z.boolean().exactOptional(),
  unreliable: z.boolean().exactOptional(),
  yields: z.boolean().exactOptional(),
  leavesOnWake: z.boolean().exactOptional(),
});

const thread: z.ZodType<ThreadLiteral> = z.strictObject({
  comm: z.string(),
  tid: tid.exactOptional(),
  pid: tid.exactOptional(),
  ppid: count.exactOptional(),
  cmdline: z.string().exactOptional(),
  uid: count.exactOptional(),
  cgroup: z.string().exactOptional(),
  kthread: z.boolean().exactOptional(),
  posture: posture.exactOptional(),
});

const module: z.ZodType<ModuleLiteral> = z.strictObject({
  name,
  symbols: symbols.exactOptional(),
  size: count.exactOptional(),
  uses: z.array(name).exactOptional(),
  init: z.string().exactOptional(),
  exit: z.string().exactOptional(),
  foreign: z.boolean().exactOptional(),
});

/** 64 bits: JSON's numbers hold 53, so larger ones are text. */
const shadowIdSchema = z.union([
  count,
  z
    .string()
    .regex(/^(?:[0-9]{1,20}|0x[0-9a-fA-F]{1,16})$/, 'an id is a number, or text: decimal or 0x…')
    .refine((text) => shadowId(text) !== null, 'an id has 64 bits'),
]);

const shadowAction = z.union([
  z.strictObject({
    action: z.enum(['alloc', 'get-or-alloc', 'update']),
    object: z.string(),
    id: shadowIdSchema,
    data: z.string().max(4096).exactOptional(),
  }),
  z.strictObject({
    action: z.enum(['get', 'free']),
    object: z.string(),
    id: shadowIdSchema,
  }),
  z.strictObject({ action: z.literal('free-all'), id: shadowIdSchema }),
]);

const shadowType: z.ZodType<ShadowTypeLiteral> = z.strictObject({
  id: shadowIdSchema,
  ctor: z
    .strictObject({
      says: z.array(z.string()).exactOptional(),
      data: z.string().max(4096).exactOptional(),
      fails: errno.exactOptional(),
    })
    .exactOptional(),
  dtor: z.strictObject({ says: z.array(z.string()).exactOptional() }).exactOptional(),
});

const callback = z.strictObject({
  says: z
    .array(
      z.union([
        z.string(),
        z.strictObject({ ifPreviousState: count, whenKnown: z.string(), whenNew: z.string() }),
      ]),
    )
    .exactOptional(),
  fails: errno.exactOptional(),
  shadow: z.array(shadowAction).exactOptional(),
});

const livepatch: z.ZodType<LivepatchLiteral> = z.strictObject({
  name,
  replace: z.boolean().exactOptional(),
  replaceSet: count.exactOptional(),
  immediate: z.boolean().exactOptional(),
  objects: z.array(
    z.strictObject({
      name,
      functions: z.array(
        z.strictObject({
          name,
          sympos: count.exactOptional(),
          replacement: name.exactOptional(),
          immediate: z.boolean().exactOptional(),
        }),
      ),
      callbacks: z
        .strictObject({
          prePatch: callback.exactOptional(),
          postPatch: callback.exactOptional(),
          preUnpatch: callback.exactOptional(),
          postUnpatch: callback.exactOptional(),
        })
        .exactOptional(),
      shadowTypes: z.array(shadowType).exactOptional(),
    }),
  ),
  states: z.array(z.strictObject({ id: count, version: count })).exactOptional(),
  marked: z.boolean().exactOptional(),
  size: count.exactOptional(),
});

const host = z.strictObject({
  name,
  kernel: z.enum(kernelVersions.map((version) => version.name)).exactOptional(),
  deviations: z.array(z.enum(deviationNames)).exactOptional(),
  architecture: z.enum(['full', 'no-reliable-stacks', 'no-livepatch']).exactOptional(),
  // The most that a kernel can be built for (arch/x86/Kconfig, NR_CPUS).
  cpus: z.number().int().positive().max(8192).exactOptional(),
  deepIdleCpus: count.max(8192).exactOptional(),
  symbols: symbols.exactOptional(),
  modules: z.array(module).exactOptional(),
  threads: z.array(thread).exactOptional(),
  uptime: z.number().nonnegative().max(1e9).exactOptional(),
  seed: z.number().int().exactOptional(),
  dynamicDebug: z.boolean().exactOptional(),
});

export const hostSchema: z.ZodType<HostLiteral> = host.check(({ value, issues }) => {
  const kernel = findKernelVersion(value.kernel ?? '') ?? newestKernel;
  for (const [index, deviation] of (value.deviations ?? []).entries()) {
    if (deviationOf(deviation).fits(kernel)) continue;
    const message = `${kernel.name} has nothing that ${deviation} could change`;
    issues.push({ code: 'custom', path: ['deviations', index], message, input: value });
  }
});

/** An operation, by its word `do`. */
export const operationSchema: z.ZodType<Operation> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('load'), livepatch, window: seconds.exactOptional() }),
  z.strictObject({
    do: z.literal('write-enabled'),
    patch: name,
    value: z.boolean(),
    window: seconds.exactOptional(),
  }),
  z.strictObject({ do: z.enum(['force', 'signal']), patch: name }),
  z.strictObject({ do: z.literal('load-module'), module }),
  z.strictObject({ do: z.literal('unload'), module: name }),
  z.strictObject({ do: z.literal('create-thread'), thread, maker: tid.exactOptional() }),
  z.strictObject({ do: z.literal('enter'), tid, posture }),
  z.strictObject({ do: z.enum(['wake', 'kill', 'reap']), tid }),
  z.strictObject({ do: z.literal('exit'), tid, zombie: z.boolean().exactOptional() }),
  z.strictObject({ do: z.literal('poke-cpus') }),
  z.strictObject({
    do: z.literal('shadow'),
    action: shadowAction,
    by: name.exactOptional(),
    fails: errno.exactOptional(),
  }),
  z.strictObject({
    do: z.literal('add-kprobe'),
    function: callObject,
    postHandler: z.boolean(),
  }),
  z.strictObject({ do: z.literal('remove-kprobe'), function: callObject }),
  z.strictObject({ do: z.literal('set-ftrace'), enabled: z.boolean() }),
  z.strictObject({ do: z.literal('fail-callbacks'), patch: name, errno: errno.nullable() }),
  z.strictObject({ do: z.literal('set-dynamic-debug'), on: z.boolean() }),
  z.strictObject({ do: z.literal('set-memory'), exhausted: z.boolean() }),
  z.strictObject({ do: z.literal('pass'), seconds }),
]);
