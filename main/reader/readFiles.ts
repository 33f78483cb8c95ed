/** The files of a reading, as the window lists and shows them. */
import type { RawFile } from '../../shared/api/contract';
import type { Readings } from '../../shared/readings/readings';

/** Characters of one file that the window gets to show. */
const shownCharacters = 262_144;

/** Folders end in `/`; they have no content of their own. */
export function filesOf({ files, folders }: Readings): RawFile[] {
  const listed: RawFile[] = [];
  for (const [path, reading] of files) {
    const isThere = 'text' in reading;
    listed.push({
      path,
      size: isThere ? reading.text.length : null,
      missing: isThere ? null : reading.missing,
      truncated: isThere && reading.truncated,
    });
  }
  for (const [path, reading] of folders) {
    const missing = 'missing' in reading ? reading.missing : null;
    listed.push({ path: `${path}/`, size: null, missing, truncated: false });
  }
  return listed.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file's text; of a folder, which ends in `/`, the names in it. Null: there is none. */
export function textOf(readings: Readings, path: string): string | null {
  if (path.endsWith('/')) return namesIn(readings, path.slice(0, -1));
  const reading = readings.files.get(path);
  return reading && 'text' in reading ? reading.text.slice(0, shownCharacters) : null;
}

function namesIn({ folders }: Readings, folder: string): string | null {
  const reading = folders.get(folder);
  if (!reading || !('entries' in reading)) return null;
  const names = reading.entries.map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name));
  return names.sort().join('\n').slice(0, shownCharacters);
}
