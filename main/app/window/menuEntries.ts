/**
 * What the native menu offers, as data. Commands are named by the ids of the window's registry
 * (`renderer/commands`), which runs them; a test compares the two.
 */
import { viewNames, viewTitles } from '../../../shared/api/choices';

export interface MenuCommand {
  readonly command: string;
  readonly label: string;
  /** Shown only: the window itself listens to the keyboard. */
  readonly accelerator?: string;
  /** Makes sense only while a host is shown. */
  readonly needsHost?: boolean;
}

export type MenuEntry =
  MenuCommand | 'separator' | { readonly role: 'quit' | 'minimize' | 'togglefullscreen' };

export interface MenuFolder {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}

export const menuFolders: readonly MenuFolder[] = [
  {
    label: '&File',
    entries: [
      { command: 'open.local', label: 'Open This &Machine', accelerator: 'CmdOrCtrl+L' },
      { command: 'open.file', label: '&Open Capture or Recording…', accelerator: 'CmdOrCtrl+O' },
      { command: 'open.folder', label: 'Open Capture &Folder…', accelerator: 'CmdOrCtrl+Shift+O' },
      { command: 'open.scenario', label: 'Open S&cenario File…' },
      {
        command: 'open.start',
        label: '&Start Screen and Samples',
        accelerator: 'CmdOrCtrl+Shift+S',
        needsHost: true,
      },
      'separator',
      {
        command: 'copy.status',
        label: '&Copy Status as JSON',
        accelerator: 'CmdOrCtrl+Shift+C',
        needsHost: true,
      },
      'separator',
      {
        command: 'host.forget-secrets',
        label: 'Forget Secrets of This &Host',
        needsHost: true,
      },
      { command: 'secrets.forget', label: '&Forget All Remembered Secrets' },
      'separator',
      {
        command: 'host.close',
        label: 'C&lose Host',
        accelerator: 'CmdOrCtrl+W',
        needsHost: true,
      },
      { role: 'quit' },
    ],
  },
  {
    label: '&View',
    entries: [
      ...viewNames.map((name, index): MenuCommand => ({
        command: `view.${name}`,
        label: viewTitles[name].menuLabel,
        accelerator: `CmdOrCtrl+${index + 1}`,
        needsHost: true,
      })),
      'separator',
      { command: 'host.refresh', label: '&Read Again', accelerator: 'F5', needsHost: true },
      {
        command: 'host.pause',
        label: '&Pause or Resume',
        accelerator: 'CmdOrCtrl+P',
        needsHost: true,
      },
      {
        command: 'host.record',
        label: 'Re&cord or Stop Recording…',
        accelerator: 'CmdOrCtrl+Shift+R',
        needsHost: true,
      },
      { command: 'host.what-if', label: 'W&hat If …', accelerator: 'CmdOrCtrl+I', needsHost: true },
      { command: 'view.filter', label: 'Filt&er', accelerator: 'CmdOrCtrl+F', needsHost: true },
      'separator',
      { command: 'theme.system', label: 'Theme: Follow the &System' },
      { command: 'theme.light', label: 'Theme: L&ight' },
      { command: 'theme.dark', label: 'Theme: &Dark' },
      'separator',
      { command: 'zoom.in', label: 'Lar&ger', accelerator: 'CmdOrCtrl+Plus' },
      { command: 'zoom.out', label: 'S&maller', accelerator: 'CmdOrCtrl+-' },
      { command: 'zoom.reset', label: 'N&ormal Size', accelerator: 'CmdOrCtrl+0' },
      'separator',
      { role: 'togglefullscreen' },
    ],
  },
  {
    label: '&Demo',
    entries: [
      { command: 'demo.fleet', label: 'Open the &Fleet' },
      'separator',
      {
        command: 'demo.play',
        label: '&Play or Pause the Story',
        accelerator: 'F8',
        needsHost: true,
      },
      { command: 'demo.step', label: '&Next Step', accelerator: 'F9', needsHost: true },
      { command: 'demo.restart', label: '&Begin Anew', accelerator: 'Shift+F9', needsHost: true },
      { command: 'demo.faster', label: 'Fas&ter', accelerator: 'F7', needsHost: true },
      { command: 'demo.slower', label: '&Slower', accelerator: 'Shift+F7', needsHost: true },
      'separator',
      { command: 'demo.take-over', label: 'Take &Over …', accelerator: 'F4', needsHost: true },
      { command: 'demo.hand-back', label: '&Hand Back', accelerator: 'Shift+F4', needsHost: true },
    ],
  },
  {
    label: '&Window',
    entries: [
      { command: 'host.next', label: '&Next Host', accelerator: 'Ctrl+Tab', needsHost: true },
      {
        command: 'host.previous',
        label: '&Previous Host',
        accelerator: 'Ctrl+Shift+Tab',
        needsHost: true,
      },
      'separator',
      { role: 'minimize' },
    ],
  },
  {
    label: '&Help',
    entries: [
      { command: 'app.palette', label: '&Find a Command…', accelerator: 'CmdOrCtrl+K' },
      { command: 'app.shortcuts', label: '&Keyboard Shortcuts', accelerator: '?' },
    ],
  },
];

export const menuCommands: readonly MenuCommand[] = menuFolders
  .flatMap((folder) => folder.entries)
  .filter((entry): entry is MenuCommand => typeof entry === 'object' && 'command' in entry);
