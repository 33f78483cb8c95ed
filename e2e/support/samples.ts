import { join } from 'node:path';
import { root } from '../../scripts/lib/paths';

/** A capture of a real kernel, by its name in `samples/linux-6.12`. */
export function sample(name: string): string {
  return join(root, 'samples/linux-6.12', `${name}.tar.gz`);
}
