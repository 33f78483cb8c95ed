/**
 * The format of recordings, `.klprec`: JSON Lines, each line (or several) compressed by gzip on its
 * own and put behind the others, so that a file that was cut off is readable up to there.
 *
 * The first line is the header. Each further line is a sample (what changed in the readings since
 * the sample before), a moment at which the host could not be read, or the end. Unknown fields are
 * mistakes; `version` is raised when the meaning of a line changes.
 */
import { z } from 'zod';
import { shadowAnswers, shadowCalls, sourceKinds } from '../../readings/readings';
import { problemSchema } from '../../report/statusDocument';

/** Times are those of the recording machine. */
const time = z.iso.datetime();
const count = z.number().int().nonnegative();
const shadowId = z.string().regex(/^0x[0-9a-f]{1,16}$/);

/** Of a long list that is wrong the first mistake is told: an array of zod's keeps one for each element. */
function listOf<Element>(element: z.ZodType<Element>) {
  return z.array(z.unknown()).transform((values, context): Element[] => {
    const kept: Element[] = [];
    for (const [index, value] of values.entries()) {
      const parsed = element.safeParse(value);
      if (!parsed.success) {
        const [first] = parsed.error.issues;
        const path = [index, ...(first?.path ?? [])];
        context.addIssue({ code: 'custom', path, message: first?.message ?? 'wrong' });
        return z.NEVER;
      }
      kept.push(parsed.data);
    }
    return kept;
  });
}

const missing = z.enum(['absent', 'denied', 'vanished', 'timed-out', 'link', 'unreadable']);
const missingSchema = z.strictObject({ missing, detail: z.string().exactOptional() });

export const recordingHeaderSchema = z.strictObject({
  format: z.literal('klpscope/recording'),
  version: z.literal(1),
  /** What was recorded, as it was named then. */
  target: z.string(),
  /** `demo`: no real machine. A recording is never recorded again. */
  source: z.enum(sourceKinds).exclude(['recording']),
  started: time,
  /** Version of the program that recorded. */
  app: z.string(),
});
export type RecordingHeader = z.infer<typeof recordingHeaderSchema>;

const fileChangeSchema = z.union([
  z.strictObject({ text: z.string(), truncated: z.boolean() }),
  missingSchema,
  /** As before without its first `drop` UTF-16 units, and with `more` behind: logs grow so. */
  z.strictObject({ drop: count, more: z.string() }),
]);
export type FileChange = z.infer<typeof fileChangeSchema>;

const folderSchema = z.union([
  z.strictObject({
    entries: listOf(
      z.strictObject({ name: z.string(), kind: z.enum(['file', 'folder', 'link', 'other']) }),
    ),
    truncated: z.literal(true).exactOptional(),
  }),
  missingSchema,
]);

const threadChangeSchema = z.strictObject({
  /** Process, thread, `patch_state`: of threads that are new or have another state. */
  set: listOf(z.tuple([z.number().int(), z.number().int(), z.number().int()])),
  /** Process and thread. */
  gone: listOf(z.tuple([z.number().int(), z.number().int()])),
  unlisted: count.exactOptional(),
  denied: count,
  vanished: count,
  invalid: listOf(z.strictObject({ path: z.string(), text: z.string() })),
  absent: count,
});
export type ThreadChange = z.infer<typeof threadChangeSchema>;

/** A part that is left out is as it was in the sample before. */
const shadowChangeSchema = z.strictObject({
  from: z.literal('model'),
  variables: listOf(
    z.strictObject({
      object: z.string(),
      id: shadowId,
      size: count.nullable(),
      data: z.string().nullable(),
      owner: z.string().nullable(),
    }),
  ).exactOptional(),
  types: listOf(
    z.strictObject({
      id: shadowId,
      registered: count,
      /** Recordings of before it was read lack it. */
      by: z.array(z.string()).exactOptional(),
    }),
  )
    .nullable()
    .exactOptional(),
  usedBy: listOf(
    z.strictObject({ id: shadowId, livepatches: z.array(z.string()) }),
  ).exactOptional(),
  calls: listOf(
    z.strictObject({
      at: z.number().nonnegative(),
      by: z.string().nullable(),
      call: z.enum(shadowCalls),
      object: z.string().nullable(),
      id: shadowId,
      answer: z.enum(shadowAnswers),
      freed: count.exactOptional(),
      data: z.string().exactOptional(),
    }),
  ).exactOptional(),
});
export type ShadowChange = z.infer<typeof shadowChangeSchema>;

/** A field that is left out is as it was in the sample before; the first follows on nothing. */
export const sampleLineSchema = z.strictObject({
  at: time,
  files: listOf(z.tuple([z.string(), fileChangeSchema])).exactOptional(),
  folders: listOf(z.tuple([z.string(), folderSchema])).exactOptional(),
  /** Paths that were read before and not now. */
  withoutFiles: listOf(z.string()).exactOptional(),
  withoutFolders: listOf(z.string()).exactOptional(),
  threads: threadChangeSchema.nullable().exactOptional(),
  privileged: z.boolean().nullable().exactOptional(),
  logPath: z.string().nullable().exactOptional(),
  torn: z.boolean().exactOptional(),
  /** Of this sample alone: without it nobody noted how long it took. */
  readingSeconds: z.number().nonnegative().exactOptional(),
  /** Of this sample alone, as in `Readings`. */
  listedTwice: z.literal(true).exactOptional(),
  shadow: shadowChangeSchema.nullable().exactOptional(),
  /** There was a table of shadow variables before, and this source has none now. */
  withoutShadow: z.literal(true).exactOptional(),
  problems: listOf(problemSchema).exactOptional(),
});
export type SampleLine = z.infer<typeof sampleLineSchema>;

export const lostLineSchema = z.strictObject({ at: time, lost: problemSchema });
export type LostLine = z.infer<typeof lostLineSchema>;

/** Why a recording ended: as long as was wished, by its user, or at its largest size. */
export const endReasons = ['done', 'interrupted', 'full'] as const;
export type EndReason = (typeof endReasons)[number];

export const endLineSchema = z.strictObject({ at: time, end: z.enum(endReasons) });
export type EndLine = z.infer<typeof endLineSchema>;

/**
 * Beyond these a recording is ended, and one that holds more is read up to there. `line`: UTF-16
 * units of one line · `values`: JSON values in one line · `work`: of going through all samples once, as `weight.ts` counts it.
 */
export const recordingLimits = {
  unpackedBytes: 268_435_456,
  moments: 100_000,
  line: 67_108_864,
  values: 1_000_000,
  work: 8_589_934_592,
} as const;
export type RecordingLimits = { readonly [limit in keyof typeof recordingLimits]: number };
