/** Saves what an inspector would read in a guest, as an archive or as a folder laid out like `/`. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { output } from './process.js';
import { sshRun, type Reach } from './ssh.js';

/** Writes a capture to a `.tar.gz` or `.tgz` file, or, for any other name, into a folder. */
export async function capture(reach: Reach, path: string): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, 'guest/capture.pl'));
  const taken = await sshRun(reach, 'root', 'set -o pipefail; perl - | gzip -1', { input: script });
  if (taken.code !== 0) {
    throw new Error(`the guest gave no capture: ${taken.stderr.trim()}`);
  }
  if (/\.(tar\.gz|tgz)$/.test(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, taken.stdout);
    renameSync(`${path}.part`, path);
  } else {
    mkdirSync(path, { recursive: true });
    await output('tar', ['-xzf', '-', '--no-same-owner', '-C', path], { input: taken.stdout });
  }
}
