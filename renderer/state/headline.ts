/** The sentence and the status mark of an open host, whatever phase it is in. */
import type { Host } from '../../shared/api/contract';
import { withoutKeys } from './keyChange';
import { mayComeBack } from './liveKind';
import { nextStep } from './nextStep';
import { visible } from '../../shared/base/text';
import { seenSeconds, type Headline, type Tone } from '../../shared/report/headline';
import { clockText, durationText } from './format';

export type { Tone };

const known = new WeakMap<Host, Headline>();

export function headlineOfHost(host: Host): Headline {
  const cached = known.get(host);
  if (cached !== undefined) return cached;
  const headline = compose(host);
  known.set(host, headline);
  return headline;
}

function compose(host: Host): Headline {
  if (host.headline === null && host.phase !== 'failed') {
    return {
      tone: 'unknown',
      title: [{ text: `Reading ${visible(host.label)} …`, strong: false }],
      detail: visible(host.target),
      short: 'reading …',
    };
  }
  if (host.phase === 'failed' && host.problem !== null) {
    const lost = mayComeBack(host.problem.code) ? 'is out of reach' : 'is not read any more';
    const stale = host.headline !== null && host.sampledAt !== null;
    return {
      tone: 'unknown',
      title: stale
        ? [
            { text: `${visible(host.label)} ${lost}, `, strong: false },
            { text: `stale since ${clockText(host.sampledAt ?? '')}`, strong: true },
          ]
        : [{ text: `${visible(host.label)} could not be read`, strong: false }],
      detail: `${visible(withoutKeys(host.problem.message))} ${nextStep(host.problem.code)}`,
      short: stale
        ? `stale since ${clockText(host.sampledAt ?? '')}`
        : host.problem.code.replaceAll('-', ' '),
    };
  }
  return host.headline ?? { tone: 'unknown', title: [], detail: '', short: '' };
}

export function headlineText(headline: Headline): string {
  return headline.title.map((part) => part.text).join('');
}

export interface Summary {
  readonly tone: Tone;
  /** The state in two to six words. */
  readonly word: string;
  /** How long a transition has been watched. */
  readonly aside: string | null;
}

/** What the rail says about a host. */
export function summaryOf(host: Host): Summary {
  const { tone, short } = headlineOfHost(host);
  const seconds = seenSeconds(host);
  const isWatched = host.phase === 'ready' && seconds !== null;
  return { tone, word: short, aside: isWatched ? durationText(seconds) : null };
}
