/**
 * The only door to the main process. Whatever comes through is checked against the contract; what
 * does not fit is a bug of ours and is thrown.
 */
import type { EventName, RequestName } from '../../shared/api/channels';
import type { Answer, Ask, EventOf } from '../../shared/api/contract';

let loading: Promise<typeof import('./contract')> | null = null;

function contract() {
  loading ??= import('./contract');
  return loading;
}

export async function ask<N extends RequestName>(name: N, argument: Ask<N>): Promise<Answer<N>> {
  const answered = window.klpscope.request(name, argument);
  const { requests } = await contract();
  return requests[name].answer.parse(await answered) as Answer<N>;
}

/** Tells the main process something that needs no answer. A failure there is logged there. */
export function tell<N extends RequestName>(name: N, argument: Ask<N>): void {
  window.klpscope.request(name, argument).catch(reportRefusal);
}

/** @returns a function that ends the subscription */
export function listen<N extends EventName>(
  name: N,
  listener: (payload: EventOf<N>) => void,
): () => void {
  return window.klpscope.subscribe(name, (payload) => {
    contract()
      .then(({ events }) => listener(events[name].parse(payload) as EventOf<N>))
      .catch(reportRefusal);
  });
}

function reportRefusal(error: unknown): void {
  console.error('the main process and the window disagree', error);
}
