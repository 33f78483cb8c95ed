/** Shortcuts as text: matched against key events, and written for people. */

/** What of a KeyboardEvent decides. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

interface Parsed {
  readonly key: string;
  readonly mod: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

function partsOf(shortcut: string): readonly string[] {
  return shortcut.endsWith('++') ? [...shortcut.slice(0, -2).split('+'), '+'] : shortcut.split('+');
}

function parse(shortcut: string): Parsed {
  const parts = partsOf(shortcut);
  return {
    key: (parts.at(-1) ?? '').toLowerCase(),
    mod: parts.includes('Mod'),
    ctrl: parts.includes('Ctrl'),
    shift: parts.includes('Shift'),
  };
}

/** Signs that need Shift on some keyboards and not on others: the sign itself decides. */
function isSign(key: string): boolean {
  return key.length === 1 && !/[a-z0-9]/.test(key);
}

export function matches(shortcut: string, stroke: Stroke, mac: boolean): boolean {
  const wanted = parse(shortcut);
  const ctrl = wanted.ctrl || (wanted.mod && !mac);
  const meta = wanted.mod && mac;
  return (
    stroke.key.toLowerCase() === wanted.key &&
    stroke.ctrlKey === ctrl &&
    stroke.metaKey === meta &&
    !stroke.altKey &&
    (isSign(wanted.key) || stroke.shiftKey === wanted.shift)
  );
}

/** Whether the keys would write something into a text field. */
export function types(shortcut: string): boolean {
  const { key, mod, ctrl } = parse(shortcut);
  return key.length === 1 && !mod && !ctrl;
}

const macSigns: ReadonlyMap<string, string> = new Map([
  ['Mod', '⌘'],
  ['Ctrl', '⌃'],
  ['Shift', '⇧'],
]);

/** The keys one by one, as they are printed on the keyboard. */
export function keysOf(shortcut: string, mac: boolean): readonly string[] {
  return partsOf(shortcut).map((part) =>
    mac ? (macSigns.get(part) ?? part) : part === 'Mod' ? 'Ctrl' : part,
  );
}

export function shortcutText(shortcut: string, mac: boolean): string {
  return keysOf(shortcut, mac).join(mac ? '' : ' ');
}
