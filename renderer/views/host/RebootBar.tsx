import { useState } from 'react';
import type { Host } from '../../../shared/api/contract';
import { visible } from '../../../shared/base/text';
import { clockText } from '../../state/format';

/** That the host was booted again while it was read, and what was lost with it, until it is closed. */
export function RebootBar({ rebooted }: { readonly rebooted: NonNullable<Host['rebooted']> }) {
  const [closed, setClosed] = useState<string | null>(null);
  if (closed === rebooted.seenAt) return null;
  return (
    <section className="connection-bar" aria-label="Reboot">
      <p className="connection-bar__text text-selectable" role="status">
        {visible(rebooted.text)} Seen at {clockText(rebooted.seenAt)}.
      </p>
      <button type="button" className="button" onClick={() => setClosed(rebooted.seenAt)}>
        Close
      </button>
    </section>
  );
}
