/** Shell commands as text for a person to copy; nothing in Klpscope runs them. */
import type { RemedyCode } from '../diagnosis/codes';
import { visible } from '../base/text';
import { patchPath } from '../readings/paths';
import type { StatusDocument } from './statusDocument';

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

/**
 * The command that would do it, null where there is none to give.
 *
 * @param subject the livepatch, module or object that it concerns
 */
export function remedyCommand(
  code: RemedyCode,
  subject: string | null,
  status: StatusDocument,
): string | null {
  switch (code) {
    case 'reverse':
      return reverseCommand(status);
    case 'remove-module':
    case 'unload-object':
      return moduleCommand('rmmod', subject);
    case 'load-object':
      return moduleCommand('modprobe', subject);
    default:
      return null;
  }
}

/** `echo 0` or `echo 1` to `enabled` of the livepatch in transition; null where its direction is unknown. */
export function reverseCommand({ transition }: StatusDocument): string | null {
  if (transition === null || transition.direction === null) return null;
  const value = transition.direction === 'patching' ? 0 : 1;
  return writeCommand(`${patchPath(transition.patch)}/enabled`, value);
}

function moduleCommand(tool: string, subject: string | null): string | null {
  const name = subject === null ? null : shellWord(subject);
  return name === null || name.startsWith('-') ? null : `sudo ${tool} ${name}`;
}

export function disableCommand(patch: string): string | null {
  return writeCommand(`${patchPath(patch)}/enabled`, 0);
}

export function forceCommand(patch: string): string | null {
  return writeCommand(`${patchPath(patch)}/force`, 1);
}

/** Through tee, since a redirection would be opened with the rights of the shell in front of sudo. */
function writeCommand(path: string, value: 0 | 1): string | null {
  const word = shellWord(path);
  return word === null ? null : `echo ${value} | sudo tee ${word}`;
}
