/** One key handler for the whole window, so that shortcuts work in every view. */
import { useEffect } from 'react';
import { useQuestions } from '../state/questions';
import { useWindow } from '../state/store';
import { commands, runCommand } from './registry';
import { matches, types, type Stroke } from './shortcuts';

export function isMac(): boolean {
  return useWindow.getState().info?.platform === 'darwin';
}

export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      // A question is answered or cancelled before anything else.
      if (useQuestions.getState().waiting.length > 0) return;
      const command = commandFor(event, isWriting(event.target));
      if (command !== null && runCommand(command)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/**
 * Id of the command that a key stroke means.
 * While a dialog is open only the two that open and close dialogs are meant.
 */
export function commandFor(stroke: Stroke, writing: boolean): string | null {
  const mac = isMac();
  const dialog = useWindow.getState().overlay !== null;
  for (const command of commands) {
    if (dialog && !command.id.startsWith('app.')) continue;
    for (const shortcut of command.shortcuts) {
      if (writing && types(shortcut)) continue;
      if (matches(shortcut, stroke, mac)) return command.id;
    }
  }
  return null;
}

/** What of these takes text: a slider or a checkbox has no use for letters. */
const fields =
  'input:not([type="range"], [type="checkbox"], [type="radio"], [type="button"]), textarea, select';

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(fields));
}
