/** A recording that is open: its moments, and what was read at each. */
import type { Problem } from '../../base/problem';
import type { Readings } from '../../readings/readings';
import { afterLine } from './decode';
import { nothing } from './encode';
import type { EndLine, LostLine, RecordingHeader, SampleLine } from './format';

export interface RecordedLines {
  readonly header: RecordingHeader;
  /** At least one sample. Those before the first sample were left out. */
  readonly moments: readonly (SampleLine | LostLine)[];
  /** Null: it was not ended, but broke off. */
  readonly end: EndLine | null;
  /** What is wrong with the file. */
  readonly problems: readonly Problem[];
}

/** Samples between two whose readings are kept, so that going back does not begin at the first. */
const keptEvery = 32;

/** UTF-16 units of all that is kept; where it would be more, fewer are kept. */
const keptText = 33_554_432;

export class Recording {
  private readonly kept = new Map<number, typeof nothing>();
  /** Samples between two that are kept: a multiple of {@link keptEvery}. */
  private stride = keptEvery;
  /** Length of the texts that are kept, or more: counting them exactly goes through all of them. */
  private keptAtMost = 0;
  private lastKept: typeof nothing = nothing;
  /** The last that was asked for: the next one mostly follows on it. */
  private last: { readonly index: number; readonly state: typeof nothing } | null = null;

  /** @param target under which the recording was opened */
  constructor(
    private readonly target: string,
    readonly lines: RecordedLines,
  ) {}

  get length(): number {
    return this.lines.moments.length;
  }

  /** ISO 8601 of each moment. */
  times(): string[] {
    return this.lines.moments.map(({ at }) => at);
  }

  /** Milliseconds since the epoch. */
  msAt(index: number): number {
    return Date.parse(this.lines.moments[this.within(index)]?.at ?? this.lines.header.started);
  }

  /** Why the host could not be read at a moment; null: it was read. */
  lostAt(index: number): Problem | null {
    const moment = this.lines.moments[this.within(index)];
    return moment && 'lost' in moment ? moment.lost : null;
  }

  /** What was read then; where the host was lost, what had been read last. */
  readingsAt(index: number): Readings {
    const wanted = this.within(index);
    const { header, moments, problems } = this.lines;
    const lost = this.lostAt(wanted);
    const state = this.stateAt(wanted);
    const sample = lost ? moments.slice(0, wanted).findLast((one) => !('lost' in one)) : null;
    return {
      ...state,
      target: this.target,
      source: 'recording',
      takenAt: (sample ?? moments[wanted])?.at ?? header.started,
      recording: { target: header.target, source: header.source, started: header.started },
      problems: [...state.problems, ...(lost ? [lost] : []), ...problems],
    };
  }

  private within(index: number): number {
    return Math.min(Math.max(0, Math.trunc(index)), this.length - 1);
  }

  private stateAt(index: number): typeof nothing {
    let { at, state } = this.nearest(index);
    while (at < index) {
      at += 1;
      const line = this.lines.moments[at];
      if (line && !('lost' in line)) state = afterLine(state, line);
      if (at % this.stride === 0) this.keep(at, state);
    }
    this.last = { index, state };
    return state;
  }

  private keep(at: number, state: typeof nothing): void {
    this.kept.set(at, state);
    this.keptAtMost += textOf([state], this.lastKept);
    this.lastKept = state;
    while (this.kept.size > 1 && this.keptAtMost > keptText) {
      this.keptAtMost = textOf(this.kept.values());
      if (this.keptAtMost <= keptText) return;
      this.stride *= 2;
      for (const each of this.kept.keys()) if (each % this.stride !== 0) this.kept.delete(each);
      this.keptAtMost = textOf(this.kept.values());
      this.lastKept = nothing;
    }
  }

  private nearest(index: number): { at: number; state: typeof nothing } {
    if (this.last && this.last.index <= index && index - this.last.index < keptEvery) {
      return { at: this.last.index, state: this.last.state };
    }
    for (let at = index - (index % keptEvery); at >= 0; at -= keptEvery) {
      const state = this.kept.get(at);
      if (state) return { at, state };
    }
    return { at: -1, state: nothing };
  }
}

/**
 * Length of all texts of some states; what did not change from one to the next is one text.
 *
 * @param known a state whose texts do not count
 */
function textOf(states: Iterable<typeof nothing>, known: typeof nothing = nothing): number {
  const seen = new Set<unknown>(known.files.values());
  let length = 0;
  for (const { files } of states) {
    for (const reading of files.values()) {
      if (!('text' in reading) || seen.has(reading)) continue;
      seen.add(reading);
      length += reading.text.length;
    }
  }
  return length;
}
