/** Where the one file of the user's own is: settings and accepted host keys. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Below XDG_CONFIG_HOME, which by its specification counts only where it is absolute. */
export function defaultConfigFile(): string {
  const preferred = process.env['XDG_CONFIG_HOME'] ?? '';
  const folder = isAbsolute(preferred) ? preferred : join(homedir(), '.config');
  return join(folder, 'klpscope', 'klpscope.json');
}
