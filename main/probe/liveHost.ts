/** A live host: one probe, asked again and again. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { detailedThreads, withinLimits } from '../../shared/readings/limits';
import { fail, succeed, type Result } from '../../shared/base/problem';
import type { Readings, SourceKind } from '../../shared/readings/readings';
import type { StackSearch, SoughtCode } from '../../shared/readings/stackSearch';
import type { Frame } from './wire/frames';
import { HostReadings, startsNothing, type UnderWay } from './answers/hostReadings';
import { dearSections, nextRequest, type PlanFacts } from './pollingPlan';
import { parts, polledSections, requested, type Section } from './wire/parts';
import { threadKey, type ProbeRequest } from './wire/request';
import { readSame, sameWords } from './answers/sameNames';
import { readLook, readSeek, seekWords } from './answers/seek';
import type { Answer, ProbeSession } from './wire/session';

/** Milliseconds that a sample waits for what may be late; it comes with a later one then. */
const patience = { details: 2_500, detailsAgain: 500, orders: 1_500, ordersAgain: 200 } as const;

/** The first request: whatever else it asks, an unknown state brings all sections and a full scan. */
export const firstRequest: ProbeRequest = {
  id: 1,
  sections: [requested.stackOrders, parts.details],
  scan: 'full',
  known: [],
};

export class LiveHost {
  private readonly known = new HostReadings();
  private readonly asked = new Map<Section, number>();
  private id = firstRequest.id;
  private fullScan: PlanFacts['fullScan'] = null;
  private detailsPending = false;
  private ordersPending = false;
  private confirmed: string | null = null;
  private hadOrders = false;
  private answerMs = 0;
  private dearMs = 0;
  private hadDetails = false;
  /** The first reading began with the program itself. */
  private readonly opened: { readonly at: Date; readonly ms: number };

  /** @param now milliseconds of a clock that doesn't jump */
  constructor(
    private readonly session: Pick<ProbeSession, 'uid' | 'ask' | 'close'>,
    private readonly identity: { readonly target: string; readonly source: SourceKind },
    private first: Promise<Result<Answer>> | null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.opened = { at: new Date(), ms: now() };
  }

  get inTransition(): boolean {
    return this.known.inTransition;
  }

  /**
   * Milliseconds that an answer takes, without what may be late and without dear sections, which follow each
   * other by a rule of their own and so count for a tenth; 0 for the first of all.
   */
  get lastAnswerMs(): number {
    return this.answerMs;
  }

  /** One sample; calls must not overlap. */
  async sample(): Promise<Result<Readings>> {
    const wasFirst = this.first !== null;
    // The look costs as much as a scan of all threads: neither the first state nor a transition waits for it.
    if (!wasFirst && !this.known.inTransition) {
      const looked = await this.lookUpNames();
      if (!looked.ok) return looked;
    }
    const began = wasFirst ? this.opened : { at: new Date(), ms: this.now() };
    let answered = await this.round();
    if (!answered.ok) return answered;
    // A doubtful state is shown only once it has been seen twice, and one that changed meanwhile is read once
    // more; and whom to look at more closely among hundreds is decided here, by their numbers.
    const isWhole = this.isConfirmed() && !this.known.isTorn && !this.known.lacksSecondList;
    if (!isWhole || (wasFirst && this.known.undetailed.length > 0)) {
      answered = await this.round();
      if (!answered.ok) return answered;
      this.isConfirmed();
    }
    return withinLimits(
      this.known.readings({
        ...this.identity,
        privileged: this.session.uid === 0,
        takenAt: began.at.toISOString(),
        readingSeconds: wholeMs(this.now() - began.ms),
      }),
    );
  }

  /** Who has the code on the stack now; not while a sample is taken. */
  async seek(sought: SoughtCode): Promise<Result<StackSearch>> {
    if (this.first) {
      const sampled = await this.round();
      if (!sampled.ok) return sampled;
    }
    const { words, isWhole } = seekWords(sought);
    const answered = await this.askAbout('seek', words);
    if (!answered.ok) return answered;
    const search = readSeek(answered.value, sought, isWhole);
    if (!search) return fail('protocol-error', null, `${startsNothing}.`);
    const first = search.found.slice(0, detailedThreads);
    if (first.length === 0) return succeed({ ...search, files: new Map() });
    const looked = await this.askAbout('look', first.map(threadKey));
    return looked.ok ? succeed({ ...search, files: readLook(looked.value, first) }) : looked;
  }

  private async askAbout(
    about: 'seek' | 'look' | 'same',
    words: readonly string[],
  ): Promise<Result<readonly Frame[]>> {
    const answered = await this.session.ask({ id: (this.id += 1), sections: [], about, words });
    return answered.ok ? succeed(answered.value.frames) : answered;
  }

  /** Once for each boot and set of functions; only root is told addresses. */
  private async lookUpNames(): Promise<Result<null>> {
    if (this.session.uid !== 0) return succeed(null);
    const functions = this.known.functionsToLookUp;
    const words = sameWords(functions);
    if (words.length === 0) return succeed(null);
    const answered = await this.askAbout('same', words);
    if (!answered.ok) return answered;
    this.known.takeNames(readSame(answered.value, functions), functions);
    return succeed(null);
  }

  close(): void {
    this.session.close();
  }

  private async round(): Promise<Result<null>> {
    const began = this.now();
    const request = this.first ? firstRequest : nextRequest((this.id += 1), this.facts(began));
    const answered = await (this.first ?? this.session.ask(request));
    const wasFirst = this.first !== null;
    this.first = null;
    if (!answered.ok) return answered;
    const answer = answered.value;
    if (!wasFirst) this.measure(answer, this.now() - began);
    // Without even the livepatches there is nothing to show but what was.
    if (answer.unfinished && answer.frames.every(({ kind }) => kind !== parts.livepatches)) {
      return fail('connection-lost', null, `${startsNothing}.`);
    }
    const reported = this.known.take(answer);
    this.note(request, answer, began);
    await this.wait(answer, reported);
    return succeed(null);
  }

  private measure({ frames }: Answer, tookMs: number): void {
    const isDear = frames.some(
      ({ kind }) => dearSections.has(kind) || kind === parts.states || kind === parts.details,
    );
    if (isDear) {
      this.dearMs = Math.max(0, tookMs - this.answerMs);
      this.answerMs = Math.max(this.answerMs, tookMs / 10);
    } else {
      this.answerMs = tookMs;
    }
  }

  private facts(now: number): PlanFacts {
    const { known, fullScan, detailsPending, ordersPending, asked, dearMs } = this;
    return {
      now,
      fullScan,
      detailsPending,
      ordersPending,
      asked,
      dearMs,
      inTransition: known.inTransition,
      blocking: known.blocking,
      undetailed: known.undetailed,
      hasNewThreads: known.threads?.hasNewThreads ?? false,
      lacksSecondList: known.lacksSecondList,
      lacksOrders: !known.hasOrders,
    };
  }

  private note(request: ProbeRequest, answer: Answer, began: number): void {
    for (const section of request.sections) this.asked.set(section, began);
    for (const section of polledSections) {
      if (answer.frames.some(({ kind }) => kind === section)) this.asked.set(section, began);
    }
    if (answer.frames.some(({ kind }) => kind === parts.states)) {
      this.fullScan = { at: began, tookMs: this.now() - began };
    }
    if (!this.known.inTransition) this.fullScan = null;
  }

  private async wait({ late, orders }: Answer, reported: UnderWay): Promise<void> {
    const waits: Promise<unknown>[] = [];
    if (late) {
      this.detailsPending = true;
      const limit = this.hadDetails ? patience.detailsAgain : patience.details;
      this.hadDetails = true;
      waits.push(within(this.takeDetails(late, reported), limit));
    }
    if (orders) {
      this.ordersPending = true;
      const limit = this.hadOrders ? patience.ordersAgain : patience.orders;
      waits.push(within(this.takeOrders(orders), limit));
    }
    await Promise.all(waits);
  }

  private async takeDetails(late: NonNullable<Answer['late']>, reported: UnderWay): Promise<void> {
    const frames = await late;
    this.detailsPending = false;
    this.known.takeLate(frames, reported);
  }

  private async takeOrders(orders: NonNullable<Answer['orders']>): Promise<void> {
    const lines = await orders;
    this.ordersPending = false;
    if (!lines) return;
    this.hadOrders = true;
    this.known.takeOrders(lines);
  }

  /**
   * The kernel sets every thread's state before it flips `enabled` (kernel/livepatch/core.c,
   * __klp_enable_patch and __klp_disable_patch), and −1 is the very beginning or end of a transition:
   * a scan of which every thread says the same, or one of which says −1, is believed when the next
   * one says it too.
   */
  private isConfirmed(): boolean {
    const doubt = this.doubt();
    const isConfirmed = doubt === null || doubt === this.confirmed;
    this.confirmed = doubt;
    return isConfirmed;
  }

  private doubt(): string | null {
    const states = this.known.threads;
    if (!states) return null;
    const { scan, enabled } = states;
    const unlisted = scan.unlisted ?? 0;
    const seen = new Set(scan.states);
    if (unlisted > 0) seen.add(enabled ? 1 : 0);
    return seen.has(-1) || seen.size === 1
      ? `${enabled}:${[...seen].toSorted((a, b) => a - b).join()}`
      : null;
  }
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.round(ms)) / 1000;
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const cancelled = new AbortController();
  await Promise.race([
    work,
    pause(ms, undefined, { signal: cancelled.signal }).catch(() => undefined),
  ]);
  cancelled.abort();
}
