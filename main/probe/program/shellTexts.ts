/**
 * The programs for hosts, as they lie beside this file. A bundle is one file: in it stands the text of
 * each `NAME.sh` of this folder as an export of that name, instead of this module (`vite.bundle.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

export const probe = read('probe.sh');
export const capture = read('capture.sh');
