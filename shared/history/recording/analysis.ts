/** What happened in a recording, and when: looked through once, moment by moment. */
import { succeed } from '../../base/problem';
import type { Change } from '../change';
import type { TransitionWatch } from '../transitionWatch';
import { Watcher } from '../watcher';
import { changeSentence } from '../watchText';
import type { Recording } from './recording';

/** Something that happened between a moment and the one before it. */
export interface Mark {
  readonly index: number;
  readonly text: string;
  /** Whether it is bad news. */
  readonly isBad: boolean;
}

/** Moments of one transition, the last of which knows all that was seen of it. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly watch: TransitionWatch;
}

/** So many marks can be told apart on a slider; the first ones stand. */
const mostMarks = 2000;

/** Threads of one moment that have marks of their own. */
const namedThreads = 3;

const aboutThreads: ReadonlyMap<Change['event'], string> = new Map([
  ['blocker', 'more threads block'],
  ['unblocked', 'threads block no more'],
]);

export class Analysis {
  private readonly watcher = new Watcher();
  private readonly found: Mark[] = [];
  private readonly spans: Span[] = [];
  private next = 0;

  constructor(private readonly recording: Recording) {}

  get isDone(): boolean {
    return this.next >= this.recording.length;
  }

  get marks(): readonly Mark[] {
    return this.found;
  }

  /** Looks at the next moment. */
  step(): void {
    const index = this.next;
    this.next += 1;
    const lost = this.recording.lostAt(index);
    const now = this.recording.msAt(index);
    const readings = this.recording.readingsAt(index);
    const changes = this.watcher.follow(
      lost ? { ok: false, problem: lost } : succeed(readings),
      now,
    );
    for (const change of changes.filter(({ event }) => !aboutThreads.has(event))) {
      this.mark(index, change);
    }
    this.markThreads(index, changes);
    const watch = this.watcher.transition;
    if (!watch || lost) return;
    const last = this.spans.at(-1);
    const isSame =
      last !== undefined && last.to === index - 1 && last.watch.seenAt === watch.seenAt;
    if (isSame) this.spans.pop();
    this.spans.push({ from: isSame ? last.from : index, to: index, watch });
  }

  /** What a watcher had seen of the transition that ran at a moment; null: none ran. */
  watchAt(index: number): TransitionWatch | null {
    const span = this.spans.find(({ from, to }) => from <= index && index <= to);
    if (!span) return null;
    const passed = (this.recording.msAt(index) - span.watch.seenAt) / 1000;
    return { ...span.watch, drain: span.watch.drain.filter(([seconds]) => seconds <= passed) };
  }

  /** Of many threads at once a number says more than the names. */
  private markThreads(index: number, changes: readonly Change[]): void {
    for (const [event, words] of aboutThreads) {
      const some = changes.filter((change) => change.event === event);
      if (some.length <= namedThreads) for (const change of some) this.mark(index, change);
      else this.add({ index, text: `${some.length} ${words}`, isBad: false });
    }
  }

  /** Progress is no mark: in a transition nearly every moment has some. */
  private mark(index: number, change: Change): void {
    const { event, finding } = change;
    if (event === 'progress' || event === 'state') return;
    if (event === 'finding' && finding?.severity === 'info') return;
    const isBad =
      event === 'lost' ||
      (event === 'rebooted' && Boolean(change.ended?.transition)) ||
      (event === 'finding' && finding?.severity === 'error');
    this.add({ index, text: changeSentence(change), isBad });
  }

  private add(mark: Mark): void {
    if (this.found.length < mostMarks) this.found.push(mark);
  }
}
