/** Questions by the system's own dialogs. */
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';

const choices: Readonly<Record<'file' | 'folder', OpenDialogOptions>> = {
  file: {
    title: 'Open captures',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Captures and sosreports', extensions: ['tar.gz', 'tgz', 'tar.xz', 'gz', 'xz'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  folder: {
    title: 'Open a folder laid out like /',
    properties: ['openDirectory', 'multiSelections'],
  },
};

/** Chosen captures as targets; none if the dialog was cancelled. */
export async function chooseTargets(
  window: BrowserWindow,
  kind: 'file' | 'folder',
): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, choices[kind]);
  if (canceled) return [];
  return kind === 'folder' ? filePaths.map((path) => `dir:${path}`) : filePaths;
}
