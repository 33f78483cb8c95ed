import { useWindow } from '../state/store';
import { isMac } from './keyboard';
import { commandOf, runCommand } from './registry';
import { shortcutText } from './shortcuts';

/** What a button needs to stand for a command of the registry. */
export function useCommand(id: string): {
  readonly title: string;
  readonly hint: string | null;
  readonly disabled: boolean;
  readonly run: () => void;
} {
  const command = commandOf(id);
  const disabled = useWindow((state) => command === null || !command.enabled(state));
  const shortcut = command?.shortcuts[0];
  return {
    title: command?.title ?? id,
    hint: shortcut === undefined ? null : shortcutText(shortcut, isMac()),
    disabled,
    run: () => void runCommand(id),
  };
}
