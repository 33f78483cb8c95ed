import type { Host } from '../../shared/api/contract';

/** Whether a host is a story of the executable model; known before its first state is. */
export function isDemo({ target }: Pick<Host, 'target'>): boolean {
  return target === 'demo' || target.startsWith('demo:');
}
