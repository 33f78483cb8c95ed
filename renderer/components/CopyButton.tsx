import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copy } from '../state/actions';

/**
 * Puts a text into the clipboard and says so for a moment.
 *
 * @param what its name, as in "Copy kernel stack"
 * @param quiet shows the icon alone
 */
export function CopyButton({
  text,
  what,
  quiet = false,
}: {
  readonly text: string;
  readonly what: string;
  readonly quiet?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);

  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className={quiet ? 'copy-button copy-button--quiet' : 'copy-button'}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copy(text, what).then(() => setCopied(true))}
    >
      <Icon size={13} aria-hidden />
      {quiet ? null : copied ? 'Copied' : 'Copy'}
    </button>
  );
}
