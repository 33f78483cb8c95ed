/**
 * Mistakes of which `npm test` insists that they are noticed: one of each kind that once went
 * unnoticed, with the tests that must notice it. The whole is measured by `npm run mutate`.
 */
export interface Sample {
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  readonly test: string;
}

export const samples: Readonly<Record<'shared' | 'main' | 'renderer', readonly Sample[]>> = {
  shared: [
    {
      file: 'shared/readings/files/patchState.ts',
      original: `case '-1': return -1;`,
      replacement: `case '-1':`,
      test: 'shared/readings/files/patchState.test.ts',
    },
    {
      file: 'shared/readings/files/patchState.ts',
      original: '-1',
      replacement: '+1',
      test: 'shared/readings/files/patchState.test.ts',
    },
    {
      file: 'shared/base/text.ts',
      original: 'text.length <= limit',
      replacement: 'true',
      test: 'shared/base/text.test.ts',
    },
    {
      file: 'shared/base/text.ts',
      original: 'text.slice(0, -1)',
      replacement: 'text',
      test: 'shared/base/text.test.ts',
    },
    {
      file: 'shared/base/text.ts',
      original: 'hex.length <= 2',
      replacement: 'true',
      test: 'shared/base/text.test.ts',
    },
    {
      file: 'shared/history/transitionWatch.ts',
      original: 'seconds < stallSeconds',
      replacement: 'false',
      test: 'shared/history/transitionWatch.test.ts',
    },
    {
      file: 'shared/history/transitionWatch.ts',
      original: `status.transitionState === 'none'`,
      replacement: `status.transitionState !== 'none'`,
      test: 'shared/history/transitionWatch.test.ts',
    },
  ],
  main: [
    {
      file: 'main/probe/pollingPlan.ts',
      original: 'hasNewThreads || tellLittle',
      replacement: 'true',
      test: 'main/probe/pollingPlan.test.ts',
    },
    {
      file: 'main/probe/pollingPlan.ts',
      original: 'ms > wanted',
      replacement: 'true',
      test: 'main/probe/pollingPlan.test.ts',
    },
    {
      file: 'main/probe/pollingPlan.ts',
      original: '!facts.ordersPending',
      replacement: 'facts.ordersPending',
      test: 'main/probe/pollingPlan.test.ts',
    },
  ],
  renderer: [
    {
      file: 'renderer/state/format.ts',
      original: 'whole < minute',
      replacement: 'false',
      test: 'renderer/state/format.test.ts',
    },
    {
      file: 'renderer/state/format.ts',
      original: 'whole < hour',
      replacement: 'true',
      test: 'renderer/state/format.test.ts',
    },
  ],
};
