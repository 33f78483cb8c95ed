/** Speaks with a reader thread: one per open target. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type {
  DemoCommand,
  DemoOutcome,
  DemoState,
  Moments,
  RawFile,
  Recorder,
  RecordingState,
} from '../../shared/api/contract';
import type { Target } from '../../shared/api/target';
import type { TransitionWatch } from '../../shared/history/transitionWatch';
import type { Problem, Result } from '../../shared/base/problem';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import type { Ask, Question } from '../ssh/questions';
import type { LiveRequest } from '../sources/source';

export interface Reader {
  /** Reads the target now. One at a time is enough: later calls wait for their turn. */
  sample(): Promise<Sampled>;
  /** A lost host is connected to by the next sample, at once, and a human may be asked. */
  retry(): void;
  /** Gives up connecting, if it does: the host stays lost as it was. */
  cancel(): void;
  /** Files and folders of the last sample. */
  files(): Promise<RawFile[]>;
  /** Text of one of them; null where it has none. */
  file(path: string): Promise<string | null>;
  /** What an action would change; the threads' stacks are looked through for it. */
  whatIf(action: WhatIfAction): Promise<Result<WhatIf>>;
  /** Where a demo host's story stands; null for every other target. */
  demo(): Promise<DemoState | null>;
  /** Carries out a command on a demo host's story. */
  control(command: DemoCommand): Promise<DemoOutcome>;
  /** Shows another moment of a recording. */
  seek(index: number): Promise<Sampled>;
  /** Null for everything that is no recording. */
  moments(): Promise<Moments | null>;
  /** Records from now on into a file, in place of one that is there; null: no more. */
  record(file: string | null): Promise<Recorder | null>;
  close(): void;
}

/** A sample, and how long the host took to answer; null: not known. */
export type Sampled = Result<StatusDocument> & {
  readonly roundMs: number | null;
  /** The moment that is shown of a recording, and what had been seen of its transition. */
  readonly recording?: RecordingState;
  readonly watch?: TransitionWatch | null;
  /** How far a recording of this host is that is being made. */
  readonly recorder?: Recorder;
};

/** No demo host is there to obey. */
export const noDemo: DemoOutcome = { ok: false, errno: 'ENODEV' };

/** What the thread is given when it starts. */
export interface ReaderStart {
  readonly target: Target;
  readonly live: Partial<LiveRequest>;
}

export type ReaderQuestion = { readonly id: number } & (
  | { readonly ask: 'sample' | 'files' | 'moments' }
  | { readonly ask: 'seek'; readonly index: number }
  | { readonly ask: 'record'; readonly file: string | null }
  | { readonly ask: 'file'; readonly path: string }
  | { readonly ask: 'what-if'; readonly action: WhatIfAction }
  | { readonly ask: 'demo'; readonly command: DemoCommand | null }
  /** Nothing is answered. */
  | { readonly ask: 'retry' | 'cancel' | 'close' }
  /** Answers a question of the thread's; the id is that question's. */
  | { readonly ask: 'answered'; readonly answers: readonly string[] | null }
);

export type ReaderAnswer = { readonly id: number } & (
  | { readonly result: Sampled }
  | { readonly files: RawFile[] }
  | { readonly moments: Moments | null }
  | { readonly recorder: Recorder | null }
  | { readonly text: string | null }
  | { readonly whatIf: Result<WhatIf> }
  | { readonly outcome: DemoOutcome; readonly state: DemoState | null }
  /** A question for a human; the id is its own. */
  | { readonly question: Question }
);

/**
 * @param ask whom the thread may ask while it connects
 *
 * A thread that dies answers every open question with a problem, and is started anew on the next.
 */
export function openReader(target: Target, live: Partial<LiveRequest> = {}, ask?: Ask): Reader {
  const waiting = new Map<number, (answer: ReaderAnswer | null) => void>();
  let worker: Worker | null = null;
  let asked = 0;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(join(import.meta.dirname, 'reader.cjs'), {
      workerData: { target, live } satisfies ReaderStart,
    });
    started.on('message', (answer: ReaderAnswer) => {
      if ('question' in answer) void passOn(started, answer.id, answer.question);
      else settle(answer.id, answer);
    });
    started.on('error', () => stopped(started));
    started.on('exit', () => stopped(started));
    return started;
  }

  async function passOn(to: Worker, id: number, question: Question): Promise<void> {
    const answers = ask ? await ask(question) : null;
    to.postMessage({ id, ask: 'answered', answers } satisfies ReaderQuestion);
  }

  function stopped(which: Worker): void {
    if (worker !== which) return;
    worker = null;
    for (const id of waiting.keys()) settle(id, null);
  }

  function settle(id: number, answer: ReaderAnswer | null): void {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(answer);
  }

  function request(
    question:
      | { ask: 'sample' | 'files' | 'moments' }
      | { ask: 'seek'; index: number }
      | { ask: 'record'; file: string | null }
      | { ask: 'file'; path: string }
      | { ask: 'what-if'; action: WhatIfAction }
      | { ask: 'demo'; command: DemoCommand | null },
  ): Promise<ReaderAnswer | null> {
    if (isClosed) return Promise.resolve(null);
    worker ??= start();
    const id = (asked += 1);
    const answered = new Promise<ReaderAnswer | null>((resolve) => waiting.set(id, resolve));
    worker.postMessage({ ...question, id } satisfies ReaderQuestion);
    return answered;
  }

  /** For the thread that runs, if any. */
  function tell(what: 'retry' | 'cancel' | 'close'): void {
    worker?.postMessage({ id: 0, ask: what } satisfies ReaderQuestion);
  }

  async function sampled(
    question: { ask: 'sample' } | { ask: 'seek'; index: number },
  ): Promise<Sampled> {
    const answer = await request(question);
    if (answer && 'result' in answer) return answer.result;
    return { ...stoppedProblem(), roundMs: null };
  }

  function stoppedProblem(): { readonly ok: false; readonly problem: Problem } {
    const message = `The reader of ${target.text} stopped unexpectedly; it is started again on the next try.`;
    return { ok: false, problem: { code: 'protocol-error', path: target.text, message } };
  }

  return {
    sample: () => sampled({ ask: 'sample' }),
    seek: (index) => sampled({ ask: 'seek', index }),
    async moments() {
      const answer = await request({ ask: 'moments' });
      return answer && 'moments' in answer ? answer.moments : null;
    },
    async record(file) {
      const answer = await request({ ask: 'record', file });
      return answer && 'recorder' in answer ? answer.recorder : null;
    },
    retry: () => tell('retry'),
    cancel: () => tell('cancel'),
    async files() {
      const answer = await request({ ask: 'files' });
      return answer && 'files' in answer ? answer.files : [];
    },
    async file(path) {
      const answer = await request({ ask: 'file', path });
      return answer && 'text' in answer ? answer.text : null;
    },
    async whatIf(action) {
      const answer = await request({ ask: 'what-if', action });
      return answer && 'whatIf' in answer ? answer.whatIf : stoppedProblem();
    },
    async demo() {
      const answer = await request({ ask: 'demo', command: null });
      return answer && 'state' in answer ? answer.state : null;
    },
    async control(command) {
      const answer = await request({ ask: 'demo', command });
      return answer && 'outcome' in answer ? answer.outcome : noDemo;
    },
    close() {
      isClosed = true;
      if (worker) endSoon(worker);
      tell('close');
    },
  };
}

/** Milliseconds for a thread to take its leave of the host. */
const leaveMs = 1000;

/** A thread that is busy with a slow disk does not hear that it is to end. */
function endSoon(worker: Worker): void {
  const end = setTimeout(() => void worker.terminate(), leaveMs);
  worker.once('exit', () => clearTimeout(end));
}
