/** Starts applications in this machine's Electron and measures when they are to be seen. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { electronOptions } from '../../scripts/lib/electron-options';
import { ensureElectron } from '../../scripts/lib/electron-runtime';

export interface Start {
  /** Milliseconds from the process's start until its window was shown. */
  readonly shown: number;
  /** Milliseconds until the page had painted what was awaited. */
  readonly painted: number;
}

const saidSchema = z.object({ shownAt: z.number(), paintedAt: z.number() });
const hook = join(import.meta.dirname, 'shown.cjs');
const patience = 60_000;

/** Said and found out once. */
let switches: readonly string[] | null = null;

/**
 * @param application folder of an Electron application
 * @param args its arguments
 * @param profile folder of its profile, made if it isn't there
 * @param env where windows appear
 * @param awaited selector of what is to be painted
 */
export async function measureStart(
  application: string,
  args: readonly string[],
  profile: string,
  env: NodeJS.ProcessEnv,
  awaited = 'h1',
): Promise<Start> {
  const { executable } = await ensureElectron();
  switches ??= electronOptions({ isVirtual: true, env });
  const all = [...switches, `--user-data-dir=${profile}`, '-r', hook, application, ...args];
  const begin = Date.now();
  const output = await outputOf(executable, all, {
    ...env,
    XDG_CONFIG_HOME: profile,
    KLPSCOPE_BENCH_AWAITED: awaited,
  });
  const said = saidSchema.parse(JSON.parse(output));
  return { shown: said.shownAt - begin, painted: said.paintedAt - begin };
}

function outputOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: patience,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(said);
      else reject(new Error(`${args.at(-1)} ended with status ${status} before it was seen`));
    });
  });
}
