import type { ReactNode } from 'react';
import { visible } from '../../shared/readings/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/report/whatif/document';
import { CommandText } from '../components/CommandText';
import { StatusMark } from '../components/StatusMark';
import { numbered } from '../components/numbered';
import { plural } from '../state/format';
import { ForceEntry } from '../views/shared/RemedyList';
import { rowsOf, type Row } from './rows';

/** More rows tell a person nothing. */
const most = 200;

export function Answer({
  status,
  answer,
}: {
  readonly status: StatusDocument;
  readonly answer: WhatIf;
}) {
  const { refusal } = answer;
  return (
    <>
      <p className="what-if__verdict" role="status">
        <StatusMark tone={refusal === null ? 'settled' : 'stuck'} />
        {refusal === null ? (
          <strong>The kernel would do it.</strong>
        ) : (
          <span>
            <strong>
              The kernel would refuse with <code>{refusal.errno}</code>:
            </strong>{' '}
            {refusal.why}.
          </span>
        )}
      </p>
      {refusal === null ? <Consequences status={status} answer={answer} /> : null}
      <Command status={status} answer={answer} />
    </>
  );
}

function Consequences({
  status,
  answer,
}: {
  readonly status: StatusDocument;
  readonly answer: WhatIf;
}) {
  const rows = rowsOf(status, answer);
  const { leaving, leftover, pinned, irreversible, assumptions } = answer;
  return (
    <>
      <Functions rows={rows} changed={answer.functions.length} />
      <dl className="what-if__facts">
        <Fact title="Leave sysfs at the end">{namesText(leaving, 'no livepatch')}</Fact>
        <Fact title="Modules that stay loaded, unused">{namesText(leftover, 'none')}</Fact>
        <Fact title="Modules that can never be unloaded">{namesText(pinned, 'none')}</Fact>
        <Fact title="Threads that would block now">
          <Blocking answer={answer} />
        </Fact>
      </dl>
      <Sentences title="What can’t be undone" sentences={irreversible} />
      <Sentences title="Assumed" sentences={assumptions} />
    </>
  );
}

function Functions({ rows, changed }: { readonly rows: readonly Row[]; readonly changed: number }) {
  if (rows.length === 0) return null;
  return (
    <>
      <table className="what-if__functions">
        <caption className="section-title">
          {changed === 0
            ? 'No function would run other code'
            : `${plural(changed, 'function')} would run other code, or may`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Function</th>
            <th scope="col">Runs now</th>
            <th scope="col">Would run</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((row) => (
            <tr key={row.key} data-change={row.change}>
              <th scope="row">
                <code>{row.name}</code> <span className="quiet small">{row.object}</span>
              </th>
              <td>{row.now}</td>
              <td>{row.then}</td>
              <td>{row.change}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most ? (
        <p className="quiet small">and {plural(rows.length - most, 'more function')}</p>
      ) : null}
    </>
  );
}

function Blocking({ answer: { wouldBlock, unchecked } }: { readonly answer: WhatIf }) {
  const known = wouldBlock
    .slice(0, 20)
    .map(({ comm, tid }) => `${comm === null ? 'thread' : visible(comm)} (${tid})`);
  const more =
    wouldBlock.length > known.length ? ` and ${wouldBlock.length - known.length} more` : '';
  const who =
    known.length === 0 ? 'none of those whose stack was read' : `${known.join(', ')}${more}`;
  return (
    <>
      {who};{' '}
      {unchecked === null
        ? 'how many were not checked is not known'
        : `${plural(unchecked, 'thread')} not checked`}
    </>
  );
}

function Command({
  status,
  answer: { command, action, refusal },
}: {
  readonly status: StatusDocument;
  readonly answer: WhatIf;
}) {
  if (command === null) return null;
  if (action.do === 'force') {
    const blocking = status.transition?.threads.blocking ?? null;
    // What the kernel would refuse needs no checklist.
    return refusal === null ? (
      <ul className="what-if__command">
        <ForceEntry patch={action.patch} blocking={blocking} />
      </ul>
    ) : null;
  }
  return (
    <section className="what-if__command">
      <h3 className="section-title">As root one would type</h3>
      {visible(command) === command ? (
        <CommandText command={command} />
      ) : (
        <p>The name has characters that a terminal would obey; no command is offered for it.</p>
      )}
    </section>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="quiet">{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Sentences({
  title,
  sentences,
}: {
  readonly title: string;
  readonly sentences: readonly string[];
}) {
  if (sentences.length === 0) return null;
  return (
    <section>
      <h3 className="section-title">{title}</h3>
      <ul className="what-if__sentences">
        {numbered(sentences).map(({ item, place }) => (
          <li key={place}>{visible(item)}</li>
        ))}
      </ul>
    </section>
  );
}

function namesText(names: readonly string[], none: string): string {
  return names.length === 0 ? none : names.map(visible).join(', ');
}
