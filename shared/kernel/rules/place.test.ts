import { describe, expect, it } from 'vitest';
import { disagreements } from '../../../testing/shared/kernelAgreement';
import { KernelCore } from '../state/core';
import { Kernel } from '../kernel';
import { functionKey } from '../state/livepatch';
import type { LivepatchLiteral } from '../state/literals';
import { placeLivepatch, placeModule, placeThread, placeTransition } from './place';
import { findBlockers } from './stackCheck';
import { codeOf, originalFrame } from '../state/threads';
import { newestKernel } from '../state/version';

const core = () =>
  new KernelCore({
    version: newestKernel,
    architecture: 'full',
    hostName: 'placed',
    bootId: '00000000-0000-0000-0000-000000000000',
    cpus: 1,
    deepIdleCpus: 0,
    symbols: {},
  });
const literal = (name: string, more: Partial<LivepatchLiteral> = {}): LivepatchLiteral => ({
  name,
  objects: [
    { name: 'vmlinux', functions: [{ name: 'f' }] },
    { name: 'nfs', functions: [{ name: 'g' }] },
  ],
  ...more,
});
const asleepIn = (tid: number, frame: ReturnType<typeof originalFrame>) => ({
  thread: { comm: 'cat', tid, posture: { calls: [], state: 'D' } } as const,
  frames: [frame],
});

describe('a kernel put together from what is known', () => {
  it('goes on like one that came there by itself', () => {
    const placed = core();
    placeModule(placed, { name: 'nfs' });
    placeLivepatch(placed, literal('lower'));
    placeLivepatch(placed, literal('upper'));
    const lived = Kernel.boot({ name: 'lived', modules: [{ name: 'nfs' }] });
    for (const name of ['lower', 'upper']) {
      lived.apply({ do: 'load', livepatch: literal(name) });
    }
    const kernel = Kernel.around(placed);
    const tableOf = ({ stacks }: KernelCore) =>
      stacks.keys().map((key) => [key, stacks.of(key).map(({ patch }) => patch)]);
    expect(tableOf(placed)).toEqual(tableOf(lived.core));
    expect(disagreements(placed)).toEqual([]);
    for (const one of [kernel, lived]) {
      expect(one.apply({ do: 'write-enabled', patch: 'upper', value: false }).ok).toBe(true);
      one.pass(1);
    }
    expect(tableOf(placed)).toEqual(tableOf(lived.core));
    expect(disagreements(placed)).toEqual([]);
  });

  it('knows who would block a livepatch that is asked about', () => {
    const placed = core();
    placeLivepatch(placed, literal('lower'));
    const key = functionKey('vmlinux', 'f', 1);
    const inside = asleepIn(10, { symbol: 'f', module: 'lower', code: codeOf(key, 'lower') });
    const original = asleepIn(11, originalFrame('vmlinux', 'f'));
    for (const { thread, frames } of [inside, original]) placeThread(placed, thread, frames);
    const asked = Kernel.around(placed).clone();
    asked.apply({ do: 'load', livepatch: literal('next', { replace: true }) });
    expect(asked.core.transition && findBlockers(asked.core, asked.core.transition)).toEqual([
      { tid: 10, why: { is: 'sleeping', function: 'f' } },
    ]);
    expect(placed.transition).toBeNull();
  });

  it('may be in the middle of a transition, with nops', () => {
    const placed = core();
    placeLivepatch(placed, literal('older'));
    const objects = [{ name: 'vmlinux', functions: [{ name: 'h' }] }];
    const patch = placeLivepatch(placed, { name: 'newer', replace: true, objects }, [
      { name: 'f' },
      { object: 'nfs', name: 'g' },
    ]);
    const { thread, frames } = asleepIn(10, originalFrame('vmlinux', 'h'));
    placeThread(placed, thread, frames);
    placeTransition(placed, patch, 1, [10]);
    expect(disagreements(placed)).toEqual([]);
    const kernel = Kernel.around(placed);
    expect(kernel.apply({ do: 'write-enabled', patch: 'older', value: false }).ok).toBe(false);
    expect(kernel.apply({ do: 'force', patch: 'newer' }).ok).toBe(true);
    expect(kernel.apply({ do: 'write-enabled', patch: 'newer', value: false }).ok).toBe(true);
    kernel.pass(3);
    expect(placed.patches.map(({ name }) => name)).toEqual(['older']);
  });
});
