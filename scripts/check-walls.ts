/** Run by `npm run check:walls`: says each import that goes through a wall. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths';
import { breaches, importsOf, type Rooms } from './lib/walls';

const rooms = JSON.parse(readFileSync(join(root, 'walls.json'), 'utf8')) as Rooms;
const found = breaches(rooms, importsOf(root));
for (const breach of found) console.error(breach);
process.exitCode = found.length === 0 ? 0 : 1;
