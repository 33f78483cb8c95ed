/** One sentence for a person under stress: fine, in transition, or stuck, and on what. */
import { circumstancesOf, reasonSentence } from '../diagnosis/wording';
import { countOf, countText, listed, percentText } from '../base/words';
import { visible } from '../base/text';
import type { StatusDocument, TransitionEntry } from './statusDocument';
import { calmText } from './calm';
import { threadName } from './threadName';

/** How the host is doing; each has a shape, a word and a colour wherever it is shown. */
export const tones = ['settled', 'moving', 'stuck', 'unknown'] as const;
export type Tone = (typeof tones)[number];

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
  const [engine] = engines;
  if (engine && status.patches.length === 0) {
    return plain(
      'unknown',
      `${listed(engines.map(({ subject }) => visible(subject ?? 'Another engine')))} patches this kernel`,
      engines.map(({ message }) => message).join(' '),
      'patched by another engine',
    );
  }
  if (status.livepatch.supported === false) {
    return plain(
      'unknown',
      'This kernel has no livepatching',
      'There is no /sys/kernel/livepatch: the kernel was built without CONFIG_LIVEPATCH.',
      'kernel has no livepatching',
    );
  }
  switch (status.transitionState) {
    case 'unknown':
      return plain(
        'unknown',
        'Whether a transition runs could not be read',
        firstProblem(status),
        'transition unknown',
      );
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
    return plain(
      'unknown',
      'No livepatch state was found here',
      'The capture holds no /sys/kernel/livepatch: what was loaded is unknown.',
      'state unknown',
    );
  }
  const applied = patches.filter(({ enabled }) => enabled === true);
  const title =
    applied.length === 0
      ? 'No livepatch is applied'
      : appliedTitle(applied.map(({ name }) => name));
  const errors = status.findings.filter(({ severity }) => severity === 'error');
  const warnings = status.findings.filter(({ severity }) => severity === 'warning');
  const [gravest] = [...errors, ...warnings];
  const notes = [ghostNote(status), gravest?.message ?? ''].filter(Boolean).join(' ');
  const calm =
    applied.length === 0 ? 'The kernel runs its original code.' : 'Every thread runs the new code.';
  if (errors.length > 0) {
    return {
      tone: 'stuck',
      title: [
        { text: `${title}, and there ${errors.length === 1 ? 'is' : 'are'} `, strong: false },
        { text: countOf(errors.length, 'error'), strong: true },
      ],
      detail: gravest?.message ?? '',
      short: `${appliedShort(applied.length)}, ${countOf(errors.length, 'error')}`,
    };
  }
  const wasForced = warnings.some(({ code }) => code === 'was-forced');
  return {
    tone: 'settled',
    title: [
      { text: title, strong: false },
      ...(wasForced ? [{ text: ', after a forced transition', strong: true }] : []),
    ],
    detail: notes || calmText(status, calm),
    short: shortNote(status, appliedShort(applied.length)),
  };
}

function appliedTitle(names: readonly string[]): string {
  return names.length === 1
    ? `${listed(names.map(visible))} is applied`
    : `${names.length} livepatches are applied`;
}

function appliedShort(count: number): string {
  if (count === 0) return 'no livepatch';
  return count === 1 ? 'settled, 1 livepatch' : `settled, ${count} livepatches`;
}

function shortNote({ ghosts }: StatusDocument, text: string): string {
  if (ghosts.length === 0) return text;
  const pinned = ghosts.filter(({ kind }) => kind === 'pinned').length;
  return pinned > 0 ? `${text}, ${pinned} pinned` : `${text}, ${ghosts.length} left over`;
}

function ghostNote({ ghosts }: StatusDocument): string {
  const leftover = ghosts.filter(({ kind }) => kind === 'leftover').length;
  return leftover === 0
    ? ''
    : `${countOf(leftover, 'replaced or disabled module')} can be removed.`;
}

function running(
  status: StatusDocument,
  transition: TransitionEntry,
  seenSeconds: number | null,
): Headline {
  const { threads } = transition;
  const isStalled = status.findings.some(({ code }) => code === 'transition-stalled');
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
  if (threads.blocking === null || threads.total === null || threads.done === null) {
    return {
      tone: isStalled ? 'stuck' : 'moving',
      title: isStalled ? stuck('stuck') : titled('; ', 'how far it is can’t be seen'),
      detail: [
        names,
        'The threads’ patch_state could not be read: it is root’s alone, and not in every capture.',
      ]
        .filter(Boolean)
        .join(' '),
      short: isStalled ? 'stuck' : `${wordFor(transition)}, progress unknown`,
    };
  }
  const total = threads.total;
  if (threads.blocking === 0) {
    const hidden = status.findings.find(({ code }) => code === 'no-visible-blocker');
    return {
      tone: isStalled ? 'stuck' : 'moving',
      title: isStalled ? stuck('stuck') : titled(': ', noneSeen(threads)),
      detail:
        names ||
        (hidden?.message ?? 'Idle CPUs, or threads that can’t be seen from here, hold it.'),
      short: isStalled ? stuckShort(names) : `${wordFor(transition)}, none seen blocking`,
    };
  }
  const blocking = countOf(threads.blocking, 'thread');
  const detail = [`${countText(threads.done)} of ${countText(total)} have switched.`, names]
    .filter(Boolean)
    .join(' ');
  if (isStalled) {
    return {
      tone: 'stuck',
      title: stuck(`stuck on ${blocking}`),
      detail,
      short: `stuck: ${countText(threads.blocking)} of ${countText(total)} threads`,
    };
  }
  return {
    tone: 'moving',
    title: titled(
      ': ',
      `${countText(threads.blocking)} of ${countOf(total, 'thread')} ${threads.blocking === 1 ? 'has' : 'have'} not switched`,
    ),
    detail: names,
    short: `${wordFor(transition)}, ${percentDone(transition)}`,
  };
}

function whatHappens({ patches }: StatusDocument, { patch, direction }: TransitionEntry): string {
  const name = visible(patch);
  if (direction === null) return `${name} is in transition`;
  if (direction === 'unpatching') return `${name} is being removed`;
  const replaced = patches.filter((other) => other.name !== patch).length;
  const isReplacing =
    patches.find((other) => other.name === patch)?.replace === true && replaced > 0;
  return isReplacing
    ? `${name} is replacing ${replaced === 1 ? '1 livepatch' : `${replaced} livepatches`}`
    : `${name} is being applied`;
}

/** Threads with an undefined state neither block nor have switched. */
function noneSeen({ done, total }: TransitionEntry['threads']): string {
  return done === total ? 'every thread seen has switched' : 'no thread is seen blocking it';
}

/** Whom the log names is in nobody's count of threads. */
function stuckShort(names: string): string {
  return names === '' ? 'stuck, none seen blocking' : 'stuck';
}

function wordFor({ direction }: TransitionEntry): string {
  return direction ?? 'in transition';
}

/** Share of threads that have switched. */
export function percentDone({ threads }: TransitionEntry): string {
  return percentText(threads.done, threads.total) ?? 'progress unknown';
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
