// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { commands } from '../../../renderer/commands/registry';
import { menuCommands } from './menuEntries';

const registered = new Map(commands.map((command) => [command.id, command]));

/** Electron's way of writing keys, in the registry's. */
function asShortcut(accelerator: string): string {
  return accelerator.replace('CmdOrCtrl', 'Mod').replace(/Plus$/, '+');
}

test.each(menuCommands)('$label is a command of the window', ({ command }) => {
  expect([...registered.keys()]).toContain(command);
});

const withKeys = menuCommands.filter(({ accelerator }) => accelerator !== undefined);

test.each(withKeys)('$label shows a key that the window listens to', ({ command, accelerator }) => {
  expect(registered.get(command)?.shortcuts).toContain(asShortcut(accelerator ?? ''));
});

test('each command stands in the menu once', () => {
  const ids = menuCommands.map(({ command }) => command);
  expect(new Set(ids).size).toBe(ids.length);
});
