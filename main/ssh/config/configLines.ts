/** The lines of an SSH configuration, with those of the files that it includes. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { wildcard } from '../hostKeys/knownHosts';
import { readUserFileSync } from '../userFile';

/** As in OpenSSH (READCONF_MAX_DEPTH). */
const includeDepth = 16;

export interface ConfigLine {
  readonly keyword: string;
  readonly words: readonly string[];
}

/** The lines of a configuration with those of the files that it includes. */
export function configLines(path: string, depth = includeDepth): ConfigLine[] {
  if (depth === 0 || !existsSync(path)) return [];
  return readText(path)
    .split('\n')
    .flatMap((text) => {
      const line = readLine(text);
      if (line?.keyword !== 'include') return line ? [line] : [];
      return line.words
        .flatMap((pattern) => filesMatching(includePath(pattern)))
        .flatMap((file) => configLines(file, depth - 1));
    });
}

export function readText(path: string): string {
  try {
    return readUserFileSync(path).toString();
  } catch {
    return '';
  }
}

export function readLine(text: string): ConfigLine | null {
  const line = text.trimStart();
  const [keyword] = /^[A-Za-z0-9]+(?=[\s=])/.exec(line) ?? [];
  if (keyword === undefined) return null;
  const rest = line.slice(keyword.length).trimStart().replace(/^=/, '');
  const words = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  return { keyword: keyword.toLowerCase(), words };
}

/** A path of an `Include` line. Relative ones are of `~/.ssh`: ssh_config(5), Include. */
export function includePath(pattern: string): string {
  if (pattern.startsWith('~/')) return join(homedir(), pattern.slice(2));
  return resolve(homedir(), '.ssh', pattern);
}

/** Existing paths that match an absolute pattern, in the order of their names. */
export function filesMatching(pattern: string): string[] {
  let found = ['/'];
  for (const part of pattern.split('/').filter(Boolean)) {
    found = found.flatMap((folder) =>
      /[*?]/.test(part)
        ? namesIn(folder)
            .filter((name) => !name.startsWith('.') && wildcard(part, name))
            .map((name) => join(folder, name))
        : [join(folder, part)],
    );
  }
  return found.filter((path) => existsSync(path));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
