/** Which file is the user's SSH configuration, and which hosts it names. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { configLines } from './configLines';

export interface ConfigOptions {
  /** As `ssh -F`; null: the user's own and the system's. */
  readonly configFile: string | null;
}

/** `KLPSCOPE_SSH_CONFIG` names another file than `~/.ssh/config`, as `ssh -F` does. */
export function userConfig(): ConfigOptions {
  return { configFile: process.env['KLPSCOPE_SSH_CONFIG'] ?? null };
}

/** Names in `Host` lines of the configuration and of what it includes; patterns are left out. */
export function configuredHosts(options: ConfigOptions = userConfig()): string[] {
  const names = configLines(userFile(options))
    .filter(({ keyword }) => keyword === 'host')
    .flatMap(({ words }) => words)
    .filter((name) => !/[*?!]/.test(name) && !name.startsWith('-'));
  return [...new Set(names)];
}

export function userFile({ configFile }: ConfigOptions): string {
  return configFile ?? join(homedir(), '.ssh', 'config');
}
