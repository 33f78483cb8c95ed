import type { ReactNode } from 'react';
import { visible } from '../../shared/base/text';
import { knownToBlock } from '../../shared/report/forcing';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';
import { capital, changedText, doneText, refusedText } from '../../shared/whatif/text';
import { CommandText } from '../components/CommandText';
import { StatusMark } from '../components/StatusMark';
import { numbered } from '../components/numbered';
import { countOf } from '../../shared/base/words';
import type { Direction } from '../../shared/model/systemState';
import { MarkedText } from '../views/transition/MarkedText';
import { ForceEntry } from '../views/shared/RemedyList';
import { Blocking } from './Blocking';
import { rowsOf, type Row } from './rows';
import { Stacks } from './Stacks';
import type { Answered } from './useAnswer';

/** More rows tell a person nothing. */
const most = 200;

export function Answer({
  status,
  answered: { answer, search },
  onAgain,
}: {
  readonly status: StatusDocument;
  readonly answered: Answered;
  readonly onAgain: () => void;
}) {
  const { refusal } = answer;
  return (
    <>
      <p className="what-if__verdict" role="status">
        <StatusMark tone={refusal === null && answer.action.do !== 'force' ? 'settled' : 'stuck'} />
        {refusal === null ? (
          <strong>{doneText(status, answer)}.</strong>
        ) : (
          <span>
            <strong>
              <MarkedText text={capital(refusedText(status, refusal))} names={[refusal.errno]} />:
            </strong>{' '}
            {refusal.why}.
          </span>
        )}
      </p>
      {refusal === null ? (
        <Consequences status={status} answer={answer}>
          <Blocking
            answer={answer}
            search={search}
            direction={directionOf(status, answer)}
            onAgain={onAgain}
          />
        </Consequences>
      ) : null}
      <Command status={status} answer={answer} />
    </>
  );
}

/** Where the transition to come leads. */
function directionOf({ transition }: StatusDocument, { action }: WhatIf): Direction {
  if (action.do === 'replace') return 'patching';
  return action.do === 'reverse' && transition?.direction === 'unpatching'
    ? 'patching'
    : 'unpatching';
}

function Consequences({
  status,
  answer,
  children,
}: {
  readonly status: StatusDocument;
  readonly answer: WhatIf;
  readonly children: ReactNode;
}) {
  const rows = rowsOf(status, answer);
  const { leaving, leftover, pinned, maybe, irreversible, assumptions } = answer;
  return (
    <>
      <Stacks status={status} answer={answer} />
      <Functions rows={rows} title={changedText(status, answer.functions)} />
      {children}
      <dl className="what-if__facts">
        <Fact title="Leave sysfs at the end">{namesText(leaving, maybe.leaving)}</Fact>
        <Fact title="Modules that stay loaded, unused">{namesText(leftover, maybe.leftover)}</Fact>
        <Fact title="Modules that can never be unloaded">{namesText(pinned, maybe.pinned)}</Fact>
      </dl>
      <Sentences title="What can’t be undone" sentences={irreversible} />
      <Sentences title="Assumed" sentences={assumptions} />
    </>
  );
}

function Functions({ rows, title }: { readonly rows: readonly Row[]; readonly title: string }) {
  if (rows.length === 0) return null;
  return (
    <>
      <table className="what-if__functions">
        <caption className="section-title">{title}</caption>
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
              <td>
                {row.then}
                <Cases cases={row.cases} />
              </td>
              <td>{row.change}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most ? (
        <p className="quiet small">and {countOf(rows.length - most, 'more function')}</p>
      ) : null}
    </>
  );
}

function Cases({ cases }: Pick<Row, 'cases'>) {
  if (cases.length === 0) return null;
  return (
    <ul className="what-if__cases small">
      {cases.map(({ condition, outcome }) => (
        <li key={condition}>
          {outcome} <span className="quiet">if {condition}</span>
        </li>
      ))}
    </ul>
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
    // What the kernel would refuse needs no checklist.
    return refusal === null ? (
      <ul className="what-if__command">
        <ForceEntry patch={action.patch} blocking={knownToBlock(status)} />
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

function namesText(sure: readonly string[], maybe: readonly string[]): string {
  if (sure.length + maybe.length === 0) return 'none';
  return [...sure.map(visible), ...maybe.map((name) => `${visible(name)} (perhaps)`)].join(', ');
}
