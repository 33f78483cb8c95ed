import { commandGroups } from '../state/command';
import { commands } from '../commands/registry';
import { Keys } from '../components/Keys';
import { Sheet } from '../components/Sheet';

const rowKeys = [
  { title: 'Next or previous row', shortcuts: ['↓', '↑', 'j', 'k'] },
  { title: 'A page of rows', shortcuts: ['PageDown', 'PageUp'] },
  { title: 'First or last row', shortcuts: ['Home', 'End'] },
  { title: 'Detail of the row', shortcuts: ['Enter'] },
  { title: 'Copy the row', shortcuts: ['Mod+C'] },
  { title: 'Empty the filter, close the detail', shortcuts: ['Escape'] },
] as const;

/** All keys, out of the registry. */
export function ShortcutSheet() {
  return (
    <Sheet title="Keyboard shortcuts" className="shortcuts">
      <div className="shortcuts__groups" tabIndex={0} role="group" aria-label="Shortcuts">
        {commandGroups.map((group) => {
          const listed = commands.filter(
            (command) => command.group === group && command.shortcuts.length > 0,
          );
          return listed.length === 0 ? null : <Group key={group} title={group} entries={listed} />;
        })}
        <Group title="Tables" entries={rowKeys} />
      </div>
    </Sheet>
  );
}

function Group({
  title,
  entries,
}: {
  readonly title: string;
  readonly entries: readonly { readonly title: string; readonly shortcuts: readonly string[] }[];
}) {
  return (
    <section className="shortcuts__group">
      <h3 className="section-title">{title}</h3>
      <dl>
        {entries.map((entry) => (
          <div key={entry.title}>
            <dt>{entry.title}</dt>
            <dd>
              {entry.shortcuts.map((shortcut) => (
                <Keys key={shortcut} shortcut={shortcut} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
