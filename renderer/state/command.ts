import type { WindowState } from './store';

export const commandGroups = ['Open', 'Host', 'View', 'Demo', 'Copy', 'Window', 'Help'] as const;

/** Something a person can do. Palette, shortcuts, native menu and buttons run the same entry. */
export interface Command {
  /** Stable: the native menu and tests name it. */
  readonly id: string;
  readonly title: string;
  readonly group: (typeof commandGroups)[number];
  /** As in `Mod+Shift+P`; `Mod` is Command on a Mac and Ctrl elsewhere. The first one is shown. */
  readonly shortcuts: readonly string[];
  /** Whether it makes sense now; a command that does not is neither shown nor run. */
  readonly enabled: (state: WindowState) => boolean;
  readonly run: () => void;
}
