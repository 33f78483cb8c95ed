/** What a bare word means where a file or folder of that name lies here: it could be a host's name too. */
import { join } from 'node:path';
import { visible } from '../../shared/base/text';
import { kindAt } from './fileKind';
import { isFile, isFolder } from './paths';

interface Meaning {
  readonly target: string;
  /** What was decided, and how the other is written; null: there was nothing to decide. */
  readonly note: string | null;
}

/**
 * A host of SSH's configuration is the host, whatever lies here; else a folder, and a file that opens, are
 * what lies here. Whoever means the other writes it so that it can be nothing else.
 *
 * @param hosts names in SSH's configuration; asked for only where something lies here
 */
export function meantHere(text: string, folder: string, hosts: () => readonly string[]): Meaning {
  const path = join(folder, text);
  const what = !isWord(text) ? null : isFolder(path) ? 'folder' : isFile(path) ? 'file' : null;
  if (what === null) return { target: text, note: null };
  const [name, here] = [visible(text), visible(`./${text}`)];
  if (hosts().includes(text)) {
    const note = `${name} is a host of your SSH configuration; the ${what} of that name is ${here}.`;
    return { target: text, note };
  }
  if (what === 'folder' || kindAt(path) !== null) {
    const note = `${name} is the ${what} ${here}; a host of that name is ssh://${name}.`;
    return { target: `./${text}`, note };
  }
  const note = `${name} is taken for a host; the file of that name does not open, and ${here} says why.`;
  return { target: text, note };
}

/** Neither a path nor a host with its user or port, nor a word that has a meaning of its own. */
function isWord(text: string): boolean {
  return /^[^-@:/\\[\]][^@:/\\[\]]*$/.test(text) && text !== 'local' && text !== 'demo';
}
