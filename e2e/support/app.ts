/**
 * Starts the real app for a story, with a profile of its own, and watches what it warns about:
 * a story in which the page or the main process says that something went wrong has failed.
 */
import {
  _electron,
  test as base,
  expect,
  type ElectronApplication,
  type Page,
} from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronOptions } from '../../scripts/lib/electron-options';
import { root } from '../../scripts/lib/paths';
import { keepOrRemove } from '../../testing/main/kept';
import { executable } from './runtime';

const usualSwitches = electronOptions({ isVirtual: true, env: process.env });

export interface App {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** What the page and the main process warned about, but for what was expected. */
  readonly warnings: readonly string[];
  readonly close: () => Promise<void>;
}

export interface Run {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Launch {
  /** Folder of the profile; default: the story's own. */
  readonly profile?: string;
  /** Switches of Chromium's. */
  readonly switches?: readonly string[];
  /** Complaints that the story is about; any other one fails it. */
  readonly expected?: RegExp;
  /** Variables on top of those of the test runner. */
  readonly env?: Readonly<Record<string, string>>;
}

interface MaybePackaged {
  /** A packaged app's program, in place of Electron on this checkout. */
  readonly packaged?: string;
}

interface Fixtures {
  /** An empty folder, gone after the story. */
  readonly folder: string;
  /** Starts the app with arguments and waits for its window. */
  readonly launch: (args?: readonly string[], options?: Launch) => Promise<App>;
  /** Starts the app with arguments and waits for its end. */
  readonly run: (args: readonly string[], options?: Launch & MaybePackaged) => Promise<Run>;
}

export const test = base.extend<Fixtures>({
  folder: async ({ browserName }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `klpscope-story-${browserName}-`));
    await use(folder);
    keepOrRemove(folder);
  },
  launch: async ({ folder }, use) => {
    const apps: App[] = [];
    await use(async (args = [], options = {}) => {
      const app = await start(argumentsOf(args, options, folder), options, folder);
      apps.push(app);
      return app;
    });
    for (const app of apps) await app.close();
    expect(apps.flatMap((app) => app.warnings)).toEqual([]);
  },
  run: async ({ folder }, use) => {
    await use((args, options = {}) => {
      return runToEnd(
        options.packaged ?? executable,
        argumentsOf(args, options, folder),
        options.env ?? {},
        folder,
      );
    });
  },
});

export { expect };

/** The whole command line of a story's app, after its program. */
export function argumentsOf(
  args: readonly string[],
  options: Launch & MaybePackaged,
  folder: string,
): string[] {
  const { profile = join(folder, 'profile'), packaged, switches = [] } = options;
  const own = packaged === undefined ? [root] : [];
  return [...usualSwitches, ...switches, `--user-data-dir=${profile}`, ...own, ...args];
}

/** Those of the test runner. */
function variables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Where a story's app has its settings and accepted host keys. */
export function configFile(folder: string): string {
  return join(folder, 'config', 'klpscope', 'klpscope.json');
}

/** Variables of a story's app: nothing of the user's own is read or written. */
function ownVariables(folder: string): Record<string, string> {
  return { XDG_CONFIG_HOME: join(folder, 'config') };
}

/** Starts the app with its whole command line, and waits for its window; `close` ends it. */
export async function start(args: string[], options: Launch, folder: string): Promise<App> {
  const { expected, env = {} } = options;
  const electron = await _electron.launch({
    args,
    env: { ...variables(), ...ownVariables(folder), ...env },
  });
  Object.defineProperty(electron, 'evaluate', {
    value: againWhenCollected(electron.evaluate.bind(electron)),
  });
  keepOutput(electron.process(), folder);
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (expected?.test(text) !== true) warnings.push(text);
  };
  electron.process().stderr?.on('data', (chunk: Buffer) => {
    const lines = chunk.toString().split('\n');
    warnings.push(...lines.filter((line) => line.includes('a bug in the main process')));
  });
  const page = await electron.firstWindow();
  page.on('console', (message) => {
    if (message.type() === 'error') warn(message.text());
  });
  page.on('pageerror', (error) => warn(String(error)));
  page.on('crash', () => warn('the page crashed'));
  // The start screen or a host is there: from now on the window listens.
  await page.getByRole('heading', { level: 1 }).waitFor();
  let isClosed = false;
  return {
    electron,
    page,
    warnings,
    async close() {
      if (isClosed) return;
      isClosed = true;
      await electron.close();
    },
  };
}

/**
 * On a busy machine the main process may collect the promise through which it would answer, and says
 * so. What stories run there can be run again.
 */
function againWhenCollected<A extends unknown[], R>(call: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    for (let left = 3; ; left -= 1) {
      try {
        return await call(...args);
      } catch (error) {
        if (left === 0 || !String(error).includes('promise was garbage collected')) throw error;
      }
    }
  };
}

/** What the app says stays with what it writes, to be searched with it. */
function keepOutput({ stdout, stderr }: ChildProcess, folder: string): void {
  const keep = (chunk: Buffer) => appendFileSync(join(folder, 'output'), chunk);
  stdout?.on('data', keep);
  stderr?.on('data', keep);
}

function runToEnd(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...ownVariables(folder), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    keepOutput(child, folder);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
