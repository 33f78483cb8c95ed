import { expect, test } from 'vitest';
import { modules, readingsOf } from '../../testing/shared/memoryTree';
import { buildState } from './buildState';

const enginesOf = (files: Record<string, string>) =>
  buildState(readingsOf({ '/proc/version': '', ...files })).otherEngines;

// Names as the engines give them: Oracle's ksplice-apply, TuxCare's kcare, SUSE's kgraft-patch
// packages, kmod/core of kpatch 0.1 to 0.9.
test.each([
  ['ksplice_a1b2c3d4_vmlinux_new', 'Ksplice'],
  ['ksplice_a1b2c3d4', 'Ksplice'],
  ['kcare', 'KernelCare'],
  ['kernelcare_1', 'KernelCare'],
  ['kgraft', 'kGraft'],
  ['kgraft_patch_4_4_180_94_164_default_2_2_1', 'kGraft'],
  ['kpatch', 'the old kpatch core'],
])('%s is a module of %s', (module, name) => {
  expect(enginesOf(modules(`${module} 4096 1 - Live 0x0 (OE)`))).toMatchObject([
    { name, modules: [module], evidence: ['/proc/modules'] },
  ]);
});

test.each([
  'kpatch_5_14_0_570_12_1_1_2',
  'livepatch_a',
  'kgraph',
  'kcard',
  'xfs',
  // Names that only hold an engine's, or begin like it.
  'my_kgraft_patch',
  'kgrafting',
  'xkcare',
  'kcares',
  'xksplice_1',
  'ksplicer',
  'xkpatch',
  'kpatchx',
])('%s is no other engine’s', (module) => {
  expect(enginesOf(modules(`${module} 4096 1 - Live 0x0 (OEK)`))).toEqual([]);
});

test.each([
  ['1\n', true],
  ['0\n', false],
  ['x', null],
])('kGraft’s in_progress %j', (text, inProgress) => {
  expect(enginesOf({ '/sys/kernel/kgraft/in_progress': text })).toEqual([
    { name: 'kGraft', modules: [], evidence: ['/sys/kernel/kgraft'], inProgress },
  ]);
});
