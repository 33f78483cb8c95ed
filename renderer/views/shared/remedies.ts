/** What a remedy looks like: whether it is safe, and the command that a person may copy. */
import type { RemedyCode } from '../../../shared/diagnosis/codes';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import type { Tone } from '../../state/headline';
import { shellWord } from './shell';

/** Waiting changes nothing; the others change the host or other people's plans. */
export const remedyTones: Readonly<Record<RemedyCode, Tone>> = {
  wait: 'settled',
  'wait-for-signal': 'settled',
  'let-it-return': 'settled',
  'become-privileged': 'settled',
  'load-object': 'settled',
  'remove-module': 'settled',
  'stop-tracer': 'moving',
  'unload-object': 'moving',
  'ask-vendor': 'unknown',
  reverse: 'stuck',
  force: 'stuck',
  reboot: 'stuck',
};

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

function reverseCommand({ transition }: StatusDocument): string | null {
  if (transition === null || transition.direction === null) return null;
  const path = shellWord(`/sys/kernel/livepatch/${transition.patch}/enabled`);
  if (path === null) return null;
  return `echo ${transition.direction === 'patching' ? 0 : 1} | sudo tee ${path}`;
}

function moduleCommand(tool: string, subject: string | null): string | null {
  const name = subject === null ? null : shellWord(subject);
  return name === null || name.startsWith('-') ? null : `sudo ${tool} ${name}`;
}

export function forceCommand(patch: string): string | null {
  const path = shellWord(`/sys/kernel/livepatch/${patch}/force`);
  return path === null ? null : `echo 1 | sudo tee ${path}`;
}
