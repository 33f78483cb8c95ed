/** docs/environment.md names every environment variable that is read, and no variable of ours that isn't. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/paths';

const folders = ['main', 'shared', 'renderer', 'scripts', 'testing', 'e2e', 'bench'];

const isRead = /\benv(?:\.|\[['"])([A-Z_][A-Z0-9_]*)\b/g;
/** Named once and read under that name; or taken out of the environment by it. */
const isNamed =
  /Variable = '([A-Z_]+)'|\{ ([A-Z_, ]+)(?:, \.\.\.rest)? \}(?:: NodeJS\.ProcessEnv| = process\.env)/g;

function variablesOf(text: string): string[] {
  return [...text.matchAll(isRead), ...text.matchAll(isNamed)].flatMap(([, one, more]) =>
    (one ?? more ?? '').split(', '),
  );
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.(?:tsx?|cjs)$/.test(entry.name))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
}

test('every variable that is read is explained, and every one of ours that is explained is read', () => {
  const read = new Set(folders.flatMap(sources).flatMap(variablesOf));
  expect(read).toContain('KLPSCOPE_SSH_CONFIG');
  expect(read).toContain('WAYLAND_DISPLAY');
  const page = readFileSync(join(root, 'docs/environment.md'), 'utf8');
  const explained = new Set([...page.matchAll(/`([A-Z_][A-Z0-9_]*)`/g)].map(([, name]) => name));
  expect([...read].filter((name) => !explained.has(name))).toEqual([]);
  const ours = [...explained].filter((name) => name?.startsWith('KLPSCOPE_'));
  expect(ours.filter((name) => name === undefined || !read.has(name))).toEqual([]);
});
