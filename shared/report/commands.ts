/** Shell commands as text for a person to copy; nothing in Klpscope runs them. */
import type { RemedyCode } from '../diagnosis/codes';
import { shellWord, writeCommand } from '../base/shell';
import { patchPath } from '../readings/paths';
import type { StatusDocument } from './statusDocument';

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
    case 'write-signal':
      return signalCommand(status);
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

/** The file that kernels 4.15 to 5.0 have for it. */
function signalCommand({ transition }: StatusDocument): string | null {
  return transition === null ? null : writeCommand(`${patchPath(transition.patch)}/signal`, 1);
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
