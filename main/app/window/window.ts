/**
 * The window: how it is made, and where it was left.
 *
 * It is shown at once, on the ground that its page will paint: Electron's own advice for pages whose
 * first paint comes later (documentation of `BrowserWindow`, "Showing the window gracefully").
 */
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../config/jsonFile';
import { say } from '../log';

const least = { width: 480, height: 400 };
const usual = { width: 1440, height: 900 };

/** The grounds of `renderer/theme/tokens.css`: what is seen before the page paints. */
const grounds = { light: '#f4f5f7', dark: '#0e1116' };

interface Place extends Rectangle {
  readonly maximized: boolean;
}

const nowhere: Place = { x: NaN, y: NaN, width: NaN, height: NaN, maximized: false };

/** By hand: zod's own start would hold up the window's. */
const placeShape = {
  parse(content: unknown): Place {
    const { x, y, width, height, maximized }: Place = Object.assign({}, nowhere, content);
    const isPlace =
      [x, y, width, height].every((value) => Number.isSafeInteger(value)) &&
      width >= least.width &&
      height >= least.height &&
      typeof maximized === 'boolean';
    if (!isPlace) throw new Error('no place of a window');
    return { x, y, width, height, maximized };
  },
};

export interface WindowOptions {
  readonly preload: string;
  /** JSON file that remembers where the window was; null: neither read nor written. */
  readonly placeFile: string | null;
  /** Of the content; null: as it was left. */
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly zoom: number;
}

/** Makes the window and shows it. Its page is loaded by who can answer it. */
export function makeWindow({ preload, placeFile, size, zoom }: WindowOptions): BrowserWindow {
  const place = placeFile === null || size !== null ? null : rememberedPlace(placeFile);
  const window = new BrowserWindow({
    ...(size ?? place ?? usual),
    ...(place === null ? {} : { x: place.x, y: place.y }),
    minWidth: least.width,
    minHeight: least.height,
    useContentSize: size !== null,
    title: 'Klpscope',
    backgroundColor: ground(),
    // Every command is in the palette; Alt shows the menu.
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      zoomFactor: zoom,
    },
  });
  if (place?.maximized === true) window.maximize();
  if (placeFile !== null) window.on('close', () => rememberPlace(window, placeFile));
  const followTheme = (): void => window.setBackgroundColor(ground());
  nativeTheme.on('updated', followTheme);
  window.on('closed', () => nativeTheme.off('updated', followTheme));
  return window;
}

function ground(): string {
  return nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light;
}

/** Null where there is none, or its screen is gone. */
function rememberedPlace(file: string): Place | null {
  const { value, warning } = readJsonFile(file, placeShape);
  if (warning !== null) say(warning);
  return value !== null && isVisible(value) ? value : null;
}

function isVisible(place: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(place);
  return (
    place.x < workArea.x + workArea.width &&
    place.x + place.width > workArea.x &&
    place.y < workArea.y + workArea.height &&
    place.y + place.height > workArea.y
  );
}

function rememberPlace(window: BrowserWindow, file: string): void {
  const place: Place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
  const failure = writeJsonFile(file, place);
  if (failure !== null) say(failure);
}

/** Folder of the bundles: the main process is one file beside those of the others. */
export const builtFiles = {
  preload: join(import.meta.dirname, '../preload/preload.cjs'),
  renderer: join(import.meta.dirname, '../renderer'),
};
