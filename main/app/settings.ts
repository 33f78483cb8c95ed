/** The user's settings: one file, read once, written at every change. */
import { settingsSchema, type Ask, type Settings } from '../../shared/api/contract';
import { readJsonFile, writeJsonFile } from './jsonFile';

export const defaultSettings: Settings = {
  theme: 'system',
  zoom: 1,
  interval: 5,
  transports: {},
};

/** Some of them; one that is left out stays as it is. */
export type SettingsChange = Ask<'settings:change'>;

export interface SettingsStore {
  /** What holds now: the file's, with this run's own on top. */
  current(): Settings;
  /** Changes some, writes the file, and answers what holds now. */
  change(change: SettingsChange): Settings;
}

/**
 * @param forThisRun settings of the command line's: each holds until it is changed, and is never
 *   written
 * @param report is told in one sentence what is wrong with the file
 */
export function openSettings(
  path: string,
  forThisRun: SettingsChange,
  report: (complaint: string) => void,
): SettingsStore {
  const { value, complaint } = readJsonFile(path, settingsSchema.partial());
  if (complaint !== null) report(complaint);
  let stored = changed(defaultSettings, value ?? {});
  let current = changed(stored, forThisRun);
  return {
    current: () => current,
    change(change) {
      stored = changed(stored, change);
      current = changed(current, change);
      const failure = writeJsonFile(path, stored);
      if (failure !== null) report(failure);
      return current;
    },
  };
}

function changed(settings: Settings, change: SettingsChange): Settings {
  const { theme, zoom, interval, transports } = change;
  return {
    theme: theme ?? settings.theme,
    zoom: zoom ?? settings.zoom,
    interval: interval ?? settings.interval,
    transports: transports ?? settings.transports,
  };
}
