/** Expected values from the document's rules: design, section 4, "Functions" and "Nop". */
import { expect, test } from 'vitest';
import type { StatusDocument } from '../report/statusDocument';
import { patch, settled, transition } from '../../testing/shared/documents';
import { fallback, isInTransition, whatThen } from './whatThen';

const row = {
  object: 'vmlinux',
  name: 'cmdline_proc_show',
  sympos: 1,
  stack: ['livepatch_a', 'livepatch_b'],
  active: 'livepatch_b',
};
const [a, b] = [patch('livepatch_a'), patch('livepatch_b')];
const two: StatusDocument = { ...settled, patches: [a, b], functions: [row] };

test('of two the upper falls back to the lower, and that to the original', () => {
  expect(fallback(row, two)).toBe('livepatch_a');
  expect(whatThen(row, two)).toBe('It falls back to livepatch_a.');
  const one = { ...row, stack: ['livepatch_a'], active: 'livepatch_a' };
  expect(whatThen(one, { ...settled, patches: [a] })).toBe('It falls back to the original.');
});

test('what runs the original falls back to nothing', () => {
  const original = { ...row, active: 'original' };
  expect(fallback(original, two)).toBe('original');
  expect(whatThen(original, two)).toBe('It runs the original; nothing changes.');
});

test('what is not known stays so', () => {
  expect(fallback({ ...row, active: null }, two)).toBeNull();
  expect(fallback({ ...row, active: 'another' }, two)).toBeNull();
  expect(whatThen({ ...row, active: 'another' }, two)).toBe('Not known.');
  expect(whatThen({ ...row, active: null }, { ...two, order: 'unknown' })).toContain(
    'their order is not known',
  );
  expect(whatThen({ ...row, active: null }, two)).toContain('not everything that decides it');
});

test('a function of a module that is not loaded is patched while it loads', () => {
  const functions = [{ name: 'nfs_wait', sympos: 1, nop: false }];
  const unloaded = patch('livepatch_a', {
    objects: [{ name: 'nfs', loaded: false, patched: false, functions }],
  });
  const waiting = {
    object: 'nfs',
    name: 'nfs_wait',
    sympos: 1,
    stack: ['livepatch_a'],
    active: null,
  };
  expect(whatThen(waiting, { ...settled, patches: [unloaded] })).toContain('module is not loaded');
});

test('in a transition it says what all threads run in the end, and what is lost', () => {
  const moving = (direction: 'patching' | 'unpatching'): StatusDocument => ({
    ...two,
    transitionState: 'running',
    transition: transition({ direction }),
  });
  expect(whatThen(row, moving('patching'))).toBe('All threads run livepatch_b.');
  const removed = { ...row, stack: ['livepatch_b'], active: 'original' };
  expect(whatThen(removed, moving('unpatching'))).toBe(
    'All threads run the original. What livepatch_b brought to it is gone.',
  );
});

test('a proven nop reverts to the original', () => {
  const nop = patch('livepatch_b', {
    replace: true,
    inTransition: true,
    objects: [
      {
        name: 'vmlinux',
        loaded: true,
        patched: true,
        functions: [{ name: 'cmdline_proc_show', sympos: 1, nop: true }],
      },
    ],
  });
  const reverting = { ...row, active: 'original' };
  const said = whatThen(reverting, {
    ...two,
    patches: [a, nop],
    transitionState: 'running',
    transition: transition(),
  });
  expect(said).toContain('All threads run the original.');
  expect(said).toContain('livepatch_a');
});

test('a transition says nothing of a function that it does not change', () => {
  const moving: StatusDocument = {
    ...two,
    patches: [a, b, patch('livepatch_c', { inTransition: true, objects: [] })],
    transitionState: 'running',
    transition: transition({ patch: 'livepatch_c' }),
  };
  const other = { ...row, name: 'meminfo_proc_show', stack: ['livepatch_c'] };
  expect([row, other].map((one) => isInTransition(one, moving))).toEqual([false, true]);
  expect(isInTransition(row, two)).toBe(false);
  expect(whatThen(row, moving)).toBe('It falls back to livepatch_a.');
});
