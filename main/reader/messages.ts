/** What crosses between the main process and a reader thread. Hosts have numbers there. */
import type { Target } from '../../shared/api/target';
import type { LiveRequest } from '../sources/source';
import type { Question } from '../ssh/questions';
import type { Call, CallAnswer, CallName } from './calls';

/** What a thread is given when it starts. */
export interface ThreadStart {
  /** Connections that it starts at once, at most. */
  readonly startsAtOnce: number;
  /** Calls are answered one after the other, so that it is known which host holds up the thread. */
  readonly oneAtATime: boolean;
  readonly inHand: InHand;
}

/**
 * Shared memory in which a thread says what it is at: the number of the host (0: none), and how many
 * times it has shown that it is not held up. It can be read while the thread answers nothing.
 */
export type InHand = Int32Array<SharedArrayBuffer>;

/** Milliseconds after which a thread that is not held up has shown so again. */
export const signOfLifeMs = 200;

export function newInHand(): InHand {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** @typeParam C of the calls; whoever only hands messages on need not know it */
export type ToReader<C = Call> = { readonly host: number } & (
  | { readonly do: 'open'; readonly target: Target; readonly live: Partial<LiveRequest> }
  | { readonly do: 'ask'; readonly id: number; readonly call: C }
  | { readonly do: 'retry' | 'cancel' }
  /** Answers a question of the host's; the id is that question's. */
  | { readonly do: 'answer'; readonly id: number; readonly answers: readonly string[] | null }
  /** Answered by `closed`, once a recording that is being made of it is whole. */
  | { readonly do: 'close' }
);

/**
 * @typeParam A of the answers. Which it is knows only who asked: whoever hears them takes `never`,
 *   which can be handed on to anybody and looked at by nobody.
 */
export type FromReader<A = CallAnswer<CallName>> = { readonly host: number } & (
  | { readonly say: 'answer'; readonly id: number; readonly answer: A }
  /** A question for a human; the id is its own. */
  | { readonly say: 'question'; readonly id: number; readonly question: Question }
  | { readonly say: 'closed' }
);
