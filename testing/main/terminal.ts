/** A terminal for tests: what is typed at it, and what it shows. */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { keepOutput } from './kept';

export interface TestTerminal {
  /** The device, which a program opens in place of its own terminal. */
  readonly path: string;
  /** Everything that was printed on it so far, and what it has echoed. */
  readonly shown: () => string;
  readonly type: (keys: string) => void;
  /** As where its window is closed. */
  readonly hangUp: () => void;
}

/** A terminal with nobody at it; it is gone after the test. `script` is a part of util-linux. */
export async function openTestTerminal(): Promise<TestTerminal> {
  const holder = spawn('script', ['-qfec', 'tty; exec sleep 600', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  const named = new Promise<string>((resolve, reject) => {
    holder.once('error', reject);
    holder.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      const [, path] = /^(\/dev\/\S+)\r?\n/.exec(shown) ?? [];
      if (path !== undefined) resolve(path);
    });
  });
  const ended = new Promise((resolve) => holder.once('close', resolve));
  onTestFinished(async () => {
    // The terminal's end ends what runs on it; asked to end, `script` would wait for that first.
    holder.kill('SIGKILL');
    await ended;
    keepOutput(shown);
  });
  const path = await named;
  const told = shown.length;
  return {
    path,
    shown: () => shown.slice(told),
    hangUp: () => void holder.kill('SIGKILL'),
    type: (keys) => void holder.stdin.write(keys),
  };
}
