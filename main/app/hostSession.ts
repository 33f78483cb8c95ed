/**
 * One open target: reads it, keeps what was last known, and decides when it is read again.
 */
import type { DemoCommand, DemoOutcome, DemoState, Host, RawFile } from '../../shared/api/contract';
import type { Problem } from '../../shared/readings/problem';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { Reader } from '../sources/readerClient';
import {
  watchTransition,
  withStall,
  type TransitionWatch,
} from '../../shared/history/transitionWatch';

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
  files(): Promise<RawFile[]>;
  file(path: string): Promise<string | null>;
  /** Does something to a demo host, and shows what came of it. */
  control(command: DemoCommand): Promise<DemoOutcome>;
  /** Goes on with another reader: connected anew, or with other rights. */
  readThrough(reader: Reader): void;
  close(): void;
}

interface Known {
  readonly status: StatusDocument | null;
  readonly problem: Problem | null;
  readonly sampledAt: string | null;
  readonly sampleMs: number | null;
  readonly watch: TransitionWatch | null;
  readonly demo: DemoState | null;
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
  let known: Known = {
    status: null,
    problem: null,
    sampledAt: null,
    sampleMs: null,
    watch: null,
    demo: null,
  };
  let isPaused = false;
  let isVisible = visible;
  let isSampling = false;
  let isAskedAgain = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let lastEnd = 0;

  function host(): Host {
    const { status, problem, sampledAt, sampleMs, watch, demo } = known;
    return {
      id: first.id,
      target: first.target,
      label: status?.host.name ?? first.label,
      live: first.live,
      paused: isPaused,
      phase: phaseOf(known),
      status,
      problem,
      sampledAt,
      sampleMs,
      transitionSeenAt: watch === null ? null : new Date(watch.seenAt).toISOString(),
      drain: watch === null ? [] : watch.drain.map(([seconds, count]) => [seconds, count]),
      demo,
    };
  }

  async function sample(): Promise<void> {
    clearTimeout(timer);
    isSampling = true;
    do {
      isAskedAgain = false;
      const start = Date.now();
      const asked = reader;
      const result = await asked.sample();
      if (isClosed) return;
      // Another reader has taken over meanwhile: what this one says is of yesterday.
      if (asked !== reader) {
        isAskedAgain = true;
        continue;
      }
      lastEnd = Date.now();
      known = result.ok
        ? { ...known, ...watched(result.value), problem: null, sampleMs: lastEnd - start }
        : { ...known, problem: result.problem };
      if (first.isDemo) known = { ...known, demo: await asked.demo() };
      environment.changed(host());
    } while (isAskedAgain);
    isSampling = false;
    schedule();
  }

  /** A saved state stands still: how long somebody looks at it means nothing. */
  function watched(status: StatusDocument): Pick<Known, 'status' | 'watch' | 'sampledAt'> {
    const watch = first.live ? watchTransition(known.watch, status, lastEnd) : null;
    return {
      status: withStall(status, watch, lastEnd),
      watch,
      sampledAt: new Date(lastEnd).toISOString(),
    };
  }

  function schedule(): void {
    clearTimeout(timer);
    if (!first.live || isPaused || !isVisible || isSampling || isClosed) return;
    const isSettled = known.status?.transitionState === 'none' || known.status === null;
    const usual = isSettled ? environment.settledInterval() : transitionInterval;
    const interval = first.isDemo ? demoInterval : usual;
    timer = setTimeout(() => void sample(), Math.max(0, lastEnd + interval - Date.now()));
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
    readThrough(next) {
      reader.close();
      reader = next;
      // A last known state stays stale until the new reader has answered.
      if (known.status === null) known = { ...known, problem: null };
      environment.changed(host());
      refresh();
    },
    async control(command) {
      const outcome = await reader.control(command);
      refresh();
      return outcome;
    },
    files: () => reader.files(),
    file: (path) => reader.file(path),
    close() {
      isClosed = true;
      clearTimeout(timer);
      reader.close();
    },
  };
}

function phaseOf({ status, problem }: Known): Host['phase'] {
  if (problem !== null) return 'failed';
  return status === null ? 'loading' : 'ready';
}
