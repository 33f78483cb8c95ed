/** Tells the main process that something is on the screen, for screenshots and measurements. */
import { useEffect } from 'react';
import { tell } from './bridge';

/**
 * Rendered beside what is to be seen, so that both appear in one commit.
 *
 * @param host the host that is shown, null for the start screen
 */
export function PaintedSignal({ host }: { readonly host: string | null }): null {
  useEffect(() => {
    // The first callback runs before the paint of this commit, the second after it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => tell('window:painted', { host }));
    });
    return () => cancelAnimationFrame(frame);
  }, [host]);
  return null;
}
