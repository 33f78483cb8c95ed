// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { putHost, useWindow } from '../state/store';
import { hostOf, settled } from '../../testing/renderer/documents';
import { commandFor } from './keyboard';
import { commands, runCommand } from './registry';

const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const blank = useWindow.getState();

beforeEach(() => {
  useWindow.setState(blank, true);
});

function showHost(): void {
  putHost(hostOf(settled));
  useWindow.setState({ selected: 'h1' });
}

test('no id and no shortcut stands for two commands', () => {
  const ids = commands.map((command) => command.id);
  const shortcuts = commands.flatMap((command) => command.shortcuts);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(shortcuts).size).toBe(shortcuts.length);
});

test('a command that makes no sense now is not run', () => {
  expect(runCommand('view.functions')).toBe(false);
  expect(runCommand('no.such.command')).toBe(false);
  showHost();
  expect(runCommand('view.functions')).toBe(true);
  expect(useWindow.getState().views['h1']?.view).toBe('functions');
});

test.each([
  [{ ...plain, key: 'k', ctrlKey: true }, 'app.palette'],
  [{ ...plain, key: 'P', ctrlKey: true, shiftKey: true }, 'app.palette'],
  [{ ...plain, key: 'F5' }, 'host.refresh'],
  [{ ...plain, key: 'r', ctrlKey: true }, 'host.refresh'],
  [{ ...plain, key: '4', ctrlKey: true }, 'view.findings'],
  [{ ...plain, key: 'f', ctrlKey: true }, 'view.filter'],
  [{ ...plain, key: 'C', ctrlKey: true, shiftKey: true }, 'copy.status'],
  [{ ...plain, key: '?', shiftKey: true }, 'app.shortcuts'],
])('keys of the design lead to their commands', (stroke, id) => {
  expect(commandFor(stroke, false)).toBe(id);
});

test('who types a question mark into a field gets a question mark', () => {
  expect(commandFor({ ...plain, key: '?', shiftKey: true }, true)).toBeNull();
  expect(commandFor({ ...plain, key: 'k', ctrlKey: true }, true)).toBe('app.palette');
});

test('under an open dialog nothing but dialogs is commanded', () => {
  useWindow.setState({ overlay: { kind: 'palette' } });
  expect(commandFor({ ...plain, key: 'w', ctrlKey: true }, false)).toBeNull();
  expect(commandFor({ ...plain, key: 'k', ctrlKey: true }, false)).toBe('app.palette');
});

test('the palette’s key opens and closes it', () => {
  runCommand('app.palette');
  expect(useWindow.getState().overlay).toEqual({ kind: 'palette' });
  runCommand('app.palette');
  expect(useWindow.getState().overlay).toBeNull();
});
