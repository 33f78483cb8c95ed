/**
 * One guest, and what watches it for the whole of a story: root's window, a running `watch --json`,
 * and the guest's own account of its files. An administrator, played by the lab, acts in it.
 */
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { Guest, KernelWord } from '../lab/guest';
import type { Lab } from '../lab/index';
import { argumentsOf, start, type App } from '../support/app';
import { blockingThreads, headline } from '../support/screen';
import type { Answer, Client } from './client';
import { watchOpenings } from './openings';
import { watchGuest, type Watching } from './watching';

export interface Scene {
  readonly client: Client;
  /** The administrator's session. */
  readonly guest: Guest;
  readonly app: App;
  readonly page: Page;
  readonly watching: Watching;
  /** `status --json` of root's; fails if anything in sysfs differs afterwards. */
  readonly status: () => Promise<StatusDocument>;
  /**
   * Window and `status --json` name exactly those for whom the kernel says that it waits, each with
   * the function that the kernel says it is in.
   *
   * @param threads have to be among them
   * @param patience milliseconds until they must agree, five minutes by default
   * @returns what status said
   */
  readonly agreesOnBlockers: (
    threads: readonly number[],
    patience?: number,
  ) => Promise<StatusDocument>;
  /**
   * Waits until all who watch have seen that nothing is in transition any more: the window says these
   * sentences, and `watch` has seen each of these, `EVENT SUBJECT`, since its `beforeAct`.
   */
  readonly seenSettled: (
    sentences: readonly string[],
    ...events: readonly string[]
  ) => Promise<void>;
}

/** Everything below /sys/kernel/livepatch with content, and its modules; `force` can't be read. */
const sysfs =
  'cd /sys/kernel/livepatch && find . | sort && find . -type f ! -name force -exec grep -H . {} + | sort; ' +
  'grep -E "^(lp|klp)_" /proc/modules | cut -d" " -f1-4 | sort; cd /';

export async function openScene(lab: Lab, client: Client): Promise<Scene> {
  const guest = await lab.guest();
  await watchOpenings(guest);
  const profile = join(client.folder, 'profile');
  const app = await start(
    argumentsOf(['guest'], { profile }, client.folder),
    { env: client.env },
    client.folder,
  );
  const { page } = app;
  await page.evaluate(() => window.klpscope.request('settings:change', { interval: 2 }));
  const watching = watchGuest(client);

  async function answer(): Promise<Answer> {
    const before = await guest.run(sysfs);
    const said = await client.status();
    expect(await guest.run(sysfs), 'sysfs before and after it was read').toBe(before);
    return said;
  }

  const scene: Scene = {
    client,
    guest,
    app,
    page,
    watching,
    async seenSettled(sentences, ...events) {
      await windowSays(scene, ...sentences);
      await watching.sees(...events);
      await watching.seesSettled();
    },
    async status() {
      const { document, exitStatus } = await answer();
      expect(exitStatus).toBe(exitStatusFor(document));
      return document;
    },
    async agreesOnBlockers(threads, patience = 300_000) {
      let document: StatusDocument | null = null;
      // Whoever switches or blocks meanwhile makes two honest answers differ: then all are asked again.
      await expect(async () => {
        const before = await guest.kernelWords();
        // The window follows by itself, but on a busy machine not within the seconds that a stall lasts.
        await page.keyboard.press('F5');
        const { document: said } = await answer();
        const rows = await blockingThreads(page).getByRole('row').allTextContents();
        const after = await guest.kernelWords();
        expect(idsOf(after)).toEqual(idsOf(before));
        expect(idsOf(after)).toEqual(expect.arrayContaining([...threads]));
        expectSame(said, after);
        expectShown(rows, after);
        document = said;
      }).toPass({ timeout: patience, intervals: [0] });
      if (document === null) throw new Error('passed without an answer');
      return document;
    },
  };
  return scene;
}

/** As `status --help` promises. */
function exitStatusFor({ findings, transitionState }: StatusDocument): number {
  if (findings.some(({ severity }) => severity === 'error')) return 2;
  return transitionState === 'none' ? 0 : 1;
}

function idsOf(words: readonly KernelWord[]): readonly number[] {
  return words.map(({ tid }) => tid).sort((a, b) => a - b);
}

function expectSame({ blockers }: StatusDocument, words: readonly KernelWord[]): void {
  expect(blockers.map(({ tid }) => tid)).toEqual(idsOf(words));
  for (const { tid, comm, reason, stack } of blockers) {
    const word = words.find((one) => one.tid === tid);
    expect(word?.reason).toBe('sleeping on');
    expect(comm).toBe(word?.comm);
    expect(reason).toMatchObject({ code: 'sleeping-on-function', function: word?.functionName });
    expect(stack?.[reason.frame ?? -1]?.function).toBe(reason.symbol);
  }
}

function expectShown([, ...rows]: readonly string[], words: readonly KernelWord[]): void {
  expect(rows).toHaveLength(words.length);
  for (const { tid, functionName = '' } of words) {
    const row = rows.find((text) => text.includes(String(tid)));
    expect(row).toContain(functionName);
  }
}

/** What the window's one sentence says. */
export async function windowSays({ page }: Scene, ...sentences: readonly string[]): Promise<void> {
  for (const sentence of sentences) await expect(headline(page)).toContainText(sentence);
}
