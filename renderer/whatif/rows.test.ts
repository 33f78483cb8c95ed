import { expect, test } from 'vitest';
import { whatIf } from '../../shared/whatif/whatIf';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { patch, settled } from '../../testing/renderer/documents';
import { functionKey } from '../../shared/whatif/functionKey';
import { askedOf, firstChoice, toggled, writtenKeys } from './choice';
import { rowsOf } from './rows';
import { sideBySide } from './stacks';

function object(name: string, patched: string) {
  return {
    name,
    loaded: true,
    patched: true,
    functions: [{ name: patched, sympos: 1, nop: false }],
  };
}

/** Two livepatches, of two functions; one of them is patched by both. */
const host: StatusDocument = {
  ...settled,
  order: 'reported',
  patches: [
    {
      ...patch('livepatch_a'),
      objects: [object('vmlinux', 'cmdline_proc_show'), object('nfs', 'nfs_wait')],
    },
    { ...patch('livepatch_b'), objects: [object('vmlinux', 'cmdline_proc_show')] },
  ],
  functions: [
    {
      object: 'vmlinux',
      name: 'cmdline_proc_show',
      sympos: 1,
      stack: ['livepatch_a', 'livepatch_b'],
      active: 'livepatch_b',
    },
    { object: 'nfs', name: 'nfs_wait', sympos: 1, stack: ['livepatch_a'], active: 'livepatch_a' },
  ],
};

function rows(action: 'disable' | 'replace', name: string | null, written = '') {
  const asked = askedOf(host, { action, patch: name, written });
  if (!asked.ok) return asked.wrong;
  return rowsOf(host, whatIf(host, asked.action, null)).map((row) => [
    row.name,
    row.now,
    row.then,
    row.change,
  ]);
}

test('the topmost is asked about first, and in a transition the one that moves', () => {
  expect(firstChoice(host)).toMatchObject({ action: 'disable', patch: 'livepatch_b' });
  expect(firstChoice(settled)).toMatchObject({ patch: null });
  expect(askedOf(settled, firstChoice(settled))).toEqual({ ok: false, wrong: [] });
});

test('what changes comes first, and what does not says so', () => {
  expect(rows('disable', 'livepatch_a')).toEqual([
    ['nfs_wait', 'livepatch_a', 'original', 'falls back'],
    ['cmdline_proc_show', 'livepatch_b', 'livepatch_b', 'unchanged'],
  ]);
});

test('a replace by written functions, and by those of a livepatch', () => {
  expect(rows('replace', null, 'nfs:nfs_wait')).toEqual([
    ['cmdline_proc_show', 'livepatch_b', 'original', 'falls back'],
    ['nfs_wait', 'livepatch_a', 'replacement', 'changes'],
  ]);
  expect(rows('replace', 'livepatch_b')).toEqual([
    ['cmdline_proc_show', 'livepatch_b', 'replacement', 'changes'],
    ['nfs_wait', 'livepatch_a', 'original', 'falls back'],
  ]);
});

test('a wrong line says where it is', () => {
  expect(rows('replace', null, 'vmlinux:f\n\nf g')).toMatchObject([{ line: 3 }]);
  expect(rows('replace', null, '@nobody')).toMatchObject([{ line: 1 }]);
});

test('a tick writes a function, and takes it out again', () => {
  const wanted = { object: 'nfs', name: 'nfs_wait', sympos: 2 };
  const written = toggled('vmlinux:f', wanted);
  expect(written).toBe('vmlinux:f\nnfs:nfs_wait,2\n');
  expect(writtenKeys(written).has(functionKey(wanted))).toBe(true);
  expect(toggled(written, wanted)).toBe('vmlinux:f\n');
  expect(toggled('', { ...wanted, sympos: 1 })).toBe('nfs:nfs_wait\n');
});

test('an order that is not known shows what depends on it', () => {
  const open = {
    ...host,
    order: 'unknown' as const,
    functions: host.functions.map((row) => ({ ...row, active: null })),
  };
  const answer = whatIf(open, { do: 'disable', patch: 'livepatch_b' }, null);
  expect(rowsOf(open, answer)[0]).toMatchObject({
    now: 'not known',
    then: 'livepatch_a',
    change: 'depends',
    cases: [
      { condition: 'livepatch_b lies above livepatch_a', outcome: 'livepatch_b → livepatch_a' },
      { condition: 'livepatch_a lies above livepatch_b', outcome: 'livepatch_a → livepatch_a' },
    ],
  });
  expect(sideBySide(open, answer)).toMatchObject({
    isOrderOpen: true,
    then: [{ name: 'livepatch_a' }],
  });
});

test('the stacks lie side by side, top first', () => {
  const answer = whatIf(host, { do: 'replace', functions: [] }, null);
  const { now, then } = sideBySide(host, answer);
  expect(now.map(({ name, note }) => [name, note])).toEqual([
    ['livepatch_b', 'leaves'],
    ['livepatch_a', 'leaves'],
  ]);
  expect(then).toMatchObject([{ name: 'replacement', is: 'coming', functions: 0 }]);
});
