import type { Display } from './display';
import { say } from './process';

/** What Electron itself, before the app, must be told on this machine. */
export function electronOptions(display: Display): string[] {
  const options: string[] = [];
  if (process.platform !== 'linux') return options;
  if (process.getuid?.() === 0) {
    say("Running as root: Chromium's sandbox is off, as it does not work for root.");
    options.push('--no-sandbox');
  }
  // With a graphics process, Chromium loses its first one there, and with it the first pictures;
  // and it complains many times over that there is no D-Bus, unless only what is fatal is logged.
  if (display.isVirtual) options.push('--disable-gpu', '--log-level=3');
  if (!display.env['DISPLAY']) options.push('--ozone-platform-hint=auto');
  return options;
}
