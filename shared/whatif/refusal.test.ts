/** Of whom the kernel would say no, and with which error: enabled_store, force_store, klp_enable_patch. */
import { describe, expect, it } from 'vitest';
import { finding, patch, settled, transition } from '../../testing/shared/documents';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';
import { refusalOf } from './refusal';

const disable = (name: string): WhatIfAction => ({ do: 'disable', patch: name });
const force = (name: string): WhatIfAction => ({ do: 'force', patch: name });
const reverse = (name: string): WhatIfAction => ({ do: 'reverse', patch: name });
const replace = (object = 'vmlinux', name = 'f'): WhatIfAction => ({
  do: 'replace',
  functions: [{ object, name, sympos: 1 }],
});
const host = (patches: PatchEntry[], change: Partial<StatusDocument> = {}): StatusDocument => ({
  ...settled,
  order: 'reported',
  patches,
  ...change,
});
const running = (name: string) =>
  ({ transitionState: 'running', transition: transition({ patch: name }) }) as const;
const strict = { livepatch: { supported: true, tainted: true, strictStack: true } } as const;
const open = patch('a', { inTransition: null });
const off = (name: string) => patch(name, { enabled: false });

const saying = (status: StatusDocument, action: WhatIfAction) => {
  const refusal = refusalOf(status, action);
  return refusal && `${refusal.errno}: ${refusal.why}`;
};

describe('an action', () => {
  it.each([
    [host([patch('a')]), disable('a'), null],
    [host([patch('a')]), disable('b'), 'ENOENT: no livepatch b is loaded'],
    [host([off('a')]), disable('a'), 'EINVAL: a is disabled already'],
    [host([off('a')], running('a')), disable('a'), 'EINVAL: a is being disabled already'],
    // That is a reversal.
    [host([patch('a')], running('a')), disable('a'), null],
    [host([patch('a', { enabled: null })]), disable('a'), null],
    [
      host([patch('a'), patch('b')], running('b')),
      disable('a'),
      'EBUSY: the transition of b runs, and there is only one at a time',
    ],
    [host([patch('a')], running('a')), reverse('a'), null],
    [host([patch('a')]), reverse('a'), 'EINVAL: a is not in transition'],
    [host([patch('a')], running('b')), reverse('a'), 'EINVAL: a is not in transition'],
    [host([patch('a')], running('a')), force('a'), null],
    [host([patch('a')]), force('a'), 'EINVAL: a is not in transition'],
    // Nothing tells whether it is.
    [host([open], { transitionState: 'unknown' }), reverse('a'), null],
    [host([open], { transitionState: 'unknown' }), force('a'), null],
    [
      host([patch('a', { inTransition: false }), patch('b', { inTransition: null })], {
        transitionState: 'unknown',
      }),
      reverse('a'),
      'EINVAL: a is not in transition',
    ],
    [host([]), force('a'), 'ENOENT: no livepatch a is loaded'],
    [
      host([patch('a')], {
        ...running('a'),
        livepatch: { supported: true, tainted: true, forcible: false },
      }),
      force('a'),
      'ENOENT: this kernel has no way to force a transition',
    ],
    [host([patch('a')]), replace(), null],
    [
      host([patch('a')], running('a')),
      replace(),
      'EBUSY: the transition of a runs, and there is only one at a time',
    ],
    [
      host([], { findings: [finding('owner-unknown', { subject: 'vmlinux:f' })] }),
      replace(),
      'EBUSY: f is redirected by another user of ftrace',
    ],
    [host([], { findings: [finding('owner-unknown', { subject: 'vmlinux:g' })] }), replace(), null],
    [
      host([], {
        findings: [finding('owner-unknown', { subject: 'vmlinux:f', severity: 'info' })],
      }),
      replace(),
      null,
    ],
    [host([], { findings: [finding('overlap', { subject: 'vmlinux:f' })] }), replace(), null],
    [
      host([], { findings: [finding('owner-unknown', { subject: 'nf_nat:f' })] }),
      replace('nf-nat'),
      'EBUSY: f is redirected by another user of ftrace',
    ],
  ])('%#', (status, action, expected) => {
    expect(saying(status, action)).toBe(expected);
  });

  it('in a module that is not loaded meets nobody', () => {
    const objects = [{ name: 'nfs', loaded: false, patched: false, functions: [] }];
    const findings = [finding('owner-unknown', { subject: 'nfs:f' })];
    expect(saying(host([patch('a', { objects })], { findings }), replace('nfs'))).toBeNull();
  });
});

describe('before 5.1', () => {
  const above = 'EBUSY: b lies above it, and only the livepatch on top can be disabled';
  const below = (name: string) => `EBUSY: ${name} lies below it, and is disabled`;

  it.each([
    [host([patch('a'), patch('b')], strict), disable('a'), above],
    [host([patch('a'), patch('b')], strict), disable('b'), null],
    [host([patch('a'), off('b')], strict), disable('a'), null],
    [host([patch('a'), patch('b', { enabled: null })], strict), disable('a'), null],
    [host([patch('a'), patch('b')], { ...strict, order: 'unknown' }), disable('a'), null],
    [host([patch('a'), patch('b')]), disable('a'), null],
    [host([patch('a'), off('b')], strict), replace(), below('b')],
    [host([off('a'), patch('b')], strict), replace(), null],
    [host([off('a'), off('b')], { ...strict, order: 'unknown' }), replace(), below('a')],
    [host([off('a'), patch('b')], { ...strict, order: 'unknown' }), replace(), null],
    [host([], strict), replace(), null],
    [host([patch('a'), off('b')]), replace(), null],
  ])('the stack is strict: %#', (status, action, expected) => {
    expect(saying(status, action)).toBe(expected);
  });
});

describe('with sets', () => {
  const ofSet = (name: string, replaceSet: number | null, functions: string[]) =>
    patch(name, {
      replaceSet,
      objects: [
        {
          name: 'vmlinux',
          loaded: true,
          patched: true,
          functions: functions.map((one) => ({ name: one, sympos: 1, nop: false })),
        },
      ],
    });
  const both: WhatIfAction = {
    do: 'replace',
    functions: ['f', 'g'].map((name) => ({ object: 'vmlinux', name, sympos: 1 })),
  };

  it('no livepatch may have functions of two, also while a transition runs', () => {
    const status = host([ofSet('a', 1, ['f']), ofSet('b', 2, ['g'])]);
    const expected =
      'EINVAL: its functions are those of a (1) and b (2), whose sets differ; no livepatch may patch functions of another’s set';
    expect(saying(status, both)).toBe(expected);
    expect(saying({ ...status, ...running('a') }, both)).toBe(expected);
    expect(saying(status, replace())).toBeNull();
  });

  it('nothing is refused where they are one set, or one could not be read', () => {
    expect(saying(host([ofSet('a', 1, ['f']), ofSet('b', 1, ['g'])]), both)).toBeNull();
    expect(saying(host([ofSet('a', 1, ['f']), ofSet('b', null, ['g'])]), both)).toBeNull();
  });
});

it('names are escaped', () => {
  const name = 'x\u001b[2J';
  const object = [{ object: 'vmlinux', name, sympos: 1 }];
  for (const refusal of [
    refusalOf(settled, disable(name)),
    refusalOf(host([off(name)]), disable(name)),
    refusalOf(host([patch(name)]), reverse(name)),
    refusalOf(host([patch('a'), patch(name)], running(name)), disable('a')),
    refusalOf(host([patch('a'), patch(name)], strict), disable('a')),
    refusalOf(host([off(name)], strict), replace()),
    refusalOf(host([], { findings: [finding('owner-unknown', { subject: `vmlinux:${name}` })] }), {
      do: 'replace',
      functions: object,
    }),
  ]) {
    expect(refusal?.why).toContain(String.raw`x\x1b[2J`);
  }
});
