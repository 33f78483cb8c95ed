import { expect, test } from 'vitest';
import { whatIf } from '../../shared/report/whatif/whatIf';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { patch, settled } from '../testing/documents';
import { actionOf, firstChoice, functionKey } from './choice';
import { rowsOf } from './rows';

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

function rows(action: 'disable' | 'replace', name: string | null, ticked: readonly string[] = []) {
  const asked = actionOf(host, { action, patch: name, ticked: new Set(ticked) });
  expect(asked).not.toBeNull();
  if (asked === null) return [];
  return rowsOf(host, whatIf(host, asked, null)).map((row) => [
    row.name,
    row.now,
    row.then,
    row.change,
  ]);
}

test('the topmost is asked about first, and in a transition the one that moves', () => {
  expect(firstChoice(host)).toMatchObject({ action: 'disable', patch: 'livepatch_b' });
  expect(firstChoice(settled)).toMatchObject({ patch: null });
  expect(actionOf(settled, firstChoice(settled))).toBeNull();
});

test('what changes comes first, and what does not says so', () => {
  expect(rows('disable', 'livepatch_a')).toEqual([
    ['nfs_wait', 'livepatch_a', 'original', 'falls back'],
    ['cmdline_proc_show', 'livepatch_b', 'livepatch_b', 'unchanged'],
  ]);
});

test('a replace by ticked functions, and by those of a livepatch', () => {
  const [, nfs] = host.functions;
  expect(nfs).toBeDefined();
  expect(rows('replace', null, nfs ? [functionKey(nfs)] : [])).toEqual([
    ['cmdline_proc_show', 'livepatch_b', 'original', 'falls back'],
    ['nfs_wait', 'livepatch_a', 'replacement', 'changes'],
  ]);
  expect(rows('replace', 'livepatch_b')).toEqual([
    ['cmdline_proc_show', 'livepatch_b', 'replacement', 'changes'],
    ['nfs_wait', 'livepatch_a', 'original', 'falls back'],
  ]);
});
