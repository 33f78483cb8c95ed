/** One sentence for a person under stress: fine, in transition, or stuck, and on what. */
import { circumstancesOf, reasonSentence } from '../diagnosis/wording';
import { countOf, countText, percentText } from '../base/words';
import { visible } from '../base/text';
import { headlineGaps as gaps, headlineWords as words } from '../words/headlines';
import { say } from '../words/sentence';
import { viewGaps } from '../words/views';
import type { StatusDocument, TransitionEntry } from './statusDocument';
import { calmText } from './calm';
import { premisesOf } from './premises';
import { isLeaving } from './roles';
import type { Tone } from './tone';
import { threadName } from './threadName';

export { tones, type Tone } from './tone';

export interface Headline {
  readonly tone: Tone;
  /** The sentence in pieces; the strong ones are what to see first. Host text is escaped. */
  readonly title: readonly { readonly text: string; readonly strong: boolean }[];
  /** One more sentence or two; may be empty. */
  readonly detail: string;
  /** The same in a few words, for a list of hosts. */
  readonly short: string;
}

/** Seconds for which a running transition has been watched, by ISO 8601; null: it has not been. */
export function seenSeconds({
  transitionSeenAt,
  sampledAt,
}: {
  readonly transitionSeenAt: string | null;
  readonly sampledAt: string | null;
}): number | null {
  if (transitionSeenAt === null || sampledAt === null) return null;
  return Math.max(0, (Date.parse(sampledAt) - Date.parse(transitionSeenAt)) / 1000);
}

/** @param watched seconds for which a watcher has seen the running transition, where one has */
export function headlineOf(status: StatusDocument, watched: number | null = null): Headline {
  const engines = status.findings.filter(({ code }) => code === 'other-live-patching');
  if (engines.length > 0 && status.patches.length === 0) {
    const names = engines.map(({ subject }) => visible(subject ?? 'Another engine'));
    return plain(
      'unknown',
      say(words.engines, { otherEngine: engines }, { names }),
      engines.map(({ message }) => message).join(' '),
      'another engine is there',
    );
  }
  if (status.livepatch.supported === false) {
    const given = { ...premisesOf(status), sysfs: true };
    return plain(
      'unknown',
      say(words.noLivepatching, given, undefined),
      say(words.builtWithout, given, undefined),
      'no livepatching found',
    );
  }
  switch (status.transitionState) {
    case 'unknown':
      return plain('unknown', gaps.transitionUnread, firstProblem(status), 'transition unknown');
    case 'running':
      return status.transition ? running(status, status.transition, watched) : settled(status);
    case 'none':
      return settled(status);
  }
}

function plain(tone: Tone, title: string, detail: string, short: string): Headline {
  return { tone, title: [{ text: title, strong: false }], detail, short };
}

function firstProblem({ problems }: StatusDocument): string {
  return (
    problems.find(({ code }) => code === 'invalid-content')?.message ?? problems[0]?.message ?? ''
  );
}

function settled(status: StatusDocument): Headline {
  const { patches, livepatch } = status;
  if (patches.length === 0 && livepatch.supported === null) {
    return plain('unknown', gaps.noState, gaps.noFolder, 'state unknown');
  }
  const given = premisesOf(status);
  const names = namesOf(patches.filter(({ enabled }) => enabled === true));
  const unread = namesOf(patches.filter(({ enabled }) => enabled === null));
  const isNone = names.length === 0;
  const title = isNone
    ? say(words.noneApplied, given, undefined)
    : say(words.applied, given, { names });
  const short = isNone
    ? say(words.noneAppliedShort, given, undefined)
    : say(words.appliedShort, given, { names });
  const errors = status.findings.filter(({ severity }) => severity === 'error');
  const warnings = status.findings.filter(({ severity }) => severity === 'warning');
  const [gravest] = [...errors, ...warnings];
  const open = isNone || unread.length === 0 ? '' : gaps.someUnread(unread);
  const notes = [ghostNote(status), open, gravest?.message ?? ''].filter(Boolean).join(' ');
  if (errors.length > 0) {
    return {
      tone: 'stuck',
      title: [
        { text: `${title}, and there ${errors.length === 1 ? 'is' : 'are'} `, strong: false },
        { text: countOf(errors.length, 'error'), strong: true },
      ],
      detail: gravest?.message ?? '',
      short: `${short}, ${countOf(errors.length, 'error')}`,
    };
  }
  const wasForced = warnings.some(({ code }) => code === 'was-forced');
  const isSure =
    given.oneMoment && (isNone ? given.enabled && given.livepatches : names.length > 0);
  return {
    tone: isSure ? 'settled' : 'unknown',
    title: [
      { text: title, strong: false },
      ...(wasForced ? [{ text: ', after a forced transition', strong: true }] : []),
    ],
    detail: notes || calmText(status, isNone ? words.originalCode : words.newCode),
    short: shortNote(status, short),
  };
}

function namesOf(patches: StatusDocument['patches']): string[] {
  return patches.map(({ name }) => visible(name));
}

function shortNote({ ghosts }: StatusDocument, text: string): string {
  if (ghosts.length === 0) return text;
  const pinned = ghosts.filter(({ kind }) => kind === 'pinned').length;
  return pinned > 0 ? `${text}, ${pinned} pinned` : `${text}, ${ghosts.length} left over`;
}

function ghostNote(status: StatusDocument): string {
  const leftover = status.ghosts.filter(({ kind }) => kind === 'leftover');
  if (leftover.length === 0) return '';
  const referenceCount = leftover.every(({ refcount }) => refcount === 0);
  return say(
    words.canBeRemoved,
    { ...premisesOf(status), referenceCount },
    { count: leftover.length },
  );
}

function running(
  status: StatusDocument,
  transition: TransitionEntry,
  seenSeconds: number | null,
): Headline {
  const { total, done, blocking } = transition.threads;
  const given = {
    ...premisesOf(status),
    enabled: transition.direction,
    threads: blocking,
    stalled: status.findings.some(({ code }) => code === 'transition-stalled'),
  };
  const isStalled = given.stalled;
  const doing = whatHappens(status, transition);
  const forSeconds = seenSeconds === null ? '' : `, for ${Math.floor(seenSeconds)} s`;
  const titled = (link: string, text: string): Headline['title'] =>
    [
      { text: `${doing}${link}`, strong: false },
      { text, strong: true },
      { text: forSeconds, strong: false },
    ].filter((piece) => piece.text !== '');
  const stuck = (text: string) => titled(' and is ', text);
  const names = culprits(status);
  const mixed = given.oneMoment ? '' : say(words.changedMeanwhile, given, undefined);
  const unseen = hidesProcesses(status.coverage) ? viewGaps.processesHidden : '';
  const detailOf = (...sentences: readonly string[]) =>
    [...sentences, unseen, mixed].filter(Boolean).join(' ');
  if (blocking === null || total === null || total === 0 || done === null) {
    return {
      tone: isStalled ? 'stuck' : 'moving',
      title: isStalled
        ? stuck(say(words.stuck, given, undefined))
        : titled('; ', gaps.progressUnseen),
      detail: detailOf(
        names,
        done === null && total !== null ? gaps.directionUnread : gaps.statesUnread,
      ),
      short: isStalled ? 'stuck' : `${wordFor(transition)}, progress unknown`,
    };
  }
  if (blocking === 0) {
    const hidden = status.findings.find(({ code }) => code === 'no-visible-blocker');
    return {
      tone: isStalled ? 'stuck' : 'moving',
      title: isStalled
        ? stuck(say(words.stuck, given, undefined))
        : titled(': ', noneSeen(given, status, transition)),
      detail: detailOf(names || (hidden?.message ?? say(words.someHold, given, undefined))),
      short: isStalled ? stuckShort(names) : `${wordFor(transition)}, none seen blocking`,
    };
  }
  const counts = { blocking: countText(blocking), isOne: blocking === 1 };
  if (isStalled) {
    const switched = { done: countText(done), total: countText(total) };
    return {
      tone: 'stuck',
      title: stuck(say(words.stuckOn, given, countOf(blocking, 'thread'))),
      detail: detailOf(say(words.haveSwitched, given, switched), names),
      short: `stuck: ${countText(blocking)} of ${countText(total)} threads`,
    };
  }
  return {
    tone: 'moving',
    title: titled(
      ': ',
      say(words.notSwitched, given, { ...counts, total: countOf(total, 'thread') }),
    ),
    detail: detailOf(names),
    short: `${wordFor(transition)}, ${percentDone(transition, status.coverage)}`,
  };
}

function whatHappens(status: StatusDocument, transition: TransitionEntry): string {
  const { patches } = status;
  const { patch, direction } = transition;
  const name = visible(patch);
  const given = { ...premisesOf(status), enabled: direction };
  if (direction === 'unpatching') return say(words.beingRemoved, given, name);
  const going = patches.map((other) => isLeaving(other, status));
  const count = going.filter((goes) => goes === true).length;
  const replace = count > 0 && !going.includes(null);
  return count > 0
    ? say(words.replacing, { ...given, replace }, { name, count })
    : say(words.beingApplied, given, name);
}

/** Threads with an undefined state neither block nor have switched. */
function noneSeen(
  given: { readonly enabled: unknown; readonly threads: unknown },
  { coverage }: StatusDocument,
  { threads: { done, total } }: TransitionEntry,
): string {
  const isAll =
    total !== 0 && done === total && !coverage.threadsDenied && !hidesProcesses(coverage);
  return say(
    words.everyThreadSeen,
    { ...given, threads: given.threads !== null && isAll },
    undefined,
  );
}

/** Whom the log names is in nobody's count of threads. */
function stuckShort(names: string): string {
  return names === '' ? 'stuck, none seen blocking' : 'stuck';
}

function wordFor({ direction }: TransitionEntry): string {
  return direction ?? 'in transition';
}

/**
 * Share of threads that have switched. Those that may not be read count as not known, so that a partial view
 * never looks complete.
 *
 * @param denied threads that may not be read; null: not known whether there are any
 */
export function percentDone({ threads }: TransitionEntry, coverage: SeenThreads): string {
  const { total } = threads;
  const isKnown = total !== null && !hidesProcesses(coverage);
  const all = isKnown ? total + (coverage.threadsDenied ?? 0) : null;
  return percentText(threads.done, all) ?? 'progress unknown';
}

type SeenThreads = Pick<StatusDocument['coverage'], 'threadsDenied' | 'unread'>;

/** Of how many threads is unknown. */
function hidesProcesses({ unread }: SeenThreads): boolean {
  return unread?.includes('processes') === true;
}

/** The first blocking threads with their reasons. */
function culprits(status: StatusDocument): string {
  const { blockers } = status;
  const named = blockers.filter(({ comm }) => comm !== null);
  const [first, second] = named;
  if (!first) return '';
  const sentences = [first, second]
    .filter((blocker) => blocker !== undefined)
    .map((blocker) => {
      return `${threadName(blocker)} ${reasonSentence(blocker, circumstancesOf(status))}`;
    });
  const more = blockers.length - sentences.length;
  return `${sentences.join('; ')}${more > 0 ? `; and ${countText(more)} more` : ''}.`;
}
