import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { FromRunner, ToRunner } from './protocol';
import { setupFile, type Sandbox } from './sandbox';

/** The process that runs the tests; started on the first order, and anew after it had to be ended. */
export class RunnerProcess {
  private child: ChildProcess | null = null;

  constructor(private readonly sandbox: Sandbox) {}

  /** @returns null when it did not answer in time, or ended: it is gone then */
  async ask(order: ToRunner, milliseconds: number): Promise<FromRunner | null> {
    const child = (this.child ??= await this.start());
    const answer = await answerOf(child, order, milliseconds);
    if (answer === null) this.end();
    return answer;
  }

  end(): void {
    const pid = this.child?.pid;
    this.child = null;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // All of the group are gone already.
    }
  }

  private start(): Promise<ChildProcess> {
    const runner = join(import.meta.dirname, 'runner.ts');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', runner, setupFile, this.sandbox.temporary],
      {
        cwd: this.sandbox.root,
        env: { ...outsideVitest(), TMPDIR: this.sandbox.own },
        // A group of its own can be ended with all that tests have started.
        detached: true,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(child));
      child.once('exit', () => reject(new Error('vitest could not be started.')));
    });
  }
}

/** This environment as it would be outside of a test: the tool's own tests run in vitest. */
function outsideVitest(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  return Object.fromEntries(entries);
}

function answerOf(
  child: ChildProcess,
  order: ToRunner,
  milliseconds: number,
): Promise<FromRunner | null> {
  return new Promise((resolve) => {
    const settle = (answer: FromRunner | null): void => {
      clearTimeout(timer);
      child.off('message', settle);
      child.off('exit', ended);
      resolve(answer);
    };
    const ended = (): void => settle(null);
    const timer = setTimeout(ended, milliseconds);
    child.on('message', settle);
    child.on('exit', ended);
    child.send(order);
  });
}
