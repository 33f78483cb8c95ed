/**
 * The only door to the main process. Whatever comes through is checked against the contract; what
 * does not fit is a bug of ours and is thrown.
 */
import type { EventName, RequestName } from '../../shared/api/channels';
import type { Answer, Ask, EventOf } from '../../shared/api/contract';

/** The schemas are a chunk of their own: the first paint does not wait for them. */
const loadContract = () => import('./contract');
let contract: ReturnType<typeof loadContract> | null = null;

function contractOnce(): ReturnType<typeof loadContract> {
  contract ??= loadContract();
  return contract;
}

export async function ask<N extends RequestName>(name: N, argument: Ask<N>): Promise<Answer<N>> {
  // Both at once: a request that fails while the schemas are still coming must not go unheard.
  const [answered, { requestSchemas }] = await Promise.all([
    window.klpscope.request(name, argument),
    contractOnce(),
  ]);
  return requestSchemas[name].answer.parse(answered);
}

/** Tells the main process something that needs no answer. A failure there is logged there. */
export function tell<N extends RequestName>(name: N, argument: Ask<N>): void {
  window.klpscope.request(name, argument).catch(reportDisagreement);
}

/** @returns a function that ends the subscription */
export function listen<N extends EventName>(
  name: N,
  listener: (payload: EventOf<N>) => void,
): () => void {
  const deliver = async (payload: unknown) => {
    const { eventSchemas } = await contractOnce();
    listener(eventSchemas[name].parse(payload));
  };
  return window.klpscope.subscribe(name, (payload) => {
    deliver(payload).catch(reportDisagreement);
  });
}

function reportDisagreement(error: unknown): void {
  console.error('the main process and the window disagree', error);
}
