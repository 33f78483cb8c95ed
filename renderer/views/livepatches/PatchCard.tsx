import { useState } from 'react';
import { capText, visible } from '../../../shared/base/text';
import type {
  PatchEntry,
  PatchFunctionEntry,
  PatchObjectEntry,
  StatusDocument,
} from '../../../shared/report/statusDocument';
import { StatusMark } from '../../components/StatusMark';
import { countOf, countText } from '../../../shared/base/words';
import { roleGaps } from '../../../shared/words/functions';
import { patchGaps } from '../../../shared/words/roles';
import { certaintyOf } from '../../../shared/report/certainty';
import {
  below,
  functionKey,
  functionRole,
  implementationName,
  isLeaving,
  mayLeaveText,
  patchRole,
  stackOf,
} from '../../../shared/report/roles';
import { rowMark } from './useRowKeys';

/** Functions that a card shows before it is asked for all. */
const firstFunctions = 60;

interface Line {
  readonly object: PatchObjectEntry;
  readonly entry: PatchFunctionEntry;
}

/** One livepatch of the stack with its objects and functions. */
export function PatchCard({
  patch,
  status,
  chosen,
  onChoose,
}: {
  readonly patch: PatchEntry;
  readonly status: StatusDocument;
  readonly chosen: string | null;
  readonly onChoose: (key: string) => void;
}) {
  const [all, setAll] = useState(false);
  const role = patchRole(patch, status);
  const leaving = isLeaving(patch, status);
  const lines = patch.objects.flatMap((object) =>
    object.functions.map((entry): Line => ({ object, entry })),
  );
  const empty = patch.objects.filter((object) => object.functions.length === 0);
  const shown = all ? lines : lines.slice(0, firstFunctions);
  return (
    <section
      className="patch panel"
      data-leaving={leaving === true}
      data-moving={status.transition?.patch === patch.name}
      aria-label={`Livepatch ${visible(patch.name)}, ${role.text}`}
    >
      <header className="patch__head">
        <StatusMark tone={leaving === true ? 'unknown' : (role.tone ?? 'unknown')} />
        <h2 className="text-selectable">{visible(capText(patch.name, 200))}</h2>
        <span className="pill" data-tone={role.tone ?? undefined}>
          {role.text}
        </span>
        {patch.replace === true ? <span className="pill">atomic replace</span> : null}
        {leaving === null && status.transition?.patch !== patch.name ? (
          <span className="pill" data-tone="unknown">
            {mayLeaveText(status)}
          </span>
        ) : null}
        {patch.forced === true ? (
          <span className="pill" data-tone="stuck">
            {patchGaps.forced}
          </span>
        ) : null}
        <span className="patch__size quiet">
          {countOf(lines.length, 'function')} in {countOf(patch.objects.length, 'object')}
        </span>
      </header>
      {shown.map((line) => {
        const key = functionKey(line.object.name, line.entry.name, line.entry.sympos);
        return (
          <FunctionLine
            key={key}
            line={line}
            patch={patch}
            status={status}
            current={key === chosen}
            onChoose={() => onChoose(key)}
          />
        );
      })}
      {empty.map((object) => (
        <p key={object.name} className="patch__line quiet">
          <span className="truncate">{visible(object.name)}</span>
          <span>{patchGaps.noFunctionRead}</span>
        </p>
      ))}
      {shown.length < lines.length ? (
        <button type="button" className="patch__more link" onClick={() => setAll(true)}>
          Show all {countText(lines.length)} functions
        </button>
      ) : null}
    </section>
  );
}

function FunctionLine({
  line: { object, entry },
  patch,
  status,
  current,
  onChoose,
}: {
  readonly line: Line;
  readonly patch: PatchEntry;
  readonly status: StatusDocument;
  readonly current: boolean;
  readonly onChoose: () => void;
}) {
  const role = functionRole(status, patch, object, entry);
  const functionStack = stackOf(status, object.name, entry.name, entry.sympos);
  const isOrdered = functionStack !== null && certaintyOf(functionStack, status) !== 'order';
  const under = isOrdered ? below(functionStack, patch.name) : null;
  const gone = role.tone === null && object.loaded !== false;
  return (
    <button
      type="button"
      className="patch__line patch__function"
      {...{ [rowMark]: '' }}
      tabIndex={current ? 0 : -1}
      aria-current={current}
      data-gone={gone}
      onClick={onChoose}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible') && !current) onChoose();
      }}
    >
      <span className="truncate quiet">{visible(capText(object.name, 200))}</span>
      <code className="truncate">
        {visible(capText(entry.name, 200))}
        {entry.sympos !== null && entry.sympos > 1 ? `,${entry.sympos}` : ''}
      </code>
      <span className="patch__role" data-tone={role.tone ?? undefined}>
        {role.text}
      </span>
      <span className="truncate quiet patch__under">
        {entry.nop === true
          ? roleGaps.untilItCompletes
          : under === null
            ? ''
            : `over ${implementationName(under)}`}
      </span>
    </button>
  );
}
