/**
 * The contract between the main process and the window: every channel, with the schema of what
 * crosses it. Both ends check: main what the window asks, the window what main answers.
 */
import { z } from 'zod';
import type { EventName, RequestName } from './channels';
import { dialogKinds, viewNames } from './choices';
import { openSshAbilities, transportKinds } from './openSsh';
import { promptLimits } from './prompts';
import { settingsSchema } from './settings';
import { operationSchema } from '../kernel/scenarios/schemas';
import { tones } from '../report/headline';
import { problemSchema, statusDocumentSchema } from '../report/statusDocument';
import { whatIfActionSchema, whatIfSchema } from '../whatif/document';

export type { Theme } from './choices';
export type { Settings } from './settings';

/** A saved state that ships with the app, for demonstrations without a server. */
export const sampleSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  target: z.string(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A demo host that can be opened: a story by itself, or a host of the fleet amid one. */
export const demoSchema = z.strictObject({
  target: z.string(),
  title: z.string(),
  story: z.string(),
  isFleet: z.boolean(),
});
export type Demo = z.infer<typeof demoSchema>;

/** Where a demo host's story stands. */
export const demoStateSchema = z.strictObject({
  title: z.string(),
  story: z.string(),
  /** Seconds since the story began, and of its whole length. */
  position: z.number(),
  lasts: z.number(),
  playing: z.boolean(),
  /** Seconds of the story in one second. */
  speed: z.number(),
  /** What happened last; null before the first step. */
  says: z.string().nullable(),
  /** What happens next; null at the end, or where a person has taken over. */
  next: z.strictObject({ at: z.number(), says: z.string() }).nullable(),
  takenOver: z.boolean(),
  /** By which rules it plays, where they are not those of a released kernel; else null. */
  rules: z.string().nullable(),
  /** Steps that went otherwise than the story says: which, and how. */
  surprises: z.array(z.string()),
});
export type DemoState = z.infer<typeof demoStateSchema>;

/** What a person may do to a demo host. `operate` takes over from the story. */
export const demoCommandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['play', 'pause', 'step', 'restart', 'hand-back']) }),
  z.strictObject({ do: z.literal('speed'), speed: z.number().positive().max(60) }),
  z.strictObject({ do: z.literal('operate'), operation: operationSchema }),
]);
export type DemoCommand = z.infer<typeof demoCommandSchema>;

/**
 * How a demo host's kernel answered: done, and what it answered beyond that, or with its error
 * (`EBUSY`).
 */
export const demoOutcomeSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), answer: z.string().exactOptional() }),
  z.strictObject({ ok: z.literal(false), errno: z.string() }),
]);
export type DemoOutcome = z.infer<typeof demoOutcomeSchema>;

/** Which moment of a recording is shown. */
export const recordingStateSchema = z.strictObject({
  index: z.number().int().nonnegative(),
  count: z.number().int().positive(),
  /** ISO 8601 of the moment. */
  at: z.string(),
  /** Seconds since the recording began, and of its whole length. */
  seconds: z.number(),
  lasts: z.number(),
  /** Whether the host could not be read then: what is shown is older. */
  lost: z.boolean(),
});
export type RecordingState = z.infer<typeof recordingStateSchema>;

/** All moments of a recording, in seconds since it began, and what happened at which. */
export const momentsSchema = z.strictObject({
  seconds: z.array(z.number()),
  marks: z.array(z.strictObject({ index: z.number().int(), text: z.string(), isBad: z.boolean() })),
});
export type Moments = z.infer<typeof momentsSchema>;

/** A recording that is being made of a host. */
export const recorderSchema = z.strictObject({
  file: z.string(),
  moments: z.number().int(),
  bytes: z.number().int(),
  /** Why it goes no further; null: it does. */
  problem: problemSchema.nullable(),
});
export type Recorder = z.infer<typeof recorderSchema>;

/** What a state means, in a sentence (shared/report/headline.ts). Host text in it is escaped. */
export const headlineSchema = z.strictObject({
  tone: z.enum(tones),
  title: z.array(z.strictObject({ text: z.string(), strong: z.boolean() })),
  detail: z.string(),
  short: z.string(),
});

/**
 * A host (or saved state) open in the window.
 *
 * `loading`: no state yet · `ready`: `headline` is of what was last read · `failed`: it could not be
 * read and `problem` says why; a `headline` beside it is of the last known state, stale since
 * `sampledAt`.
 */
export const hostSchema = z.strictObject({
  id: z.string(),
  target: z.string(),
  /** What the rail calls it: host name of the reading, or the last part of the target. */
  label: z.string(),
  /** Whether it is read again by itself. */
  live: z.boolean(),
  paused: z.boolean(),
  phase: z.enum(['loading', 'ready', 'failed']),
  /** What the last known state means; null: none has been read yet. */
  headline: headlineSchema.nullable(),
  /** It is, or was when it was recorded, a story of the executable model: no real machine. */
  isDemo: z.boolean(),
  /** The last known state. Null also where the window shows another host: `headline` says all then. */
  status: statusDocumentSchema.nullable(),
  problem: problemSchema.nullable(),
  /** ISO 8601 of the last successful sample. */
  sampledAt: z.string().nullable(),
  /** Milliseconds that the last sample took. */
  sampleMs: z.number().nullable(),
  /**
   * Milliseconds between two samples, where they are more than usual because asking the host took
   * `roundMs`; null: as usual.
   */
  slowed: z.strictObject({ everyMs: z.number(), roundMs: z.number() }).nullable(),
  /** A live host was booted again since this window reads it; null: not that is known. */
  rebooted: z
    .strictObject({
      /** ISO 8601 of the reading that showed it. */
      seenAt: z.string(),
      /** That it was, and what was lost with it. */
      text: z.string(),
    })
    .nullable(),
  /** Somebody wished to connect anew, and that has neither succeeded nor failed yet. */
  reconnecting: z.boolean(),
  /** ISO 8601 since when a live host's running transition has been seen by this window. */
  transitionSeenAt: z.string().nullable(),
  /**
   * Of the running transition while watched: seconds since seen, blocking threads. Empty where the
   * window shows another host.
   */
  drain: z.array(z.tuple([z.number(), z.number()])),
  /** The story of a demo host; null for every other. */
  demo: demoStateSchema.nullable(),
  /** The moment that is shown of a recording; null for everything else. */
  recording: recordingStateSchema.nullable(),
  /** Null: it is not being recorded. */
  recorder: recorderSchema.nullable(),
});
export type Host = z.infer<typeof hostSchema>;

export const appInfoSchema = z.strictObject({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  settings: settingsSchema,
  samples: z.array(sampleSchema),
  demos: z.array(demoSchema),
  hosts: z.array(hostSchema),
  /** Host to show first; null: the start screen. */
  selected: z.string().nullable(),
  /** What was wrong with Klpscope's own files when it started. */
  notices: z.array(z.string()),
  /** This machine has pkexec, which asks for root's rights in the desktop's own dialog. */
  hasPkexec: z.boolean(),
  /** View that `selected` shows first, as `--view` asked; null: the window's own choice. */
  view: z.enum(viewNames).nullable(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

/** A file or folder of a reading, for the Files view. */
export const rawFileSchema = z.strictObject({
  path: z.string(),
  /** Length in characters; null where it has no content. */
  size: z.number().nullable(),
  /** Why there is no content: absent, denied, vanished, timed-out, link, unreadable; null: there is. */
  missing: z.string().nullable(),
  truncated: z.boolean(),
});
export type RawFile = z.infer<typeof rawFileSchema>;

/** How a live host is to be read; what is left out is as the command line has it without options. */
export const liveRequestSchema = z.strictObject({
  /** Read through sudo where the login isn't root. */
  sudo: z.boolean().optional(),
  /** Read this machine through pkexec instead. */
  pkexec: z.boolean().optional(),
  /** Null: ssh2, or OpenSSH where ssh's configuration needs it. */
  transport: z.enum(transportKinds).nullable().optional(),
});

/** What only a human can answer, while a host is being connected to. Texts are the host's own. */
export const questionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('host-key'),
    host: z.string(),
    port: z.number(),
    keyType: z.string(),
    /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
    fingerprint: z.string(),
    verdict: z.enum(['unknown', 'other-key-type', 'ca-only']),
    /** Files that were looked in. */
    files: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('transport'),
    host: z.string(),
    /** Under which name the answer is remembered, if it is to be. */
    key: z.string(),
    needs: z.array(
      z.union([z.enum(openSshAbilities), z.templateLiteral(['keyword:', z.string().max(80)])]),
    ),
  }),
  z.strictObject({
    kind: z.literal('passphrase'),
    keyFile: z.string(),
    /** The file does not tell its public key: whether the server would take it is not known. */
    isHidden: z.boolean(),
    again: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('password'),
    user: z.string(),
    host: z.string(),
    again: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('sudo-password'),
    user: z.string(),
    host: z.string(),
    again: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('prompts'),
    host: z.string(),
    name: z.string(),
    instructions: z.string(),
    prompts: z
      .array(z.strictObject({ text: z.string(), echo: z.boolean() }))
      .max(promptLimits.count),
  }),
]);
export type Question = z.infer<typeof questionSchema>;

/**
 * Whether an answer can be remembered: `plain-text`: this system would keep it as good as readable ·
 * `unavailable`: it has nothing to encrypt with.
 */
export const rememberingSchema = z.enum(['offered', 'plain-text', 'unavailable']);
export type Remembering = z.infer<typeof rememberingSchema>;

const none = z.undefined();
const hostId = z.strictObject({ id: z.string().max(64) });
const openOutcome = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), id: z.string() }),
  z.strictObject({ ok: z.literal(false), problem: problemSchema }),
]);

/** Window asks, main answers. */
export const requests = {
  'app:info': { ask: none, answer: appInfoSchema },
  /** Opens a TARGET of the command line's contract; a target already open answers its id. */
  'host:open': {
    ask: z.strictObject({
      target: z.string().min(1).max(4096),
      live: liveRequestSchema.optional(),
    }),
    answer: openOutcome,
  },
  'host:close': { ask: hostId, answer: none },
  /** Reads it again now. */
  'host:refresh': { ask: hostId, answer: none },
  'host:pause': { ask: z.strictObject({ id: z.string(), paused: z.boolean() }), answer: none },
  'host:files': { ask: hostId, answer: z.array(rawFileSchema) },
  /** Text of one file of the last reading, cut at 256 KiB; null where it has none. */
  'host:file': {
    ask: z.strictObject({ id: z.string().max(64), path: z.string().max(4096) }),
    answer: z.string().nullable(),
  },
  /** Asks for files or folders by the system’s dialog; answers targets, none if cancelled. */
  'dialog:open': {
    ask: z.strictObject({ kind: z.enum(dialogKinds) }),
    answer: z.array(z.string()),
  },
  'clipboard:write': { ask: z.strictObject({ text: z.string().max(16_777_216) }), answer: none },
  'settings:change': { ask: settingsSchema.partial(), answer: settingsSchema },
  /** The window has painted what it was asked to show; for `--screenshot` and measurements. */
  'window:painted': { ask: z.strictObject({ host: z.string().nullable() }), answer: none },
  /** Aliases of the user's SSH configuration, patterns left out; read anew each time. */
  'hosts:configured': { ask: none, answer: z.array(z.string()) },
  /** Connects anew, now, and with other options; questions may be asked again. */
  'host:retry': {
    ask: z.strictObject({ id: z.string().max(64), live: liveRequestSchema }),
    answer: none,
  },
  /** Gives up connecting: the host stays as it was before. */
  'host:cancel': { ask: hostId, answer: none },
  /**
   * Answers a question: `host-key` by `accept` or `accept-and-save`, `transport` by `openssh` or
   * `ssh2` (and `remember`), `prompts` by one text for each, the others by one text
   * (and `remember`); null: cancelled.
   */
  'question:answer': {
    ask: z.strictObject({
      id: z.number().int(),
      answers: z.array(z.string().max(promptLimits.answer)).max(promptLimits.count).nullable(),
    }),
    answer: none,
  },
  /** Forgets remembered secrets, of one open host or (null) of all; answers how many there were. */
  'secrets:forget': {
    ask: z.strictObject({ id: z.string().max(64).nullable() }),
    answer: z.number(),
  },
  /** The threads' stacks are looked through for it; null: the host is not open any more. */
  'host:what-if': {
    ask: z.strictObject({ id: z.string().max(64), action: whatIfActionSchema }),
    answer: z
      .discriminatedUnion('ok', [
        z.strictObject({ ok: z.literal(true), value: whatIfSchema }),
        z.strictObject({ ok: z.literal(false), problem: problemSchema }),
      ])
      .nullable(),
  },
  'demo:control': {
    ask: z.strictObject({ id: z.string().max(64), command: demoCommandSchema }),
    answer: demoOutcomeSchema,
  },
  /** Shows another moment of a recording; beyond its ends the first or the last. */
  'recording:move-to': {
    ask: z.strictObject({ id: z.string().max(64), index: z.number().int() }),
    answer: none,
  },
  /** Null where it is no recording. */
  'recording:moments': { ask: hostId, answer: momentsSchema.nullable() },
  /** Begins to record a host into a file that the system's dialog asks for, or ends that. */
  'host:record': {
    ask: z.strictObject({ id: z.string().max(64), on: z.boolean() }),
    answer: none,
  },
  /** Which host is shown from now on, whole; null: the start screen. */
  'window:shows': { ask: z.strictObject({ host: z.string().max(64).nullable() }), answer: none },
} as const satisfies Record<RequestName, { ask: z.ZodType; answer: z.ZodType }>;

/** Main tells, the window listens. */
export const events = {
  'host:changed': hostSchema,
  'host:closed': hostId,
  'host:select': hostId,
  'settings:changed': settingsSchema,
  /** A menu entry was chosen: the id of a registered command. */
  'command:run': z.strictObject({ id: z.string() }),
  /** A host being connected to needs an answer; `host` is the open host's id. */
  'question:asked': z.strictObject({
    id: z.number().int(),
    host: z.string(),
    question: questionSchema,
    /** Null: answers to it are never remembered. */
    remembering: rememberingSchema.nullable(),
  }),
  /** Nobody waits for the answer any more. */
  'question:withdrawn': z.strictObject({ id: z.number().int() }),
} as const satisfies Record<EventName, z.ZodType>;

export type Ask<N extends RequestName> = z.infer<(typeof requests)[N]['ask']>;
export type Answer<N extends RequestName> = z.infer<(typeof requests)[N]['answer']>;
export type EventOf<N extends EventName> = z.infer<(typeof events)[N]>;
