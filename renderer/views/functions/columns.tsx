/** Columns of the table of patched functions. */
import { capText, visible } from '../../../shared/base/text';
import type { ActiveFunction, StatusDocument } from '../../../shared/report/statusDocument';
import type { Column } from '../../components/grid/column';
import { certaintyOf } from '../../../shared/report/certainty';
import { consumersInWords } from '../../../shared/report/consumers';
import { runsText } from '../../../shared/report/runners';
import { fallback, fallbackText } from '../../../shared/whatif/whatThen';

const longest = 200;

function name(text: string): string {
  return visible(capText(text, longest));
}

/** Livepatches below the one on top; null where their order is not known. */
function shadowed(entry: ActiveFunction, status: StatusDocument): readonly string[] | null {
  switch (certaintyOf(entry, status)) {
    case 'known':
      return entry.stack.filter((patch) => patch !== entry.active).reverse();
    case 'nop':
    case 'not-loaded':
      return entry.stack.slice(0, -1).reverse();
    case 'order':
    case 'unknown':
      return null;
  }
}

function shadowedText(entry: ActiveFunction, status: StatusDocument): string {
  const names = shadowed(entry, status);
  if (names === null) return 'not known';
  return names.length === 0 ? 'none' : names.map(name).join(', ');
}

export function functionColumns(status: StatusDocument): readonly Column<ActiveFunction>[] {
  const alsoThere = (entry: ActiveFunction) => consumersInWords(entry, status)?.short ?? '';
  const known = status.functions.map((entry) => consumersInWords(entry, status));
  const isListed = known.some((one) => one !== null);
  // Where there is room for one of the two: who is there matters more than what comes next.
  const isShared = known.some((one) => one?.isShared === true);
  const others: Column<ActiveFunction> = {
    id: 'consumers',
    title: 'Also there',
    track: 'minmax(104px, 1.1fr)',
    from: isShared ? 600 : 800,
    compare: (a, b) => alsoThere(a).localeCompare(alsoThere(b)),
    cell: (entry) => <div className="truncate quiet">{alsoThere(entry)}</div>,
    text: alsoThere,
  };
  const activeText = (entry: ActiveFunction) => runsText(entry, status);
  return [
    {
      id: 'object',
      title: 'Object',
      track: 'minmax(70px, 0.8fr)',
      compare: (a, b) => a.object.localeCompare(b.object),
      cell: ({ object }) => <div className="truncate quiet">{name(object)}</div>,
      text: ({ object }) => object,
    },
    {
      id: 'name',
      title: 'Function',
      track: 'minmax(120px, 1.6fr)',
      compare: (a, b) => a.name.localeCompare(b.name),
      cell: (entry) => <code className="truncate function-name">{name(entry.name)}</code>,
      text: (entry) => entry.name,
    },
    {
      id: 'sympos',
      title: 'Position',
      track: '68px',
      from: 660,
      compare: (a, b) => (a.sympos ?? -1) - (b.sympos ?? -1),
      cell: ({ sympos }) =>
        sympos === null ? <span className="quiet">unknown</span> : <span>{sympos}</span>,
      text: ({ sympos }) => (sympos === null ? '' : String(sympos)),
    },
    {
      id: 'active',
      title: 'Runs',
      track: 'minmax(152px, 1.3fr)',
      compare: (a, b) => activeText(a).localeCompare(activeText(b)),
      cell: (entry) => (
        <div
          className="truncate function-active"
          data-tone={
            entry.active === null ? 'unknown' : entry.active === 'original' ? 'stuck' : 'settled'
          }
        >
          {activeText(entry)}
        </div>
      ),
      text: (entry) => entry.active ?? '',
    },
    {
      id: 'stack',
      title: 'Shadowed',
      track: 'minmax(90px, 1.2fr)',
      from: 520,
      cell: (entry) => <div className="truncate quiet">{shadowedText(entry, status)}</div>,
      text: (entry) => shadowed(entry, status)?.join(' ') ?? '',
    },
    {
      id: 'fallback',
      title: 'Falls back to',
      track: 'minmax(90px, 1fr)',
      from: isShared ? 800 : 700,
      cell: (entry) => <div className="truncate quiet">{fallbackText(entry, status)}</div>,
      text: (entry) => fallback(entry, status) ?? '',
    },
    ...(isListed ? [others] : []),
  ];
}
