/** How grave it is to follow a remedy. */
import type { RemedyCode } from '../diagnosis/codes';
import type { Tone } from './headline';

/** Waiting changes nothing; the others change the host or other people's plans. */
export const remedyTones: Readonly<Record<RemedyCode, Tone>> = {
  wait: 'settled',
  'wait-for-signal': 'settled',
  'let-it-return': 'settled',
  'become-privileged': 'settled',
  'load-object': 'settled',
  'remove-module': 'settled',
  'write-signal': 'moving',
  'stop-tracer': 'moving',
  'unload-object': 'moving',
  'ask-vendor': 'unknown',
  reverse: 'stuck',
  force: 'stuck',
  reboot: 'stuck',
};
