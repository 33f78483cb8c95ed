/**
 * What became of livepatches and of the transition between two readings: by the kernel's log, line by line,
 * and by the files where the log does not tell.
 */
import type { KernelLog, LivepatchEvent, LogEntry } from '../readings/log/kernelLog';
import type { StatusDocument } from '../report/statusDocument';
import type { Change } from './change';
import { stampOf } from './logTime';

export interface Story {
  readonly changes: readonly Change[];
  /** The log's new lines that are told; those behind them are newer than the files that were read. */
  readonly lines: readonly LogEntry[];
  /** When such a line was written, as a part of its event. */
  readonly stamp: (entry: LogEntry) => Partial<Change>;
  /** A transition began, by the log: what was seen of the one before does not belong to it. */
  readonly hasBegun: boolean;
}

/** What the log has told since the reading before. */
export interface LogSince {
  /** The log of the later reading; null: none was read. */
  readonly log: KernelLog | null;
  /** Its new lines, oldest first. */
  readonly news: readonly LogEntry[];
  readonly soFar: SoFar;
}

interface Moving {
  readonly patch: string;
  readonly direction: Direction | null;
}
type Direction = 'patching' | 'unpatching';

/** What is told so far of a host, where files and log are read one after the other. */
export class SoFar {
  /** The transition that runs by what was told; undefined: by the files that were read last. */
  moving: Moving | null | undefined = undefined;
  /** Told by the files before the log: its lines about that come later, and are no news then. */
  private keys = new Set<string>();
  private postponed: string | null = null;

  /** @returns whether it was told already */
  settle(change: Change): boolean {
    return this.keys.delete(keyOf(change));
  }

  add(changes: readonly Change[], hasNews: boolean): void {
    if (hasNews) this.keys.clear();
    for (const change of changes) this.keys.add(keyOf(change));
  }

  /** @returns whether it was put off with the reading before, and is to be told now; undefined: nothing is */
  isDue(change: Change | undefined): boolean {
    const key = change === undefined ? null : keyOf(change);
    const isDue = key !== null && this.postponed === key;
    this.postponed = isDue ? null : key;
    return isDue;
  }

  /** Of another boot nothing is told yet. */
  forget(): void {
    this.keys.clear();
    this.moving = undefined;
    this.postponed = null;
  }
}

function keyOf({ event, subject, direction = null }: Change): string {
  return JSON.stringify([event, subject, direction]);
}

/** @param since left out: no log was read */
export function storyBetween(
  before: StatusDocument,
  after: StatusDocument,
  { log: whole, news, soFar }: LogSince = { log: null, news: [], soFar: new SoFar() },
): Story {
  const stamp = stampOf(after, whole);
  const refused = linesOfRefusals(news);
  const { moving } = soFar;
  const lines = news.slice(0, linesUntil(new Course(before, moving), after, news, refused));
  const log = new Course(before, moving);
  const fromLog: Change[] = [];
  let hasBegun = false;
  for (const [index, entry] of lines.entries()) {
    if (refused.has(entry)) continue;
    const next = lines.slice(index + 1);
    for (const change of log.take(entry.event)) {
      // Its folder goes a moment after the line.
      if (change.event === 'patch-gone' && isThere(after, next, change.subject)) continue;
      if (soFar.settle(change)) continue;
      hasBegun ||= change.event === 'transition-started' || change.event === 'transition-reversed';
      fromLog.push({ ...change, from: 'log', ...stamp(entry) });
    }
  }
  const byFiles = transitionChanges(log.moving, after);
  const isBelieved = soFar.isDue(byFiles.find(mayBegin)) || whole === null;
  const ofTransition = byFiles.filter((change) => isBelieved || !mayBegin(change));
  soFar.moving = movingAfter(log.moving, ofTransition, after);
  const fromFiles = [...patchChanges(before, after, fromLog), ...ofTransition];
  soFar.add(fromFiles, lines.length > 0);
  return { changes: [...fromLog, ...fromFiles], lines, stamp, hasBegun };
}

/**
 * A livepatch reads as in transition a moment before the kernel decides where it leads, and says so
 * (kernel/livepatch/core.c, __klp_enable_patch and __klp_disable_patch): what a log that can be read does not tell
 * is believed with the next reading.
 */
function mayBegin({ event, direction }: Change): boolean {
  return event === 'transition-started' || (event === 'changed-meanwhile' && Boolean(direction));
}

/** @param told of what the files alone show */
function movingAfter(
  byLog: Moving | null,
  told: readonly Change[],
  { transition, transitionState }: StatusDocument,
): Moving | null | undefined {
  if (transitionState === 'unknown') return byLog;
  if (told.some(mayBegin)) return undefined;
  if (byLog === null || told.length > 0) return null;
  // A direction that is known by now counts.
  return transition?.patch === byLog.patch && byLog.direction === null ? undefined : byLog;
}

/** Whether a livepatch that the log says to go is still there in the files, and is not the next of its name. */
function isThere(after: StatusDocument, next: readonly LogEntry[], patch: string | null): boolean {
  const isLoadedAgain = next.some(
    ({ event }) => event.kind === 'enabling' && event.patch === patch,
  );
  return !isLoadedAgain && after.patches.some(({ name }) => name === patch);
}

/** What the log says of the livepatches, followed from a known state. */
class Course {
  moving: Moving | null;
  /** What could not be enabled: it is undone next. */
  private refused: string | null = null;
  /** Whether each livepatch that it tells of is there. */
  private readonly there = new Map<string, boolean>();
  /** What another livepatch may have replaced, which the log does not say. */
  private readonly mayBeReplaced = new Set<string>();
  private readonly before: ReadonlySet<string>;
  /** Before 5.1 a livepatch that is disabled stays. */
  private readonly stays: boolean;

  /** @param told the transition that runs by what was told; undefined: by the files */
  constructor(before: StatusDocument, told: Moving | null | undefined) {
    const { transition } = before;
    this.moving =
      told === undefined
        ? transition && { patch: transition.patch, direction: transition.direction }
        : told;
    this.before = new Set(before.patches.map(({ name }) => name));
    this.stays = before.livepatch.strictStack === true;
  }

  take(event: LivepatchEvent): Change[] {
    switch (event.kind) {
      case 'enabling':
        return this.enable(event.patch);
      case 'starting':
        return this.start(event.patch, event.direction);
      case 'complete':
        return this.complete(event.patch, event.direction);
      case 'enable-failed':
        this.refused = event.patch;
        return [];
      case 'signaling':
        return [{ event: 'signal-round', subject: this.moving?.patch ?? null, round: 1 }];
      default:
        return [];
    }
  }

  /** Whether what it tells to be there is, and nothing that it tells to be gone. */
  agreesWith(names: ReadonlySet<string>): boolean {
    return [...this.there].every(
      ([name, isHere]) => names.has(name) === isHere || (isHere && this.mayBeReplaced.has(name)),
    );
  }

  private note(patch: string, isHere: boolean): void {
    this.there.set(patch, isHere);
    this.mayBeReplaced.delete(patch);
  }

  private has(patch: string): boolean {
    return this.there.get(patch) ?? this.before.has(patch);
  }

  /** A module loads once: one of a name that was there has been loaded again. */
  private enable(patch: string): Change[] {
    const wasThere = this.has(patch);
    this.note(patch, true);
    if (wasThere && this.stays) return [];
    const appeared: Change = { event: 'patch-appeared', subject: patch };
    return wasThere ? [{ event: 'patch-gone', subject: patch }, appeared] : [appeared];
  }

  private start(patch: string, direction: Direction): Change[] {
    const { moving } = this;
    // Before 5.1 the line that it is enabled is a debug one.
    const appeared: Change[] = this.has(patch) ? [] : [{ event: 'patch-appeared', subject: patch }];
    this.moving = { patch, direction };
    this.note(patch, true);
    if (moving?.patch !== patch || moving.direction === null) {
      return [...appeared, { event: 'transition-started', subject: patch, direction }];
    }
    return moving.direction === direction
      ? []
      : [{ event: 'transition-reversed', subject: patch, direction }];
  }

  private complete(patch: string, direction: Direction): Change[] {
    const wasThere = this.has(patch);
    const isUndone = this.moving?.patch !== patch && (this.refused === patch || !wasThere);
    this.refused = null;
    if (isUndone) {
      this.note(patch, false);
      return wasThere ? [{ event: 'patch-gone', subject: patch }] : [];
    }
    this.moving = null;
    const completed: Change = { event: 'transition-completed', subject: patch, direction };
    if (direction === 'patching') {
      for (const name of this.there.keys()) if (name !== patch) this.mayBeReplaced.add(name);
      return [completed];
    }
    if (this.stays) return [completed];
    this.note(patch, false);
    return [completed, { event: 'patch-gone', subject: patch }];
  }
}

/**
 * The log is read behind the files: lines that lead beyond the state that the files show are left for the
 * next reading. Where no line leads to it, all count.
 */
function linesUntil(
  course: Course,
  after: StatusDocument,
  news: readonly LogEntry[],
  refused: ReadonlySet<LogEntry>,
): number {
  const names = new Set(after.patches.map(({ name }) => name));
  let like: number | null = null;
  let alike: number | null = null;
  for (let index = 0; index <= news.length; index += 1) {
    if (leadsTo(course.moving, after)) {
      like = index;
      if (course.agreesWith(names)) alike = index;
    }
    const entry = news[index];
    if (entry && !refused.has(entry)) course.take(entry.event);
  }
  return alike ?? like ?? news.length;
}

function leadsTo(moving: Moving | null, { transition, transitionState }: StatusDocument): boolean {
  if (transitionState === 'unknown') return true;
  if (moving === null || transition === null) return moving === null && transition === null;
  const { direction } = transition;
  return (
    moving.patch === transition.patch &&
    (moving.direction === null || direction === null || moving.direction === direction)
  );
}

/**
 * The kernel undoes what it could not enable, and says "unpatching complete" of a transition that never began
 * (kernel/livepatch/transition.c, klp_cancel_transition).
 */
function linesOfRefusals(news: readonly LogEntry[]): ReadonlySet<LogEntry> {
  const lines = new Set<LogEntry>();
  for (const [index, { event }] of news.entries()) {
    if (event.kind !== 'enable-failed') continue;
    for (let back = index - 1; back >= 0; back -= 1) {
      const entry = news[back];
      if (!entry || !('patch' in entry.event) || entry.event.patch !== event.patch) continue;
      lines.add(entry);
      if (entry.event.kind === 'enabling') break;
    }
  }
  return lines;
}

/** What the log has not told. */
function patchChanges(
  before: StatusDocument,
  after: StatusDocument,
  told: readonly Change[],
): Change[] {
  const names = new Set(before.patches.map(({ name }) => name));
  const renewed = new Set<string>();
  for (const { event, subject } of told) {
    if (subject === null) continue;
    if (event === 'patch-gone') names.delete(subject);
    if (event !== 'patch-appeared') continue;
    names.add(subject);
    renewed.add(subject);
  }
  const known = new Map(before.patches.map((patch) => [patch.name, patch]));
  const now = new Set(after.patches.map(({ name }) => name));
  const appeared = after.patches
    .filter(({ name }) => !names.has(name))
    .map(({ name }): Change => ({ event: 'patch-appeared', subject: name }));
  const switched = after.patches.flatMap((patch): Change[] => {
    const was = renewed.has(patch.name) ? null : (known.get(patch.name)?.enabled ?? null);
    if (was === null || patch.enabled === null || was === patch.enabled) return [];
    return [{ event: patch.enabled ? 'patch-enabled' : 'patch-disabled', subject: patch.name }];
  });
  const gone = [...names]
    .filter((name) => !now.has(name))
    .map((name): Change => ({ event: 'patch-gone', subject: name }));
  return [...appeared, ...switched, ...gone];
}

/**
 * What the log has not told. That one ended is told only where it is known whether one runs now, and that it
 * completed only where the livepatch is as it leads to.
 *
 * @param was the transition that ran, as far as the log goes
 */
function transitionChanges(was: Moving | null, after: StatusDocument): Change[] {
  const is = after.transition;
  if (was && is && was.patch === is.patch) {
    const isOther =
      was.direction !== null && is.direction !== null && was.direction !== is.direction;
    // Reversed, or completed and begun anew.
    return isOther
      ? [{ event: 'changed-meanwhile', subject: is.patch, direction: is.direction }]
      : [];
  }
  const ended: Change[] =
    was && after.transitionState !== 'unknown'
      ? [
          hasCompleted(was, after)
            ? { event: 'transition-completed', subject: was.patch, direction: was.direction }
            : { event: 'changed-meanwhile', subject: was.patch },
        ]
      : [];
  const started: Change[] = is
    ? [{ event: 'transition-started', subject: is.patch, direction: is.direction }]
    : [];
  return [...ended, ...started];
}

function hasCompleted({ patch, direction }: Moving, { patches }: StatusDocument): boolean {
  const now = patches.find(({ name }) => name === patch);
  if (direction === 'patching') return now !== undefined && now.enabled !== false;
  return direction === null || now === undefined || now.enabled !== true;
}
