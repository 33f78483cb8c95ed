/** What changed between two readings of one host: the lines of `klpscope watch`. */
import { earlierInLog } from '../diagnosis/findings/kernelLog';
import { asEvidence } from '../diagnosis/logOfTransition';
import type { LogEntry } from '../readings/log/kernelLog';
import type { Blocker, Finding, PatchEntry, StatusDocument } from '../report/statusDocument';
import { blockerKey, threadNumber } from '../report/threadName';
import { isAnotherBoot, lostTransition } from './boot';
import type { Change } from './change';
import { storyBetween, type Story } from './livepatchStory';

/**
 * In the order in which a person would tell them: livepatches and transition, threads, objects,
 * findings. Whatever is unknown on either side makes no event.
 *
 * @param before null: the first reading, whose event is `state` alone
 * @param story what became of livepatches and transition, which the log may have told; by the files alone where
 *   it is left out
 */
export function changesBetween(
  before: StatusDocument | null,
  after: StatusDocument,
  story?: Story,
): Change[] {
  const whole: Change = { event: 'state', subject: null, status: after };
  if (!before) return [whole];
  if (isAnotherBoot(before.host, after.host)) return [rebooted(before), whole];
  const { changes, hasBegun, lines, stamp } = story ?? storyBetween(before, after);
  const isOfPatches = changes.some(({ event }) => event.startsWith('patch-'));
  return [
    ...changes,
    ...threadChanges(before, after, hasBegun),
    ...objectChanges(before, after),
    ...newFindings(before, after, lines, stamp),
    ...(isOfPatches ? [whole] : []),
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

function byName(patches: readonly PatchEntry[]): ReadonlyMap<string, PatchEntry> {
  return new Map(patches.map((patch) => [patch.name, patch]));
}

/** @param hasBegun whether another transition began meanwhile, of which nothing was seen before */
function threadChanges(before: StatusDocument, after: StatusDocument, hasBegun: boolean): Change[] {
  const is = after.transition;
  if (!is) return [];
  const was = !hasBegun && before.transition?.patch === is.patch ? before.transition : null;
  const hasMoved =
    was?.threads.done !== is.threads.done || was.threads.blocking !== is.threads.blocking;
  const progress: Change[] = hasMoved
    ? [{ event: 'progress', subject: is.patch, threads: is.threads }]
    : [];
  const known = new Map(hasBegun ? [] : named(before).map((one) => [blockerKey(one), one]));
  const now = new Map(after.blockers.map((one) => [blockerKey(one), one]));
  return [
    ...progress,
    ...named(before)
      .filter((blocker) => !isSameThread(now.get(blockerKey(blocker)), blocker))
      .map((blocker): Change => ({ event: 'unblocked', subject: threadNumber(blocker), blocker })),
    ...named(after)
      .filter((blocker) => !isSameThread(known.get(blockerKey(blocker)), blocker))
      .map((blocker): Change => ({ event: 'blocker', subject: threadNumber(blocker), blocker })),
  ];
}

/** A number is given again: another start is another thread. */
function isSameThread(one: Blocker | undefined, other: Blocker): boolean {
  if (!one) return false;
  const [a, b] = [one.startTime, other.startTime];
  return a === undefined || b === undefined || a === b;
}

/** Names and stacks may come a reading later than the states; who blocks is told once it has a name. */
function named({ blockers }: StatusDocument): Blocker[] {
  return blockers.filter(({ comm }) => comm !== null);
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

/** One that a new line of the log tells is new, though another of its kind was told before. */
function newFindings(
  before: StatusDocument,
  after: StatusDocument,
  news: readonly LogEntry[],
  stamp: Story['stamp'],
): Change[] {
  const key = ({ code, subject, severity }: Finding) => JSON.stringify([code, subject, severity]);
  const known = new Set(before.findings.map(key));
  const lines = new Map(news.map((entry) => [asEvidence(entry), entry]));
  return after.findings.flatMap((finding): Change[] => {
    const told: Change = { event: 'finding', subject: finding.code, finding };
    const entry = isOfLog(finding) ? lines.get(finding.evidence.at(-1) ?? '') : undefined;
    if (entry) {
      const earlier = earlierInLog(news, finding).map((one): Change => {
        const line = lines.get(one.evidence.at(-1) ?? '');
        const copy = { ...one, evidence: [...one.evidence], remedies: [...one.remedies] };
        return { ...told, finding: copy, from: 'log', ...(line && stamp(line)) };
      });
      return [...earlier, { ...told, from: 'log', ...stamp(entry) }];
    }
    return known.has(key(finding)) ? [] : [told];
  });
}

/** Others may quote the log as well, and are about now. */
function isOfLog({ code }: Finding): boolean {
  return logCodes.has(code);
}

const logCodes: ReadonlySet<Finding['code']> = new Set([
  'load-refused',
  'incompatible-livepatch',
  'ftrace-conflict',
  'duplicate-shadow-variable',
  'shadow-allocation-failed',
  'was-forced',
]);
