/**
 * What of the settings shows in a window before anything else is there.
 *
 * Read by itself and without zod, whose start would hold up the window's. What makes no sense is
 * passed over here: `settings.ts` reads the file again, and tells.
 */
import { readFileSync } from 'node:fs';
import { themes, type Theme } from '../../shared/api/choices';

export interface FirstLook {
  readonly theme: Theme;
  /** 1 is 100 %. */
  readonly zoom: number;
}

export function readFirstLook(settingsFile: string): FirstLook {
  const settings = contentOf(settingsFile);
  const theme = themes.find((name) => name === settings['theme']);
  const { zoom } = settings;
  const isZoom = typeof zoom === 'number' && zoom >= 0.5 && zoom <= 3;
  return { theme: theme ?? 'system', zoom: isZoom ? zoom : 1 };
}

function contentOf(file: string): { readonly [name: string]: unknown; readonly zoom?: unknown } {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? { ...content } : {};
  } catch {
    return {};
  }
}
