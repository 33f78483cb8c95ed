import { useMemo, useState } from 'react';
import type { Host } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { Sheet } from '../components/Sheet';
import { DemoBadge } from '../demo/DemoBadge';
import { useWindow } from '../state/store';
import { Answer } from './Answer';
import { askedOf, firstChoice } from './choice';
import { Question } from './Question';
import { useAnswer } from './useAnswer';
import '../components/fields.css';
import { nothingToDoText } from '../../shared/report/emptyViews';
import './whatif.css';

/** What would happen on a host, worked out from what was read of it. Nothing is tried. */
export function WhatIfDialog({ id }: { readonly id: string }) {
  const host = useWindow((state) => state.hosts[id]);
  return host?.status ? <Open host={host} status={host.status} /> : null;
}

function Open({ host, status }: { readonly host: Host; readonly status: StatusDocument }) {
  const [chosen, setChosen] = useState(() => firstChoice(status));
  const [round, setRound] = useState(0);
  const asked = useMemo(() => askedOf(status, chosen), [status, chosen]);
  const answered = useAnswer(host.id, status, asked.ok ? asked.action : null, round);
  return (
    <Sheet title={`What if … on ${visible(host.label)}`} className="what-if">
      <p className="quiet">
        {host.isDemo ? <DemoBadge /> : null} Worked out from what was last read. Nothing is tried,
        nothing is written.
      </p>
      <Question status={status} chosen={chosen} onChange={setChosen} />
      <div
        className="what-if__answer text-selectable"
        tabIndex={0}
        role="region"
        aria-label="Answer"
      >
        {answered === null ? (
          <p className="quiet">
            {chosen.action === 'replace'
              ? 'The answer comes when the list above is right.'
              : nothingToDoText(status)}
          </p>
        ) : (
          <Answer status={status} answered={answered} onAgain={() => setRound(round + 1)} />
        )}
      </div>
    </Sheet>
  );
}
