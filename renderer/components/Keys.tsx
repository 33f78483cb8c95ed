import { isMac } from '../commands/keyboard';
import { keysOf } from '../commands/shortcuts';

/** A shortcut as keys. */
export function Keys({ shortcut }: { readonly shortcut: string }) {
  return (
    <span className="keys">
      {keysOf(shortcut, isMac()).map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
