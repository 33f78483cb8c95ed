/** Questions by the system's own dialogs. */
import type { DialogKind } from '../../../shared/api/choices';
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';

const choices: Readonly<Record<DialogKind, OpenDialogOptions>> = {
  file: {
    title: 'Open captures, reports and recordings',
    properties: ['openFile', 'multiSelections'],
    // What a file is, its content says: none is hidden for its name.
    filters: [{ name: 'All files', extensions: ['*'] }],
  },
  folder: {
    title: 'Open a folder laid out like /',
    properties: ['openDirectory', 'multiSelections'],
  },
  scenario: {
    title: 'Open scenario files',
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: 'All files', extensions: ['*'] }],
  },
};

const prefixes: Readonly<Record<DialogKind, string>> = {
  file: '',
  folder: 'dir:',
  scenario: 'demo:',
};

/** Chosen files and folders as targets; none if the dialog was cancelled. */
export async function chooseTargets(window: BrowserWindow, kind: DialogKind): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, choices[kind]);
  if (canceled) return [];
  return filePaths.map((path) => `${prefixes[kind]}${path}`);
}

/**
 * Asks where a recording of a host is to be kept; that a file there is replaced, the dialog asks.
 *
 * @returns a path that ends in `.klprec`; null: cancelled
 */
export async function chooseRecordingFile(
  window: BrowserWindow,
  host: string,
): Promise<string | null> {
  const name = host.replaceAll(/[^\w.-]+/g, '_').slice(0, 60);
  const day = new Date().toISOString().slice(0, 10);
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Record into a file',
    defaultPath: `${name}-${day}.klprec`,
    filters: [{ name: 'Recordings', extensions: ['klprec'] }],
  });
  if (canceled || filePath === '') return null;
  return /\.klprec$/i.test(filePath) ? filePath : `${filePath}.klprec`;
}
