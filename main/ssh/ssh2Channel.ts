/** A session of ssh2 as a channel. */
import type { Client, ClientChannel } from 'ssh2';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import { capText, visible } from '../../shared/readings/text';
import type { Channel, ChannelEnd } from './transport';

export function openChannel(
  client: Client,
  line: string,
  closed: Promise<Problem>,
  name: string,
): Promise<Result<Channel>> {
  return new Promise((resolve) => {
    void closed.then((problem) => resolve({ ok: false, problem }));
    try {
      client.exec(line, (error, stream) => {
        if (error) {
          const message = `${name} does not open a session: ${visible(capText(error.message, 200))}.`;
          resolve(fail('no-shell', name, message));
        } else {
          resolve(succeed(toChannel(stream, closed)));
        }
      });
    } catch {
      void closed.then((problem) => resolve({ ok: false, problem }));
    }
  });
}

function toChannel(stream: ClientChannel, closed: Promise<Problem>): Channel {
  stream.on('error', () => undefined);
  let isEnded = false;
  const ended = new Promise<ChannelEnd>((resolve) => {
    let status: number | null = null;
    stream.on('exit', (code: number | null) => {
      status = code;
    });
    stream.on('close', () => {
      isEnded = true;
      // A channel of a lost connection closes just before the connection says why.
      const lost = closed.then((problem): ChannelEnd => ({ status, problem }));
      const over = new Promise<ChannelEnd>((tell) => {
        setImmediate(() => tell({ status, problem: null }));
      });
      resolve(status === null ? Promise.race([lost, over]) : { status, problem: null });
    });
    void closed.then((problem) => resolve({ status: null, problem }));
  });
  return {
    stdin: stream.stdin,
    stdout: stream.stdout,
    stderr: stream.stderr,
    ended,
    close: () => {
      if (isEnded) return;
      stream.end();
      stream.close();
    },
  };
}
