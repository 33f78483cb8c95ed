/**
 * Looks into a packaged app from outside, by Chromium's debugging port: unlike Electron on a
 * checkout it can't be held at its start, and Playwright must not attach while its page loads (see
 * `runtime.ts`).
 */
import { chromium, expect, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const targetsSchema = z.array(z.object({ type: z.string(), title: z.string() }));

/**
 * Starts the app, hands its page to `look` once its title says `title`, and ends it.
 *
 * @param args must make the app open something that changes its title
 */
export async function lookInto(
  program: string,
  args: readonly string[],
  title: string,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const child = spawn(program, ['--remote-debugging-port=0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const address = await debuggingAddress(child);
    await expect.poll(() => titlesAt(address), { timeout: 30_000 }).toContain(title);
    const browser = await chromium.connectOverCDP(address);
    const [page] = browser.contexts().flatMap((context) => context.pages());
    if (page === undefined) throw new Error('the packaged app has no page');
    await look(page);
    await browser.close();
  } finally {
    const ended = once(child, 'close');
    if (child.kill()) await ended;
  }
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on('error', reject);
    child.on('close', (status) => reject(new Error(`it ended with status ${status}: ${said}`)));
  });
}

async function titlesAt(address: string): Promise<string[]> {
  const list = new URL('/json/list', address.replace(/^ws:/, 'http:'));
  const targets = targetsSchema.parse(await (await fetch(list)).json());
  return targets.filter(({ type }) => type === 'page').map((target) => target.title);
}
