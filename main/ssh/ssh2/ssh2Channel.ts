/** A session of ssh2 as a channel. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import { TimeLimit } from './timeLimit';
import type { Channel, ChannelEnd } from '../transport';

/**
 * Opens one session after the other. A server of `MaxSessions 1` frees the place of a session that has
 * ended only once it has read everything that was sent with its end (OpenSSH, channels.c): a request
 * that came too early is made again.
 */
export function sessionsInTurn(
  open: (line: string) => Promise<Result<Channel>>,
): (line: string) => Promise<Result<Channel>> {
  let isFirst = true;
  return async (line) => {
    const waits = isFirst ? [] : [100, 400, 1600];
    isFirst = false;
    let opened = await open(line);
    for (const wait of waits) {
      if (opened.ok || opened.problem.code !== 'no-shell') break;
      await pause(wait);
      opened = await open(line);
    }
    return opened;
  };
}

/** @param limitMs until the server has opened it */
export function openChannel(
  client: Client,
  line: string,
  closed: Promise<Problem>,
  name: string,
  limitMs = 30_000,
): Promise<Result<Channel>> {
  const patience = new TimeLimit();
  const opened = new Promise<Result<Channel>>((resolve) => {
    const message = `${name} did not open a session within ${limitMs / 1000} s.`;
    patience.set(limitMs, () => resolve(fail('timeout', name, message)));
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
  return opened.finally(() => patience.lift());
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
