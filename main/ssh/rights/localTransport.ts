/** Programs of this machine. */
import { fail, succeed, type Problem } from '../../../shared/base/problem';
import { startChild } from '../childChannel';
import { pinnedEnvironment } from './localRights';
import type { Channel, Transport } from '../transport';

export function localTransport(): Transport {
  const open = new Set<Channel>();
  let tellClosed: (problem: Problem) => void = () => undefined;
  const closed = new Promise<Problem>((resolve) => {
    tellClosed = resolve;
  });
  return {
    neededHuman: false,
    closed,
    exec({ argv }) {
      const channel = startChild(argv, pinnedEnvironment);
      if (!channel) return Promise.resolve(fail('no-shell', null, 'No program was given.'));
      open.add(channel);
      void channel.ended.then(() => open.delete(channel));
      return Promise.resolve(succeed<Channel>(channel));
    },
    close() {
      for (const channel of open) channel.close();
      tellClosed({ code: 'connection-lost', path: 'local', message: 'It was closed.' });
    },
  };
}
