import { useEffect, useMemo, useState } from 'react';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import { attempt } from '../state/actions';
import { loadConfigured, useConfigured } from '../state/connectActions';
import { useWindow } from '../state/store';
import { Keys } from '../components/Keys';
import { paletteEntries } from './paletteEntries';
import { closeOverlay, Sheet } from '../components/Sheet';

/** One field for everything: hosts, targets, samples and commands. */
export function Palette() {
  const [typed, setTyped] = useState('');
  const state = useWindow();
  const configured = useConfigured(({ names }) => names);
  useEffect(() => attempt(loadConfigured()), []);
  const entries = useMemo(
    () => paletteEntries(state, typed, configured ?? []),
    [state, typed, configured],
  );
  return (
    <Sheet title="Find a host, a file or a command" bare className="palette">
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <SearchField aria-label="Host, file or command" autoFocus className="palette__field">
          <Input
            role="combobox"
            aria-expanded
            aria-haspopup="listbox"
            placeholder="Host, file or command"
            spellCheck={false}
          />
        </SearchField>
        <ListBox
          aria-label="Found"
          className="palette__list"
          items={entries}
          onAction={(key) => {
            const entry = entries.find(({ id }) => id === key);
            closeOverlay();
            entry?.run();
          }}
          renderEmptyState={() => <p className="palette__none quiet">Nothing found.</p>}
        >
          {(entry) => (
            <ListBoxItem id={entry.id} textValue={entry.title} className="palette__entry">
              <span className="palette__kind quiet small">{entry.kind}</span>
              <span className="truncate">{entry.title}</span>
              <span className="palette__hint quiet small truncate">{entry.hint}</span>
              {entry.shortcut === null ? null : <Keys shortcut={entry.shortcut} />}
            </ListBoxItem>
          )}
        </ListBox>
      </Autocomplete>
    </Sheet>
  );
}
