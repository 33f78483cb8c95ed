/** Words and commands for a POSIX shell, as text for a person to copy. */
import { visible } from './text';

/**
 * A word that a POSIX shell takes literally; null where the text has characters that a terminal
 * would obey: then no command is offered.
 */
export function shellWord(text: string): string | null {
  if (text === '' || visible(text) !== text) return null;
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Through tee, since a redirection would be opened with the rights of the shell in front of sudo. */
export function writeCommand(path: string, value: 0 | 1): string | null {
  const word = shellWord(path);
  return word === null ? null : `echo ${value} | sudo tee ${word}`;
}
