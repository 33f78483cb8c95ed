/** The user's settings: read once, written into the app's own file at every change. */
import type { Ask, Settings } from '../../../shared/api/contract';
import { changeConfig, readConfig } from '../../config/configFile';
import { readJsonFile } from '../../config/jsonFile';
import { earlierSettingsSchema } from '../../config/schema';

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
  /** Changes some, for now and for the next start, and answers what holds now. */
  change(change: SettingsChange): Settings;
  /** Whether a change waits for another process that writes. */
  isWriting(): boolean;
  /** When every change is written, or reported. */
  written(): Promise<void>;
}

export interface SettingsFiles {
  /** The app's own file. */
  readonly config: string;
  /** Where settings were at first: what it says holds until there are some in the other one. */
  readonly earlier: string;
}

/**
 * @param forThisRun settings of the command line's: each holds until it is changed, and is never
 *   written
 * @param report is told in one sentence what is wrong with a file
 */
export async function openSettings(
  files: SettingsFiles,
  forThisRun: SettingsChange,
  report: (warning: string) => void,
): Promise<SettingsStore> {
  const tell = (warning: string | null): void => {
    if (warning !== null) report(warning);
  };
  const { config, warning } = await readConfig(files.config);
  tell(warning);
  let earlier: SettingsChange = {};
  if (config.settings === undefined) {
    const reading = readJsonFile(files.earlier, earlierSettingsSchema);
    tell(reading.warning);
    earlier = reading.value ?? {};
  }
  const stored = changed(defaultSettings, config.settings ?? earlier);
  let current = changed(stored, forThisRun);
  let waiting = 0;
  let writing = Promise.resolve();

  async function write(change: SettingsChange): Promise<void> {
    const { warning } = await changeConfig(files.config, (config) => ({
      ...config,
      settings: { ...(config.settings ?? earlier), ...change },
    }));
    waiting -= 1;
    tell(warning);
  }

  return {
    current: () => current,
    change(change) {
      current = changed(current, change);
      waiting += 1;
      // One after the other: the last one wins.
      writing = writing.then(() => write(change));
      return current;
    },
    isWriting: () => waiting > 0,
    written: () => writing,
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
