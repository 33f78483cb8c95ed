/** What all threads run where nothing is in transition, said only where it is sure. */
import type { StatusDocument } from './statusDocument';

/**
 * A forced transition is over without its threads having left the old code
 * (Documentation/livepatch/livepatch.rst), and the kernel says nothing of them any more.
 *
 * @param sure what holds where every thread switched by itself
 */
export function calmText({ findings, ghosts }: StatusDocument, sure: string): string {
  const engines = findings.filter(({ code }) => code === 'other-live-patching');
  if (engines.length > 0) return engines.map(({ message }) => message).join(' ');
  if (findings.some(({ code }) => code === 'was-forced'))
    return 'A transition was forced since boot: nobody can tell whether threads still run other code.';
  if (ghosts.some(({ kind }) => kind === 'pinned'))
    return 'A module that is no livepatch any more is in use: threads may still run its code.';
  return sure;
}
