import { useState } from 'react';
import type { Host } from '../../shared/api/contract';
import type { Blocker, StatusDocument } from '../../shared/report/statusDocument';
import { visible } from '../../shared/base/text';
import { closeOverlay, Sheet } from '../components/Sheet';
import { attempt } from '../state/actions';
import { announce, useWindow, viewOf } from '../state/store';
import { threadKey, wasLookedAt } from '../views/transition/threads';
import { control } from '../player/control';
import { DemoBadge } from './DemoBadge';
import { LoadLivepatch } from './forms/LoadLivepatch';
import { LoadModule, ShadowVariable, UnloadModule } from './forms/smallForms';
import { forkOfInit, livepatchChoices, threadChoices, type Choice } from './operations';
import { refusalText } from './refusals';
import '../components/fields.css';
import './takeOver.css';

/** What a person may do to a demo host. Each takes over from its story. */
export function TakeOver({ id }: { readonly id: string }) {
  const host = useWindow((state) => state.hosts[id]);
  return host?.demo && host.status ? <Dialog host={host} status={host.status} /> : null;
}

interface Refused {
  readonly title: string;
  readonly errno: string;
  readonly text: string;
}

function Dialog({ host, status }: { readonly host: Host; readonly status: StatusDocument }) {
  const chosen = useWindow((state) => viewOf(state, host.id).chosen.transition);
  const [refused, setRefused] = useState<Refused | null>(null);
  const thread = selectedThread(status.blockers, chosen);
  const answered = async ({ title, operation }: Choice) => {
    const outcome = await control(host.id, { do: 'operate', operation });
    if (outcome.ok) {
      announce(`${title}: ${outcome.answer ?? 'done'}`);
      closeOverlay();
    } else {
      const { errno } = outcome;
      setRefused({ title, errno, text: refusalText(operation.do, errno) });
    }
  };
  const operate = (choice: Choice) => attempt(answered(choice));
  return (
    <Sheet title={`Take over ${visible(host.label)}`} className="take-over">
      <p className="quiet">
        <DemoBadge /> The story waits from then on. The emulated kernel answers as a real one would;
        no real machine is touched.
      </p>
      <div className="take-over__refusal" role="status" data-tone="stuck">
        {refused === null ? null : (
          <p>
            {refused.title}: refused with <code>{refused.errno}</code>. {refused.text}
          </p>
        )}
      </div>
      <div className="take-over__body" tabIndex={-1}>
        <Choices title="Livepatches" choices={livepatchChoices(status)} operate={operate} />
        <LoadLivepatch status={status} operate={operate} />
        <Choices
          title={thread === null ? 'Threads' : 'The selected blocking thread'}
          choices={thread === null ? [forkOfInit] : threadChoices(thread)}
          operate={operate}
        />
        <LoadModule operate={operate} />
        <UnloadModule status={status} operate={operate} />
        <ShadowVariable operate={operate} />
      </div>
    </Sheet>
  );
}

/** The one that is marked in the Transition view, as that view has it: else the first. */
function selectedThread(blockers: readonly Blocker[], chosen: string | undefined): Blocker | null {
  const known = blockers.filter(wasLookedAt);
  return known.find((blocker) => threadKey(blocker) === chosen) ?? known[0] ?? null;
}

function Choices({
  title,
  choices,
  operate,
}: {
  readonly title: string;
  readonly choices: readonly Choice[];
  readonly operate: (choice: Choice) => void;
}) {
  if (choices.length === 0) return null;
  return (
    <section>
      <h3 className="section-title">{title}</h3>
      <ul className="take-over__choices">
        {choices.map((choice) => (
          <li key={choice.title}>
            <button type="button" className="button" onClick={() => operate(choice)}>
              {choice.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
