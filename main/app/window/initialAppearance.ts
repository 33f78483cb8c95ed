/**
 * What of the settings shows in a window before anything else is there.
 *
 * Read by itself and without zod, whose start would hold up the window's. What makes no sense is
 * passed over here: `settings.ts` reads the files again, and tells.
 */
import { existsSync, readFileSync } from 'node:fs';
import { themes, type Theme } from '../../../shared/api/choices';
import type { SettingsFiles } from '../stores/settings';

export interface InitialAppearance {
  readonly theme: Theme;
  /** 1 is 100 %. */
  readonly zoom: number;
}

export function readInitialAppearance(files: SettingsFiles): InitialAppearance {
  const { theme, zoom } = settingsOf(files);
  const isZoom = typeof zoom === 'number' && zoom >= 0.5 && zoom <= 3;
  return {
    theme: themes.find((name) => name === theme) ?? 'system',
    zoom: isZoom ? zoom : 1,
  };
}

function settingsOf(files: SettingsFiles): Members {
  if (!existsSync(files.config)) return contentOf(files.earlier);
  const { version, settings } = contentOf(files.config);
  if (version !== 1) return {};
  return settings === undefined ? contentOf(files.earlier) : members(settings);
}

interface Members {
  readonly version?: unknown;
  readonly settings?: unknown;
  readonly theme?: unknown;
  readonly zoom?: unknown;
}

function contentOf(file: string): Members {
  try {
    return members(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

function members(content: unknown): Members {
  return typeof content === 'object' && content !== null ? { ...content } : {};
}
