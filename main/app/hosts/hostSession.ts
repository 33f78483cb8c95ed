/**
 * One open target: reads it, keeps what was last known, and decides when it is read again.
 */
import type { DemoState, Host } from '../../../shared/api/contract';
import type { Problem } from '../../../shared/base/problem';
import { isOfDemo } from '../../../shared/report/demoMark';
import { headlineOf, seenSeconds } from '../../../shared/report/headline';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { nextDelay } from '../../probe/pollingPlan';
import type { CallAnswer, CallAsk, PassedOn, Sampled } from '../../reader/calls';
import type { Reader } from '../../reader/readerPool';
import { rebootBetween } from '../../../shared/history/boot';
import {
  watchTransition,
  withStall,
  type TransitionWatch,
} from '../../../shared/history/transitionWatch';

/** In a transition every second counts for whoever watches it. */
const transitionInterval = 1000;

export interface SessionEnvironment {
  /** Milliseconds between two samples of a settled live host. */
  settledInterval(): number;
  changed(host: Host): void;
}

export interface HostSession {
  readonly id: string;
  readonly target: string;
  host(): Host;
  /** Reads again, at once or when the running sample has ended. */
  refresh(): void;
  setPaused(paused: boolean): void;
  /** A window that nobody sees reads nothing by itself. */
  setVisible(visible: boolean): void;
  /** Passes on what the window asks. What is done to a demo host is shown at once. */
  ask<N extends PassedOn>(name: N, argument: CallAsk<N>): Promise<CallAnswer<N>>;
  /** Shows another moment of a recording. */
  moveTo(index: number): Promise<void>;
  /** Records into a file from now on; null: no more. */
  record(file: string | null): Promise<void>;
  /** Connects anew, now. */
  reconnect(): void;
  /** Goes on with another reader, that has other rights. */
  readThrough(reader: Reader): void;
  /** Gives up connecting anew. */
  cancel(): void;
  /** Resolves when a recording that was being made is whole. */
  close(): Promise<void>;
}

interface Known {
  readonly status: StatusDocument | null;
  readonly problem: Problem | null;
  readonly sampledAt: string | null;
  readonly sampleMs: number | null;
  /** Milliseconds that the host took to answer; null: not known. */
  readonly roundMs: number | null;
  readonly watch: TransitionWatch | null;
  readonly transitionSeenAt: string | null;
  readonly rebooted: Host['rebooted'];
  readonly demo: DemoState | null;
  readonly recording: Host['recording'];
  readonly recorder: Host['recorder'];
}

/** Milliseconds between two looks at a demo host, whose story may run fast. */
const demoInterval = 500;

/** @param first what is known about the target before the first sample */
export function startSession(
  first: {
    readonly id: string;
    readonly target: string;
    readonly label: string;
    readonly live: boolean;
    readonly isDemo: boolean;
  },
  firstReader: Reader,
  visible: boolean,
  environment: SessionEnvironment,
): HostSession {
  let reader = firstReader;
  /** Readers that are being closed, or have been. */
  const leaving: Promise<void>[] = [];
  let known: Known = {
    status: null,
    problem: null,
    sampledAt: null,
    sampleMs: null,
    roundMs: null,
    watch: null,
    transitionSeenAt: null,
    rebooted: null,
    demo: null,
    recording: null,
    recorder: null,
  };
  let isPaused = false;
  let isVisible = visible;
  let isSampling = false;
  let isAskedAgain = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  /** Of the last sample, by a clock that doesn't jump: the time of day may be set at any moment. */
  let lastEnd = 0;
  /** How often somebody asked to connect anew, and how many of these requests have come to an end. */
  let reconnects = 0;
  let settledReconnects = 0;

  function host(): Host {
    const { status, problem, sampledAt, sampleMs, watch, demo, recording, recorder } = known;
    return {
      id: first.id,
      target: first.target,
      label: status?.host.name ?? first.label,
      live: first.live,
      paused: isPaused,
      phase: phaseOf(known),
      headline: headline(),
      isDemo: first.isDemo || (status !== null && isOfDemo(status)),
      status,
      problem,
      sampledAt,
      sampleMs,
      slowed: slowed(),
      rebooted: known.rebooted,
      reconnecting: settledReconnects < reconnects,
      transitionSeenAt: known.transitionSeenAt,
      drain: watch === null ? [] : watch.drain.map(([seconds, count]) => [seconds, count]),
      demo,
      recording,
      recorder,
    };
  }

  function headline(): Host['headline'] {
    if (known.status === null) return null;
    const said = headlineOf(known.status, seenSeconds(known));
    return { ...said, title: said.title.map((part) => ({ ...part })) };
  }

  async function sample(): Promise<void> {
    clearTimeout(timer);
    isSampling = true;
    do {
      isAskedAgain = false;
      const start = performance.now();
      const asked = reader;
      const reconnect = reconnects;
      const result = await asked.ask('sample', null);
      if (isClosed) return;
      // A reconnect was asked for while this sample was pending: it is dropped, and another is taken.
      if (asked !== reader || reconnect !== reconnects) {
        isAskedAgain = true;
        continue;
      }
      lastEnd = performance.now();
      settledReconnects = reconnect;
      learn(result, start);
      environment.changed(host());
    } while (isAskedAgain);
    isSampling = false;
    schedule();
  }

  function learn(result: Sampled, start: number): void {
    const { roundMs, recording = null, recorder = null, demo = null } = result;
    const sampleMs = Math.round(lastEnd - start);
    known = result.ok
      ? { ...known, ...seen(result), problem: null, sampleMs, roundMs, recording, recorder, demo }
      : { ...known, problem: result.problem, roundMs, recorder, demo };
  }

  /** A recording has its own clock. */
  function seen(
    result: Sampled & { readonly ok: true },
  ): Pick<Known, 'status' | 'watch' | 'transitionSeenAt' | 'sampledAt' | 'rebooted'> {
    const { value, recording, watch = null } = result;
    if (!recording) return watched(value);
    return {
      status: withStall(value, watch, Date.parse(recording.at)),
      watch,
      transitionSeenAt: watch && new Date(watch.seenAt).toISOString(),
      sampledAt: recording.at,
      // Its moments may be gone through in any order.
      rebooted: null,
    };
  }

  /** A saved state stands still: how long somebody looks at it means nothing. */
  function watched(
    status: StatusDocument,
  ): Pick<Known, 'status' | 'watch' | 'transitionSeenAt' | 'sampledAt' | 'rebooted'> {
    const now = Date.now();
    const watch = first.live ? watchTransition(known.watch, status, lastEnd) : null;
    return {
      rebooted: rebootSeen(known.status, status, now) ?? known.rebooted,
      status: withStall(status, watch, lastEnd),
      watch,
      transitionSeenAt: watch && new Date(Math.round(now - (lastEnd - watch.seenAt))).toISOString(),
      sampledAt: new Date(now).toISOString(),
    };
  }

  function schedule(): void {
    clearTimeout(timer);
    // What is recorded is recorded whether or not anybody looks.
    const isWatched = isVisible || known.recorder !== null;
    if (!first.live || isPaused || !isWatched || isSampling || isClosed) return;
    const interval = first.isDemo ? demoInterval : delay().ms;
    timer = setTimeout(() => void sample(), Math.max(0, lastEnd + interval - performance.now()));
  }

  function delay(): ReturnType<typeof nextDelay> {
    const isMoving = known.status !== null && known.status.transitionState !== 'none';
    const wanted = { settled: environment.settledInterval(), moving: transitionInterval };
    return nextDelay(isMoving, known.roundMs ?? 0, wanted);
  }

  function slowed(): Host['slowed'] {
    const { ms, isSlowed } = delay();
    return isSlowed && known.roundMs !== null ? { everyMs: ms, roundMs: known.roundMs } : null;
  }

  function connectAnew(): void {
    reconnects += 1;
    // A last known state stays stale until there is a new answer.
    if (known.status === null) known = { ...known, problem: null };
    environment.changed(host());
    refresh();
  }

  function refresh(): void {
    if (isSampling) isAskedAgain = true;
    else void sample();
  }

  void sample();

  return {
    id: first.id,
    target: first.target,
    host,
    refresh,
    setPaused(paused) {
      isPaused = paused;
      environment.changed(host());
      schedule();
    },
    setVisible(now) {
      isVisible = now;
      schedule();
    },
    reconnect() {
      reader.retry();
      connectAnew();
    },
    readThrough(next) {
      leaving.push(reader.close());
      reader = next;
      connectAnew();
    },
    cancel: () => reader.cancel(),
    async ask(name, argument) {
      const answer = await reader.ask(name, argument);
      if (name === 'demo:control') refresh();
      return answer;
    },
    async moveTo(index) {
      const start = performance.now();
      const result = await reader.ask('moveTo', { index });
      if (isClosed) return;
      lastEnd = performance.now();
      learn(result, start);
      environment.changed(host());
    },
    async record(file) {
      known = { ...known, recorder: await reader.ask('record', { file }) };
      if (isClosed) return;
      environment.changed(host());
      schedule();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      leaving.push(reader.close());
      await Promise.all(leaving);
    },
  };
}

/** @param now milliseconds since the epoch */
function rebootSeen(
  before: StatusDocument | null,
  after: StatusDocument,
  now: number,
): Host['rebooted'] {
  const text = before && rebootBetween(before, after);
  return text === null ? null : { seenAt: new Date(now).toISOString(), text };
}

function phaseOf({ status, problem }: Known): Host['phase'] {
  if (problem !== null) return 'failed';
  return status === null ? 'loading' : 'ready';
}
