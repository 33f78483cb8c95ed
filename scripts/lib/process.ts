import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

export interface Outcome {
  /** The exit status; 128 + N when signal N ended it, 127 when it could not be started. */
  status: number;
  /** What it wrote to standard output and standard error; empty where they were not piped. */
  output: string;
}

/** Ends a script with a message for people, where a stack trace would tell them nothing. */
export class Stop extends Error {}

/** Says one line to the person who waits; standard output stays free for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a script's body, whose answer becomes the exit status. */
export function main(body: () => Promise<number>): void {
  body().then(
    (status) => process.exit(status),
    (error: unknown) => {
      say(describe(error));
      process.exit(1);
    },
  );
}

/** What to tell of an error: its message where it is meant for people, otherwise all of it. */
export function describe(error: unknown): string {
  if (error instanceof Stop) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs a program to its end and hides what it says, to be shown only where it matters. */
export function runQuietly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  return run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program to its end on this terminal. */
export function runVisibly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  return run(command, args, { ...options, stdio: 'inherit' });
}

/** The status by which a shell would report how a program ended. */
export function exitStatus(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal ? constants.signals[signal] : 0);
}

const running = new Set<ChildProcess>();
let interrupted = false;

function run(command: string, args: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = passSignalsTo(spawn(command, args, options));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: 127, output: output + error.message }));
    child.on('close', (code, signal) => {
      const status = exitStatus(code, signal);
      // Nothing of the script is to follow on a program that the user has ended.
      if (interrupted) process.exit(status);
      resolve({ status, output });
    });
  });
}

/** Lets a program end by the signals that end the script, which then waits for it. */
export function passSignalsTo(child: ChildProcess): ChildProcess {
  running.add(child);
  child.on('error', () => running.delete(child));
  child.on('close', () => running.delete(child));
  return child;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    if (running.size === 0) process.exit(exitStatus(null, signal));
    for (const child of running) child.kill(signal);
  });
}
