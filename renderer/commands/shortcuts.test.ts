import { expect, test } from 'vitest';
import { keysOf, matches, types } from './shortcuts';

const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

test('Mod is Command on a Mac and Ctrl elsewhere', () => {
  const ctrl = { ...plain, key: 'k', ctrlKey: true };
  const command = { ...plain, key: 'k', metaKey: true };
  expect(matches('Mod+K', ctrl, false)).toBe(true);
  expect(matches('Mod+K', command, false)).toBe(false);
  expect(matches('Mod+K', command, true)).toBe(true);
  expect(matches('Mod+K', ctrl, true)).toBe(false);
});

test('Shift and Alt count for letters', () => {
  expect(matches('Mod+C', { ...plain, key: 'C', ctrlKey: true, shiftKey: true }, false)).toBe(
    false,
  );
  expect(matches('Mod+F', { ...plain, key: 'f', ctrlKey: true, altKey: true }, false)).toBe(false);
});

test('a sign is a sign, with or without Shift, as keyboards differ', () => {
  expect(matches('?', { ...plain, key: '?', shiftKey: true }, false)).toBe(true);
  expect(matches('?', { ...plain, key: '?' }, false)).toBe(true);
  expect(matches('Mod++', { ...plain, key: '+', ctrlKey: true, shiftKey: true }, false)).toBe(true);
});

test('what would write into a field is told from what would not', () => {
  expect(types('/')).toBe(true);
  expect(types('Mod+F')).toBe(false);
  expect(types('F5')).toBe(false);
});

test('keys are written as they are printed', () => {
  expect(keysOf('Mod+Shift+P', false)).toEqual(['Ctrl', 'Shift', 'P']);
  expect(keysOf('Mod++', false)).toEqual(['Ctrl', '+']);
  expect(keysOf('Mod+K', true)).toEqual(['⌘', 'K']);
});
