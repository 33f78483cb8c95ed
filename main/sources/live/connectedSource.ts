/** A host behind a connection that may be lost: samples, and connecting again with patience. */
import { performance } from 'node:perf_hooks';
import { fail, isForHumans, type Problem, type Result } from '../../../shared/base/problem';
import type { SoughtCode, StackSearch } from '../../../shared/readings/stackSearch';
import type { Readings, SourceKind } from '../../../shared/readings/readings';
import { firstRequest, LiveHost } from '../../probe/liveHost';
import { defaultLimits } from '../../probe/wire/limits';
import { tracedAnswer, tracedSession } from '../../probe/wire/tracedSession';
import type { ConnectSlots } from '../connectSlots';
import type { Source } from '../source';
import type { Elevation } from '../../ssh/rights/elevation';
import { PromptClock } from './promptClock';
import { startProbe } from './startProbe';
import { nobody, type Ask } from '../../ssh/questions';
import { Backoff } from './reconnect';
import { noTrace, tracedAsk, type Trace } from '../../ssh/trace';
import type { Transport } from '../../ssh/transport';

/** A live source that can be told to connect anew, with a human to ask. */
export type LiveSource = Source &
  Required<Pick<Source, 'seek' | 'roundMs' | 'waitsForHuman' | 'retry' | 'cancel'>>;

export interface Connection {
  readonly transport: Transport;
  readonly user: string;
  readonly host: string;
  /** What is to be known of the way it is connected, beside the readings; null: nothing. */
  readonly note: Problem | null;
}

export interface ConnectedOptions {
  /** Ways to root's rights in the order in which they are tried; none: the login's own rights. */
  readonly through: readonly Elevation[];
  /** Milliseconds for the start of the probe, and for each answer; null: what is usual. */
  readonly timeoutMs: number | null;
  readonly ask: Ask;
  /** Hears each step; absent: nobody does. */
  readonly trace?: Trace;
  /** Bounds how many hosts are connected to at once; absent: nothing does. */
  readonly slots?: ConnectSlots;
}

export class ConnectedSource implements LiveSource {
  readonly live = true;
  private host: {
    readonly live: LiveHost;
    readonly transport: Transport;
    /** Why it is read with less rights than were asked for. */
    readonly lacking: readonly Problem[];
    readonly note: Problem | null;
  } | null = null;
  private readonly backoff = new Backoff();
  private lost: Problem | null = null;
  private needsHuman = false;
  private hasGivenShell = false;
  private isFirst = true;
  private attempt: AbortController | null = null;
  private isClosed = false;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly target: string,
    readonly kind: Extract<SourceKind, 'ssh' | 'local'>,
    private readonly options: ConnectedOptions,
    private readonly connect: (ask: Ask, signal: AbortSignal) => Promise<Result<Connection>>,
  ) {}

  get roundMs(): number | null {
    return this.host?.live.lastAnswerMs ?? null;
  }

  get waitsForHuman(): boolean {
    return this.host === null && this.lost !== null && this.needsHuman;
  }

  /** Samples that are asked for at once come one after the other. */
  sample(): Promise<Result<Readings>> {
    const sampled = this.queue.then(() => this.take());
    this.queue = sampled;
    return sampled;
  }

  /** Between two samples, on the connection that there is. */
  seek(sought: SoughtCode): Promise<Result<StackSearch>> {
    const searched = this.queue.then(() => this.search(sought));
    this.queue = searched;
    return searched;
  }

  private search(sought: SoughtCode): Promise<Result<StackSearch>> | Result<StackSearch> {
    const live = this.host?.live;
    if (live) return live.seek(sought);
    return fail('connection-lost', this.target, `${this.target} is not connected.`);
  }

  retry(): void {
    this.cancel();
    this.isFirst = true;
    this.backoff.succeeded();
  }

  cancel(): void {
    this.attempt?.abort();
  }

  close(): void {
    this.isClosed = true;
    this.cancel();
    this.drop();
  }

  private async take(): Promise<Result<Readings>> {
    if (this.isClosed) return fail('connection-lost', this.target, `${this.target} was closed.`);
    const opened = await this.open();
    if (!opened.ok) return opened;
    const sampled = await opened.value.sample();
    if (!sampled.ok) {
      this.lose(sampled.problem);
      return sampled;
    }
    const note = this.host?.note;
    const problems = [
      ...(note ? [note] : []),
      ...(this.host?.lacking ?? []),
      ...sampled.value.problems,
    ];
    return { ok: true, value: { ...sampled.value, problems } };
  }

  private async open(): Promise<Result<LiveHost>> {
    // Whoever connects anew to what is read with less than was asked for, wants the rest.
    if (this.isFirst && (this.host?.lacking.length ?? 0) > 0) this.drop();
    if (this.host) return { ok: true, value: this.host.live };
    if (
      !this.isFirst &&
      this.lost &&
      (this.needsHuman || !this.backoff.mayTry(performance.now()))
    ) {
      return { ok: false, problem: this.lost };
    }
    // Only the first time may somebody be asked: a lost connection must not ask out of the blue.
    const ask = this.isFirst ? this.options.ask : nobody;
    this.isFirst = false;
    this.attempt = new AbortController();
    const { signal } = this.attempt;
    const giveBack = await this.options.slots?.take(signal);
    const opened = await this.start(ask, signal);
    giveBack?.();
    this.attempt = null;
    if (opened.ok) {
      this.backoff.succeeded();
      return opened;
    }
    const problem = signal.aborted ? (this.lost ?? this.givenUp()) : opened.problem;
    this.lose(problem);
    return { ok: false, problem };
  }

  private givenUp(): Problem {
    const message = `Connecting to ${this.target} was given up.`;
    return { code: 'connection-lost', path: this.target, message };
  }

  private async start(asker: Ask, signal: AbortSignal): Promise<Result<LiveHost>> {
    const { trace = noTrace } = this.options;
    const clock = new PromptClock();
    const ask = clock.through(tracedAsk(asker, trace));
    if (signal.aborted) return { ok: false, problem: this.givenUp() };
    const began = performance.now();
    trace('connecting');
    let askedForSudo = false;
    const connected = await this.connect(ask, signal);
    if (!connected.ok) return connected;
    const { transport, user, host, note } = connected.value;
    trace(`ready to run programs after ${Math.round(performance.now() - began)} ms`);
    // What runs on a closed transport ends.
    if (signal.aborted) transport.close();
    else signal.addEventListener('abort', () => transport.close());
    const { timeoutMs, through } = this.options;
    const started = await startProbe(transport, {
      through,
      user,
      host,
      ask,
      limits: {
        ...defaultLimits,
        ...(timeoutMs === null ? {} : { startMs: timeoutMs, answerMs: timeoutMs }),
        extend: clock.left,
      },
      onHuman: () => {
        askedForSudo = true;
      },
      trace,
    });
    if (signal.aborted) return { ok: false, problem: this.givenUp() };
    if (!started.ok) {
      transport.close();
      const { problem: failed } = started;
      if (!note) return started;
      return { ok: false, problem: { ...failed, message: `${note.message} ${failed.message}` } };
    }
    this.needsHuman = transport.neededHuman || askedForSudo;
    const live = new LiveHost(
      tracedSession(started.value.session, trace),
      { target: this.target, source: this.kind },
      tracedAnswer(started.value.first, firstRequest.id, trace),
    );
    const { problem } = started.value;
    this.host = { live, transport, lacking: problem ? [problem] : [], note };
    this.hasGivenShell = true;
    return { ok: true, value: live };
  }

  private lose(problem: Problem): void {
    const { trace = noTrace } = this.options;
    trace(`lost: ${problem.code}: ${problem.message}`);
    this.lost = problem;
    this.backoff.failed(performance.now());
    // What no second try can mend waits for a human.
    this.needsHuman ||= isForHumans(problem.code) && !this.isForNow(problem);
    trace(
      this.needsHuman ? 'not tried again before a person asks for it' : 'tried again by itself',
    );
    this.drop();
  }

  /** A login that has given a shell before may fail to start one, as where no process can be started. */
  private isForNow({ code }: Problem): boolean {
    return code === 'no-shell' && this.hasGivenShell;
  }

  private drop(): void {
    this.host?.live.close();
    this.host?.transport.close();
    this.host = null;
  }
}
