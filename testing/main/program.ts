/** The program as it is built and installed, run as a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { watchEventSchema, type WatchEvent } from '../../shared/history/change';
import { keepOutput } from './kept';

const top = join(import.meta.dirname, '../..');

/** @returns its path in that folder */
export async function buildProgram(folder: string): Promise<string> {
  await build({
    configFile: join(top, 'vite.cli.config.ts'),
    root: top,
    logLevel: 'error',
    build: { outDir: folder },
  });
  return join(folder, 'klpscope.cjs');
}

export interface Running {
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Its output as lines of `watch --json`. */
  events(): WatchEvent[];
  /** As Ctrl-C does. */
  interrupt(): void;
  /** Its exit status; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** @param command a program and its arguments */
export function startProgram(command: readonly string[], env: NodeJS.ProcessEnv): Running {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.once('close', () => keepOutput(`${stdout}\n${stderr}\n`));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    events: () => wholeLines(stdout).map((line) => watchEventSchema.parse(JSON.parse(line))),
    interrupt: () => child.kill('SIGINT'),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
