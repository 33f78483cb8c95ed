/** A program of this machine as a channel. */
import { spawn, type ChildProcess } from 'node:child_process';
import { atExit } from './atExit';
import type { Channel, ChannelEnd } from './transport';

export interface ChildChannel extends Channel {
  readonly child: ChildProcess;
}

export function startChild(
  argv: readonly string[],
  environment?: NodeJS.ProcessEnv,
): ChildChannel | null {
  const [program, ...args] = argv;
  if (program === undefined) return null;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(environment === undefined ? {} : { env: environment }),
  });
  // A write to a program that has ended is answered by its end.
  child.stdin.on('error', () => undefined);
  // An `ssh` that still connects would not notice that nobody is there any more.
  const gone = atExit(() => child.kill());
  const ended = new Promise<ChannelEnd>((resolve) => {
    // Later ones say that sudo's own process could not be signalled.
    child.on('error', ({ message }) =>
      resolve({ status: null, problem: { code: 'no-shell', path: program, message } }),
    );
    child.once('close', (status) => {
      gone();
      resolve({ status, problem: null });
    });
  });
  return {
    child,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    close() {
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
      // Through sudo the program is another user's: its input's end is all that we can send it.
      child.kill();
    },
  };
}
