/**
 * What-if against a real kernel: who would block is asked before, the livepatch is really loaded or
 * disabled then, and the kernel's own words say whom it waits for.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../main/cli/run';
import { whatIfSchema, type WhatIf } from '../../shared/whatif/document';
import type { Guest } from '../lab/guest.js';
import { startLab, unavailableWhy, type KernelWord, type Lab } from '../lab/index.js';
import { skipping } from '../../testing/main/skipping';
import { clientOf, type Client } from './client';
import { answers, tellsWhoElseIsThere } from './consumers';

const kernel = process.env['KLPSCOPE_LAB_KERNEL'] === '6.1' ? '6.1' : '6.12';
const why = skipping(import.meta.filename, await unavailableWhy(kernel));

/** What lp_busy patches, as a person writes it down. */
const functions = 'vmlinux:version_proc_show\nklp_busy:klp_busy_wait_d\nklp_busy:klp_busy_wait_s\n';

describe.skipIf(why)(`what-if and a real kernel ${kernel}`, () => {
  let lab: Lab;
  let client: Client;
  let guest: Guest;
  const file = () => join(client.folder, 'functions');

  beforeAll(async () => {
    lab = await startLab(kernel);
    client = clientOf(lab);
    Object.assign(process.env, client.env);
    writeFileSync(file(), functions);
    guest = await lab.guest();
  }, 600_000);

  afterAll(async () => {
    await guest?.close();
    client?.remove();
    await lab?.stop();
  }, 60_000);

  it('names before it is loaded for whom a livepatch will wait, and before it is disabled', async () => {
    await guest.load('klp_busy');
    const inOld = [await guest.sleeper('d'), await guest.sleeper('s')];
    const loading = await asked('guest', '--replace-with', file());
    const bySudo = await asked('admin', '--sudo', '--replace-with', file());
    expect(await guest.run('grep -ls 1 /sys/kernel/livepatch/*/transition || :')).toBe('');
    await guest.load('lp_busy');
    await guest.namedByKernel(...inOld);
    expectForetold(loading, await guest.kernelWords(), inOld);
    expect(blockers(bySudo)).toEqual(blockers(loading));

    await guest.letGo('all');
    await guest.settle();
    const inNew = [await guest.sleeper('d'), await guest.sleeper('s')];
    const disabling = await asked('guest', '--disable', 'lp_busy');
    const disablingBySudo = await asked('admin', '--sudo', '--disable', 'lp_busy');
    expect(disabling.assumptions.join(' ').includes('5.1')).toBe(false);
    await guest.disable('lp_busy');
    await guest.namedByKernel(...inNew);
    expectForetold(disabling, await guest.kernelWords(), inNew);
    expect(blockers(disablingBySudo)).toEqual(blockers(disabling));

    await guest.letGo('all');
    await guest.waitGone('lp_busy');
    // Left over: loaded, and out of sysfs.
    expect(disabling).toMatchObject({ leaving: ['lp_busy'], leftover: ['lp_busy'] });
    // The kernel lets go of the module a moment after the folder went.
    await guest.run("until_true 60 'nobody holds it' grep -qx 0 /sys/module/lp_busy/refcnt");
  });

  it('tells who else sits on a patched function, of whom a BPF program skips the livepatch’s code', async () => {
    const ran = await tellsWhoElseIsThere(lab, guest);
    expect(ran.filter((answer) => answer === answers.program)).toHaveLength(1);
    expect(new Set(ran)).toEqual(new Set(Object.values(answers)));
  });
});

async function asked(...args: readonly string[]): Promise<WhatIf> {
  let out = '';
  const warnings: string[] = [];
  const status = await run(['what-if', ...args, '--json'], {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => {
      out += text;
    },
    warn: (line) => warnings.push(line),
  });
  expect({ status, warnings }).toEqual({ status: 0, warnings: [] });
  return whatIfSchema.parse(JSON.parse(out));
}

/** Each with the function that it sleeps in, by the name that is patched. */
function blockers({ wouldBlock }: WhatIf): readonly string[] {
  return wouldBlock.map(({ tid, comm, reason }) => `${comm} ${tid} ${reason.function}`).sort();
}

/**
 * The kernel names those that were foretold and no others; besides, it may name who was running when
 * it looked, which what-if counts but can't foretell.
 */
function expectForetold(
  answer: WhatIf,
  words: readonly KernelWord[],
  sleepers: readonly number[],
): void {
  const asleep = words.filter(({ reason }) => reason === 'sleeping on');
  expect(asleep.map(({ tid }) => tid)).toEqual(expect.arrayContaining([...sleepers]));
  expect(blockers(answer)).toEqual(
    asleep.map(({ comm, tid, functionName }) => `${comm} ${tid} ${functionName}`).sort(),
  );
  expect(answer.allowed).toBe(true);
  expect(answer.unchecked).toBe(answer.running);
}
