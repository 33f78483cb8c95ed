/**
 * Run by `npm run check:words`: says each text that may claim something about a host and stands outside
 * of `shared/words`. With `--list` it lists them all in `words.json`, as labels, help and problems.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths';
import { proseIn, readListed, unlisted, watchedFiles } from './lib/prose';

const files = watchedFiles(root).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}));
if (process.argv.includes('--list')) {
  const listed = files
    .map(({ file, text }) => [file, proseIn(file, text)] as const)
    .filter(([, prose]) => prose.length > 0);
  const json = JSON.stringify(Object.fromEntries(listed), null, 2);
  writeFileSync(join(root, 'words.json'), `${json}\n`);
} else {
  const listed = readListed(root);
  const found = files.flatMap(({ file, text }) => unlisted(listed, file, text));
  for (const line of found) console.error(line);
  if (found.length > 0) {
    console.error(
      'What claims something about a host stands in shared/words, with what it stands on (docs/architecture.md). A label, help or a problem is listed in words.json: npx tsx scripts/check-words.ts --list.',
    );
  }
  process.exitCode = found.length === 0 ? 0 : 1;
}
