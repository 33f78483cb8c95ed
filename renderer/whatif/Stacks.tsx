import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';
import { countOf } from '../../shared/base/words';
import { sideBySide, type Layer } from './stacks';

/** The livepatches on top of each other, as they lie and as they would. */
export function Stacks({
  status,
  answer,
}: {
  readonly status: StatusDocument;
  readonly answer: WhatIf;
}) {
  const { now, then, isOrderOpen } = sideBySide(status, answer);
  return (
    <div className="what-if__stacks">
      <Stack title="Now" layers={now} isOrderOpen={isOrderOpen} />
      <span className="what-if__arrow" aria-hidden="true">
        →
      </span>
      <Stack title="Then" layers={then} isOrderOpen={isOrderOpen && then.length > 1} />
    </div>
  );
}

function Stack({
  title,
  layers,
  isOrderOpen,
}: {
  readonly title: string;
  readonly layers: readonly Layer[];
  readonly isOrderOpen: boolean;
}) {
  return (
    <section aria-label={`${title}, top first`}>
      <h3 className="section-title">
        {title}
        {isOrderOpen ? <span className="quiet"> · in an order that is not known</span> : null}
      </h3>
      <ol className="what-if__stack" data-open={isOrderOpen}>
        {layers.map(({ key, name, functions, note, is }) => (
          <li key={key} className="what-if__layer" data-is={is}>
            <strong>{name}</strong>
            <span className="quiet small">{countOf(functions, 'function')}</span>
            {note === '' ? null : <span className="what-if__note small">{note}</span>}
          </li>
        ))}
        <li className="what-if__layer what-if__layer--ground">
          <span className="quiet">Original kernel</span>
        </li>
      </ol>
    </section>
  );
}
