/** What-if against the executable model: what is foretold comes true. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { treeOf } from '../kernel';
import { Kernel } from '../kernel';
import { Random } from '../kernel/state/random';
import { randomHost, randomOperation, type WorldSize } from '../kernel/testing/randomWorld';
import { kernelVersions } from '../kernel/state/version';
import { searchTree } from '../readings/stackSearch';
import { readKernel } from '../../testing/shared/kernelAgreement';
import { reticent, untruths } from '../../testing/shared/whatIfAgreement';
import { statusOf } from '../report';
import type { StatusDocument } from '../report/statusDocument';
import { soughtFor } from './blocking';
import type { WantedFunction, WhatIfAction } from './document';
import { functionsOf } from './wanted';
import { whatIf } from './whatIf';

const kernels = kernelVersions.map(({ name }) => name);

const objects = ['vmlinux', 'vmlinux', 'nfs_client', 'dm_crypt', 'virt_net'];

/** As `randomWorld` has them. */
function someFunctions(size: WorldSize, random: Random): WantedFunction[] {
  // None: the empty cumulative livepatch, which reverts everything.
  const chosen = new Set(
    Array.from({ length: random.below(5) }, () => random.below(size.functions)),
  );
  return [...chosen].map((index) => ({
    object: objects[index % objects.length] ?? 'vmlinux',
    name: `do_work_${index}`,
    sympos: 1,
  }));
}

function actionsOn(status: StatusDocument, size: WorldSize, random: Random): WhatIfAction[] {
  const names = [...status.patches.map(({ name }) => name), 'livepatch_of_nobody'];
  const like = random.pick(status.patches)?.name;
  return [
    ...names.flatMap((patch) =>
      (['disable', 'reverse', 'force'] as const).map((action) => ({ do: action, patch })),
    ),
    { do: 'replace', functions: someFunctions(size, random) },
    ...(like === undefined
      ? []
      : [{ do: 'replace', functions: functionsOf(status, like) ?? [] } as const]),
  ];
}

it('says what the kernel then does, in random states of every kernel', () => {
  const asked = { states: 0, inTransition: 0, answers: 0, allowed: 0, open: 0, blocking: 0 };
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...kernels),
      fc.integer({ min: 1, max: 70 }),
      (seed, kernelName, steps) => {
        const size = { kernel: kernelName, livepatches: 5, functions: 10, threads: 20 };
        const random = new Random(seed);
        const kernel = Kernel.boot(randomHost(size, random));
        for (let step = 0; step < steps; step += 1) {
          kernel.apply(randomOperation(size, random));
          const { core } = kernel;
          // In the window the files look like the other direction, and the mutex is held.
          const isReadable = core.window === null && core.transition?.started !== false;
          if (step % 6 !== 0 || !isReadable || core.leaving.length > 0) continue;
          asked.states += 1;
          if (core.transition) asked.inTransition += 1;
          const tree = treeOf(core);
          const status = statusOf(readKernel(core, step % 12 === 0 ? reticent(tree) : tree));
          for (const action of actionsOn(status, size, random)) {
            const sought = soughtFor(status, action);
            const search = sought && searchTree(tree, sought);
            const answer = whatIf(status, action, search);
            asked.answers += 1;
            if (answer.allowed) asked.allowed += 1;
            if (answer.functions.some(({ cases }) => cases.length > 0)) asked.open += 1;
            if (answer.wouldBlock.length > 0) asked.blocking += 1;
            expect(
              untruths(kernel, status, answer),
              `${kernelName}, seed ${seed}, step ${step}, ${JSON.stringify(action)}`,
            ).toEqual([]);
          }
        }
      },
    ),
    { numRuns: 400 },
  );
  console.info(
    `what-if against the model: ${asked.states} states (${asked.inTransition} in transition), ${asked.answers} answers, ${asked.allowed} of allowed actions, ${asked.open} with open cases, ${asked.blocking} with threads that would block`,
  );
  expect(asked.states).toBeGreaterThan(1000);
  expect(asked.open).toBeGreaterThan(0);
  expect(asked.blocking).toBeGreaterThan(0);
});
