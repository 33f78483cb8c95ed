/** Speaks with a reader thread: one per open target. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RawFile } from '../../shared/api/contract';
import type { Target } from '../../shared/api/target';
import type { Result } from '../../shared/readings/problem';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { SourceOptions } from './source';

export interface Reader {
  /** Reads the target now. One at a time is enough: later calls wait for their turn. */
  sample(): Promise<Result<StatusDocument>>;
  /** Files and folders of the last sample. */
  files(): Promise<RawFile[]>;
  /** Text of one of them; null where it has none. */
  file(path: string): Promise<string | null>;
  close(): void;
}

export interface ReaderQuestion {
  readonly id: number;
  readonly ask: 'sample' | 'files' | 'file';
  readonly path?: string;
}

export type ReaderAnswer = { readonly id: number } & (
  | { readonly result: Result<StatusDocument> }
  | { readonly files: RawFile[] }
  | { readonly text: string | null }
);

/** A thread that dies answers every open question with a problem, and is started anew on the next. */
export function openReader(target: Target, options: SourceOptions = {}): Reader {
  const waiting = new Map<number, (answer: ReaderAnswer | null) => void>();
  let worker: Worker | null = null;
  let asked = 0;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(join(import.meta.dirname, 'reader.cjs'), {
      workerData: { target, options },
    });
    started.on('message', (answer: ReaderAnswer) => settle(answer.id, answer));
    started.on('error', () => stopped(started));
    started.on('exit', () => stopped(started));
    return started;
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

  function ask(question: Omit<ReaderQuestion, 'id'>): Promise<ReaderAnswer | null> {
    if (isClosed) return Promise.resolve(null);
    worker ??= start();
    const id = (asked += 1);
    const answered = new Promise<ReaderAnswer | null>((resolve) => waiting.set(id, resolve));
    worker.postMessage({ ...question, id });
    return answered;
  }

  return {
    async sample() {
      const answer = await ask({ ask: 'sample' });
      if (answer && 'result' in answer) return answer.result;
      const message = `The reader of ${target.text} stopped unexpectedly; it is started again on the next try.`;
      return { ok: false, problem: { code: 'protocol-error', path: target.text, message } };
    },
    async files() {
      const answer = await ask({ ask: 'files' });
      return answer && 'files' in answer ? answer.files : [];
    },
    async file(path) {
      const answer = await ask({ ask: 'file', path });
      return answer && 'text' in answer ? answer.text : null;
    },
    close() {
      isClosed = true;
      void worker?.terminate();
    },
  };
}
