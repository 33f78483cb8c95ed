/** Shell commands as text for a person to copy; nothing in Klpscope runs them. */
import { visible } from '../../../shared/base/text';

/**
 * A word that a POSIX shell takes literally; null where the text has characters that a terminal
 * would obey: then no command is offered.
 */
export function shellWord(text: string): string | null {
  if (text === '' || visible(text) !== text) return null;
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Reads a file of a host: with root's rights where only root may. */
export function readCommand(path: string, asRoot: boolean): string | null {
  const word = shellWord(path);
  return word === null ? null : `${asRoot ? 'sudo ' : ''}cat ${word}`;
}
