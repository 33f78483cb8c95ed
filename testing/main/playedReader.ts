/** A reader of a host as tests play it: what it is not told to answer, it never answers or has not. */
import { noDemo, type Answering, type CallName, type CallAsk } from '../../main/reader/calls';
import type { Reader } from '../../main/reader/readerPool';

const nothing: Answering = {
  sample: () => new Promise(() => undefined),
  moveTo: () => Promise.reject(new Error('no recording')),
  record: () => null,
  'host:files': () => [],
  'host:file': () => null,
  'host:what-if': () => Promise.reject(new Error('nobody asks')),
  'demo:control': () => noDemo,
  'recording:moments': () => null,
};

/** @param did hears what is done to it beside being asked */
export function playedReader(
  answers: Partial<Answering> = {},
  did: (what: 'retry' | 'cancel' | 'close') => void = () => undefined,
): Reader {
  const all = { ...nothing, ...answers };
  return {
    ask: async <N extends CallName>(name: N, argument: CallAsk<N>) => {
      const answer: Answering[N] = all[name];
      return answer(argument);
    },
    retry: () => did('retry'),
    cancel: () => did('cancel'),
    async close() {
      did('close');
    },
  };
}
