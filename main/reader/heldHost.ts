/** An open host on the main process's side: which thread reads it, and the calls that wait for it. */
import type { Target } from '../../shared/api/target';
import type { Problem } from '../../shared/base/problem';
import type { LiveRequest } from '../sources/source';
import type { Ask, Question } from '../ssh/questions';
import { unanswered, type Call, type CallAnswer, type CallAsk, type CallName } from './calls';
import type { FromReader, ToReader } from './messages';
import type { HostOfThread, ReaderThread } from './readerThread';

interface Waiting {
  readonly message: ToReader<unknown>;
  readonly resolve: (answer: never) => void;
  readonly giveUp: (problem: Problem) => void;
}

export class HeldHost implements HostOfThread {
  private thread: ReaderThread | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private isClosed = false;

  /**
   * @param number of this host among all of the pool
   * @param person whom the reader may ask while it connects; absent: nobody
   * @param place finds the thread that is to read it
   */
  constructor(
    readonly number: number,
    readonly target: Target,
    private readonly live: Partial<LiveRequest>,
    private readonly person: Ask | undefined,
    private readonly place: () => ReaderThread,
  ) {}

  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  ask<N extends CallName>(name: N, argument: CallAsk<N>): Promise<CallAnswer<N>> {
    if (this.isClosed) return Promise.resolve(unanswered[name](this.stopped()));
    const id = (this.asked += 1);
    const call: Call<N> = { name, argument };
    const answered = new Promise<CallAnswer<N>>((resolve) => {
      this.waiting.set(id, {
        message: { do: 'ask', host: this.number, id, call },
        resolve,
        giveUp: (problem) => resolve(unanswered[name](problem)),
      });
    });
    this.send(id);
    return answered;
  }

  /** For the reader that there is, if any. */
  tell(what: 'retry' | 'cancel'): void {
    this.thread?.post({ do: what, host: this.number });
  }

  /** Resolves when the reader has closed the host, or does not answer; at once where there is none. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.giveUpWaiting();
    await this.thread?.close(this);
    this.thread = null;
  }

  hear(message: FromReader<never>): void {
    if (message.say === 'answer') {
      this.waiting.get(message.id)?.resolve(message.answer);
      this.waiting.delete(message.id);
    } else if (message.say === 'question' && this.thread) {
      void this.askPerson(this.thread, message.id, message.question);
    }
  }

  moveOn(): void {
    this.thread = null;
    for (const id of this.waiting.keys()) this.send(id);
  }

  left(): void {
    this.thread = null;
    this.giveUpWaiting();
  }

  private send(id: number): void {
    const message = this.waiting.get(id)?.message;
    if (!message) return;
    if (!this.thread) {
      this.thread = this.place();
      this.thread.take(this);
      const { number: host, target, live } = this;
      this.thread.post({ do: 'open', host, target, live });
    }
    this.thread.post(message);
  }

  private async askPerson(thread: ReaderThread, id: number, question: Question): Promise<void> {
    const answers = this.person ? await this.person(question) : null;
    thread.post({ do: 'answer', host: this.number, id, answers });
  }

  private giveUpWaiting(): void {
    const calls = [...this.waiting.values()];
    this.waiting.clear();
    for (const call of calls) call.giveUp(this.stopped());
  }

  private stopped(): Problem {
    const { text } = this.target;
    const message = `The reader of ${text} stopped unexpectedly; it is started again on the next try.`;
    return { code: 'protocol-error', path: text, message };
  }
}
