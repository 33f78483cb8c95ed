/** The native menu, made of its list of entries. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { menuCommands, menuFolders, type MenuEntry } from './menuEntries';

/** Makes it the application's menu. @param run is told the id of the chosen command */
export function setUpMenu(run: (command: string) => void): void {
  const folders = menuFolders.map(({ label, entries }) => ({
    label,
    submenu: entries.map((entry) => itemOf(entry, run)),
  }));
  const [file, ...others] = folders;
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' } as const] : []),
      ...(file === undefined ? [] : [file]),
      { role: 'editMenu' },
      ...others,
    ]),
  );
  enableHostEntries(isHostShown);
}

let isHostShown = false;

/** Entries that need a host follow whether the window shows one; also before there is a menu. */
export function enableHostEntries(enabled: boolean): void {
  isHostShown = enabled;
  const menu = Menu.getApplicationMenu();
  for (const { command, needsHost } of menuCommands) {
    const item = needsHost === true ? menu?.getMenuItemById(command) : null;
    if (item) item.enabled = enabled;
  }
}

function itemOf(entry: MenuEntry, run: (command: string) => void): MenuItemConstructorOptions {
  if (entry === 'separator') return { type: 'separator' };
  if ('role' in entry) return { role: entry.role };
  const { command, label, accelerator } = entry;
  return {
    id: command,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    // Else a key would run it twice: by the menu and by the window.
    registerAccelerator: false,
    click: () => run(command),
  };
}
