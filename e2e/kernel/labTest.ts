/**
 * What stories on a real kernel start from: a running guest of the project's kernel, for all stories
 * of one file. Where there can be none they are skipped, and say why.
 */
import { test as base } from '@playwright/test';
import { startLab, unavailableWhy, type KernelSeries, type Lab } from '../lab/index';
import { clientOf, type Client } from './client';

interface OfWorker {
  /** Which of the lab's kernels; each project of the configuration names one. */
  readonly kernel: KernelSeries;
  /** The guest, or why there is none. */
  readonly guestOrWhy: Lab | string;
}

interface OfStory {
  readonly lab: Lab;
  /** How the product reaches the guest. */
  readonly client: Client;
}

/** An image may have to be built first, and a busy machine emulates slowly. */
const startLimitMs = 600_000;

export const test = base.extend<OfStory, OfWorker & { readonly ownClient: Client | null }>({
  kernel: ['6.12', { option: true, scope: 'worker' }],
  guestOrWhy: [
    async ({ kernel }, use) => {
      const why = await unavailableWhy(kernel);
      if (why !== undefined) {
        console.warn(`SKIPPED: no stories on a real kernel ${kernel}: ${why}`);
        await use(why);
        return;
      }
      const lab = await startLab(kernel);
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: startLimitMs },
  ],
  ownClient: [
    async ({ guestOrWhy }, use) => {
      const client = typeof guestOrWhy === 'string' ? null : clientOf(guestOrWhy);
      await use(client);
      client?.remove();
    },
    { scope: 'worker' },
  ],
  // For every story, also for one that asks for nothing: without a guest it is skipped.
  lab: [
    async ({ guestOrWhy }, use, info) => {
      if (typeof guestOrWhy === 'string') info.skip(true, guestOrWhy);
      else await use(guestOrWhy);
    },
    { auto: true },
  ],
  client: async ({ ownClient }, use, info) => {
    if (ownClient === null) info.skip(true, 'no guest');
    else await use(ownClient);
  },
});

export { expect } from '@playwright/test';
