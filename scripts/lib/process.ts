import { spawn, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

export interface Outcome {
  /** The exit status; 128 + N when signal N ended it, 127 when it could not be started. */
  status: number;
  /** What it wrote to standard output and standard error; empty where they were not piped. */
  output: string;
}

/** Says one line to the person who waits; standard output stays free for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a program to its end and hides what it says, to be shown only where it matters. */
export function runQuietly(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { timeout?: number } = {},
): Promise<Outcome> {
  return run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program to its end on this terminal. */
export function runVisibly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  return run(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

function run(command: string, args: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: 127, output: output + error.message }));
    child.on('close', (status, signal) => resolve({ status: exitStatus(status, signal), output }));
  });
}

/** The status by which a shell would report how a program ended. */
export function exitStatus(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal ? constants.signals[signal] : 0);
}
