/** Run by `npm run check:walls`: says each import that goes through a wall. */
import { root } from './lib/paths';
import { breaches, importsOf, readRooms } from './lib/walls';

const found = breaches(readRooms(root), importsOf(root));
for (const breach of found) console.error(breach);
process.exitCode = found.length === 0 ? 0 : 1;
