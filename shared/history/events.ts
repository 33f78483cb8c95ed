/** What changed between two readings of one host: the lines of `klpscope watch`. */
import { z } from 'zod';
import {
  blockerSchema,
  findingSchema,
  problemSchema,
  statusDocumentSchema,
  type Finding,
  type PatchEntry,
  type StatusDocument,
} from '../report/statusDocument';
import { blockerKey, threadNumber } from '../report/threadName';
import { isAnotherBoot, lostTransition } from './boot';

/** Every kind of event of the contract `klpscope/watch`. */
export const eventKinds = [
  'state',
  'rebooted',
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
  'lost',
  'back',
] as const;

const count = z.number().int().nonnegative().nullable();

/** What an event is about, beside its subject; only the part that belongs to its kind is there. */
export const watchEventSchema = z.strictObject({
  format: z.literal('klpscope/watch'),
  version: z.literal(1),
  target: z.string(),
  /** ISO 8601 UTC of the reading that showed it. */
  at: z.string(),
  event: z.enum(eventKinds),
  /** Livepatch, `livepatch:object`, thread number or finding's code; null for the host. */
  subject: z.string().nullable(),
  /** With `state`: the whole status document. */
  status: statusDocumentSchema.optional(),
  /** With `transition-started`, `-reversed`, `-completed`. */
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
  /** With `lost`; a lost host has another one for each new reason. */
  problem: problemSchema.optional(),
  /** With `lost`: it is not tried again by itself, since a person has to do something first. */
  waitsForHuman: z.boolean().optional(),
});
export type WatchEvent = z.infer<typeof watchEventSchema>;

/** An event without what all lines of one reading have in common. */
export type Change = Omit<WatchEvent, 'format' | 'version' | 'target' | 'at'>;

/**
 * In the order in which a person would tell them: livepatches, transition, threads, objects,
 * findings. Whatever is unknown on either side makes no event.
 *
 * @param before null: the first reading, whose event is `state` alone
 */
export function changesBetween(before: StatusDocument | null, after: StatusDocument): Change[] {
  const whole: Change = { event: 'state', subject: null, status: after };
  if (!before) return [whole];
  if (isAnotherBoot(before.host, after.host)) return [rebooted(before), whole];
  const ofPatches = patchChanges(before, after);
  const state: Change[] = ofPatches.length > 0 ? [whole] : [];
  return [
    ...ofPatches,
    ...transitionChanges(before, after),
    ...threadChanges(before, after),
    ...objectChanges(before, after),
    ...newFindings(before, after),
    ...state,
  ];
}

/** All of the boot before ends with it; nothing of that is gone, or completed. */
function rebooted(before: StatusDocument): Change {
  const patches = before.patches.map(({ name }) => name);
  return {
    event: 'rebooted',
    subject: null,
    ended: { patches, transition: lostTransition(before) },
  };
}

function patchChanges(before: StatusDocument, after: StatusDocument): Change[] {
  const known = byName(before.patches);
  const now = byName(after.patches);
  const appeared = after.patches
    .filter(({ name }) => !known.has(name))
    .map(({ name }): Change => ({ event: 'patch-appeared', subject: name }));
  const switched = after.patches.flatMap((patch): Change[] => {
    const was = known.get(patch.name)?.enabled ?? null;
    if (was === null || patch.enabled === null || was === patch.enabled) return [];
    return [{ event: patch.enabled ? 'patch-enabled' : 'patch-disabled', subject: patch.name }];
  });
  const gone = before.patches
    .filter(({ name }) => !now.has(name))
    .map(({ name }): Change => ({ event: 'patch-gone', subject: name }));
  return [...appeared, ...switched, ...gone];
}

function byName(patches: readonly PatchEntry[]): ReadonlyMap<string, PatchEntry> {
  return new Map(patches.map((patch) => [patch.name, patch]));
}

/** That one ended is told only where it is known whether one runs now. */
function transitionChanges(before: StatusDocument, after: StatusDocument): Change[] {
  const was = before.transition;
  const is = after.transition;
  if (was && is && was.patch === is.patch) {
    const isReversed =
      was.direction !== null && is.direction !== null && was.direction !== is.direction;
    return isReversed
      ? [{ event: 'transition-reversed', subject: is.patch, direction: is.direction }]
      : [];
  }
  const completed: Change[] =
    was && after.transitionState !== 'unknown'
      ? [{ event: 'transition-completed', subject: was.patch, direction: was.direction }]
      : [];
  const started: Change[] = is
    ? [{ event: 'transition-started', subject: is.patch, direction: is.direction }]
    : [];
  return [...completed, ...started];
}

function threadChanges(before: StatusDocument, after: StatusDocument): Change[] {
  const is = after.transition;
  if (!is) return [];
  const was = before.transition?.patch === is.patch ? before.transition : null;
  const hasMoved =
    was?.threads.done !== is.threads.done || was.threads.blocking !== is.threads.blocking;
  const progress: Change[] = hasMoved
    ? [{ event: 'progress', subject: is.patch, threads: is.threads }]
    : [];
  // Names and stacks may come a reading later than the states; who blocks is told once it has a name.
  const named = before.blockers.filter(({ comm }) => comm !== null);
  const known = new Set(named.map(blockerKey));
  const now = new Set(after.blockers.map(blockerKey));
  return [
    ...progress,
    ...after.blockers
      .filter((blocker) => blocker.comm !== null && !known.has(blockerKey(blocker)))
      .map((blocker): Change => ({ event: 'blocker', subject: threadNumber(blocker), blocker })),
    ...named
      .filter((blocker) => !now.has(blockerKey(blocker)))
      .map((blocker): Change => ({ event: 'unblocked', subject: threadNumber(blocker), blocker })),
  ];
}

function objectChanges(before: StatusDocument, after: StatusDocument): Change[] {
  const known = byName(before.patches);
  return after.patches.flatMap((patch) =>
    patch.objects.flatMap((object): Change[] => {
      const was = known.get(patch.name)?.objects.find(({ name }) => name === object.name)?.patched;
      if (was === undefined || was === null || object.patched === null || was === object.patched) {
        return [];
      }
      const subject = `${patch.name}:${object.name}`;
      return [{ event: object.patched ? 'object-patched' : 'object-unpatched', subject }];
    }),
  );
}

function newFindings(before: StatusDocument, after: StatusDocument): Change[] {
  const key = ({ code, subject, severity }: Finding) => JSON.stringify([code, subject, severity]);
  const known = new Set(before.findings.map(key));
  return after.findings
    .filter((finding) => !known.has(key(finding)))
    .map((finding): Change => ({ event: 'finding', subject: finding.code, finding }));
}
