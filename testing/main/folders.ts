/** Hosts written to disk for one test, and gone after it. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { keepOrRemove } from './kept';

/** Contents by path on the host; a path that ends in `/` is an empty folder. */
export type HostFiles = Readonly<Record<string, string | Uint8Array>>;

/** An empty folder that every user may enter. What is left in it is searched for secrets. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => keepOrRemove(folder));
  return folder;
}

/** The same for what a test gives the product to read, which may be huge: nobody else writes there. */
export function inputFolder(): string {
  const folder = newFolder();
  // A slow disk may take its time for a large tree.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-test-'));
  chmodSync(folder, 0o755);
  return folder;
}

export function writeHost(folder: string, files: HostFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(place, content);
  }
}

/** The folder of a host with these files. */
export function hostFolder(files: HostFiles): string {
  const folder = inputFolder();
  writeHost(folder, files);
  return folder;
}
