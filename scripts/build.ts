import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths';
import { main, runQuietly, Stop } from './lib/process';

/** What is built, each by `vite.NAME.config.ts` into a folder of `out/`. */
export const parts = ['main', 'preload', 'renderer', 'cli'] as const;
export type Part = (typeof parts)[number];

/** Vite's own program, without the detour through npx. */
export const vite = join(root, 'node_modules/vite/bin/vite.js');

export function configurationOf(part: Part): string {
  return `vite.${part}.config.ts`;
}

const stamp = join(root, 'out/.stamp');

/** Builds all parts side by side. */
export async function build(): Promise<void> {
  const began = new Date();
  await rm(stamp, { force: true });
  const outcomes = await Promise.all(
    parts.map((part) =>
      runQuietly(process.execPath, [vite, 'build', '-c', configurationOf(part)], { cwd: root }),
    ),
  );
  const failures = outcomes.filter(({ status }) => status !== 0);
  if (failures.length > 0) throw new Stop(failures.map(({ output }) => output).join('\n'));
  await mkdir(join(root, 'out'), { recursive: true });
  await writeFile(stamp, '');
  // A source that was saved while its old text was being built is newer than the stamp.
  await utimes(stamp, began, began);
}

/** Whether nothing that the build reads has changed since the last one. */
export async function isBuildFresh(): Promise<boolean> {
  if (!existsSync(stamp)) return false;
  const { mtimeMs } = await stat(stamp);
  const settings = (await readdir(root)).filter((name) =>
    /^(vite\..*|package.*)\.(ts|json)$/.test(name),
  );
  const sources = ['main', 'renderer', 'shared', ...settings];
  const times = await Promise.all(sources.map((name) => newest(join(root, name))));
  return Math.max(...times) < mtimeMs;
}

/** Builds unless the last build still holds. */
export async function ensureBuild(): Promise<void> {
  if (!(await isBuildFresh())) await build();
}

/** The time of the last change in a tree; a folder's own tells of what was added or removed. */
async function newest(path: string): Promise<number> {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const inner = await Promise.all((await readdir(path)).map((name) => newest(join(path, name))));
  return Math.max(entry.mtimeMs, ...inner);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(async () => {
    await build();
    return 0;
  });
}
