// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { useWindow } from '../state/store';
import { hostOf, settled } from '../../testing/renderer/documents';
import { fitOf, paletteEntries, targetOf } from './paletteEntries';

const state = {
  ...useWindow.getState(),
  hosts: { h1: hostOf(settled) },
  order: ['h1'],
  selected: 'h1',
};

test('words fit in any order, and beginnings fit best', () => {
  expect(fitOf('Copy the status document', 'status copy')).not.toBeNull();
  expect(fitOf('Copy the status document', 'xyz')).toBeNull();
  expect(fitOf('Filter', 'fil') ?? 0).toBeGreaterThan(fitOf('Profile', 'fil') ?? 0);
});

test.each(['local', 'dir:/srv/x', '/srv/x.tar.gz', './x.tgz', 'sos.tar.xz', 'demo', 'a.klprec'])(
  '%s is taken for a target and offered first',
  (typed) => {
    expect(targetOf(typed)).toEqual({ target: typed, isSure: true });
    expect(paletteEntries(state, typed)[0]?.id).toBe('target');
  },
);

test('a path of any name is opened: what lies there says what it is', () => {
  expect(targetOf('/srv/db1')).toEqual({ target: '/srv/db1', isSure: true });
});

test('a word is no target, but can be opened as one', () => {
  const entries = paletteEntries(state, 'theme');
  expect(entries[0]?.id).toMatch(/^theme\./);
  expect(entries.at(-1)?.id).toBe('target');
});

test('every enabled command but the palette itself is in it, and every host', () => {
  const ids = paletteEntries(state, '').map(({ id }) => id);
  expect(ids).toContain('host h1');
  expect(ids).toContain('view.files');
  expect(ids).not.toContain('app.palette');
  expect(paletteEntries({ ...state, selected: null }, '').map(({ id }) => id)).not.toContain(
    'view.files',
  );
});
