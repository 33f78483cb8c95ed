import type { Host } from '../../shared/api/contract';

/** Whether a host was recorded; known before its first state is. */
export function isRecording({ target }: Pick<Host, 'target'>): boolean {
  return /\.klprec$/i.test(target) && !/^(?:demo|dir):/.test(target);
}
