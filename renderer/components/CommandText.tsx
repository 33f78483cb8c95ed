import { CopyButton } from './CopyButton';
import { PathText } from './PathText';

/** A shell command as text to copy. Nothing here can run it. */
export function CommandText({
  command,
  what = 'command',
}: {
  readonly command: string;
  readonly what?: string;
}) {
  return (
    <div className="command-text panel">
      <code>
        <PathText text={command} />
      </code>
      <CopyButton text={command} what={what} />
    </div>
  );
}
