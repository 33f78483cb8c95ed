/**
 * What a host's reader is asked: one map from name to argument and answer, from which both ends and
 * the messages between them have their types.
 */
import type {
  Answer,
  Ask as AskOf,
  DemoOutcome,
  DemoState,
  Recorder,
  RecordingState,
} from '../../shared/api/contract';
import type { Problem, Result } from '../../shared/base/problem';
import type { TransitionWatch } from '../../shared/history/transitionWatch';
import type { StatusDocument } from '../../shared/report/statusDocument';

/** A sample, with all that belongs to it. */
export type Sampled = Result<StatusDocument> & {
  /** Milliseconds that the host took to answer; null: not known. */
  readonly roundMs: number | null;
  /** Where a demo host's story stands; no other host has one. */
  readonly demo?: DemoState;
  /** The moment that is shown of a recording, and what had been seen of its transition. */
  readonly recording?: RecordingState;
  readonly watch?: TransitionWatch | null;
  /** How far a recording of this host is that is being made. */
  readonly recorder?: Recorder;
};

/** No demo host is there to obey. */
export const noDemo: DemoOutcome = { ok: false, errno: 'ENODEV' };

/**
 * Requests of the window that the host's reader answers as they are, and what is answered where the
 * host isn't open any more.
 */
export const notOpen: { readonly [N in PassedOn]: Answer<N> } = {
  'host:files': [],
  'host:file': null,
  'host:what-if': null,
  'demo:control': noDemo,
  'recording:moments': null,
};
export type PassedOn =
  'host:files' | 'host:file' | 'host:what-if' | 'demo:control' | 'recording:moments';

/** The window names the host by its id; its reader need not know that. */
type WithoutId<N extends PassedOn> = Omit<AskOf<N>, 'id'>;

export type ReaderCalls = {
  readonly [N in PassedOn]: { readonly ask: WithoutId<N>; readonly answer: Answer<N> };
} & {
  /** Reads the target now. */
  readonly sample: { readonly ask: null; readonly answer: Sampled };
  /** Shows another moment of a recording. */
  readonly moveTo: { readonly ask: { readonly index: number }; readonly answer: Sampled };
  /** Records from now on into a file, in place of one that is there; null: no more. */
  readonly record: {
    readonly ask: { readonly file: string | null };
    readonly answer: Recorder | null;
  };
};

export type CallName = keyof ReaderCalls;
export type CallAsk<N extends CallName> = ReaderCalls[N]['ask'];
export type CallAnswer<N extends CallName> = ReaderCalls[N]['answer'];

/** One call, as it is handed to whoever answers it. */
export type Call<N extends CallName = CallName> = {
  readonly [M in N]: { readonly name: M; readonly argument: CallAsk<M> };
}[N];

/** Whoever answers all calls. */
export type Answering = {
  readonly [N in CallName]: (argument: CallAsk<N>) => CallAnswer<N> | Promise<CallAnswer<N>>;
};

/** What is answered in place of a reader that has stopped. */
export const unanswered: { readonly [N in CallName]: (problem: Problem) => CallAnswer<N> } = {
  sample: (problem) => ({ ok: false, problem, roundMs: null }),
  moveTo: (problem) => ({ ok: false, problem, roundMs: null }),
  record: () => null,
  'host:files': () => [],
  'host:file': () => null,
  'host:what-if': (problem) => ({ ok: false, problem }),
  'demo:control': () => noDemo,
  'recording:moments': () => null,
};
