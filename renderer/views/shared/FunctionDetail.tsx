import type { Host } from '../../../shared/api/contract';
import { visible } from '../../../shared/base/text';
import type { ActiveFunction, StatusDocument } from '../../../shared/report/statusDocument';
import { CommandText } from '../../components/CommandText';
import { CopyButton } from '../../components/CopyButton';
import { implementationName, symposText } from '../../../shared/report/roles';
import { certaintyOf } from '../../../shared/report/certainty';
import { consumersInWords } from '../../../shared/report/consumers';
import { runnersOf } from '../../../shared/report/runners';
import { isInTransition, whatThen } from '../../../shared/whatif/whatThen';
import { FileLink } from './FileLink';
import { shellWord } from '../../../shared/base/shell';

/** One patched function: who wins, who is shadowed, what it would fall back to. */
export function FunctionDetail({
  entry,
  status,
  host,
}: {
  readonly entry: ActiveFunction;
  readonly status: StatusDocument;
  readonly host: Host;
}) {
  const { object, name, sympos } = entry;
  const runners = runnersOf(entry, status);
  const others = consumersInWords(entry, status);
  const folders = holdersOf(entry, status).map(
    (patch) => `/sys/kernel/livepatch/${patch}/${object}`,
  );
  const list = shellWord(folders[0] ?? '/sys/kernel/livepatch');
  return (
    <div className="detail">
      <header className="text-selectable">
        <h2 className="detail__name">
          {visible(name)}
          <CopyButton quiet what="function name" text={name} />
        </h2>
        <p className="quiet">
          {visible(object)}, {symposText(sympos)}
        </p>
      </header>
      <section aria-label="Who runs what">
        <h3 className="section-title">
          Who runs what
          {certaintyOf(entry, status) === 'order' ? ', order not known' : ', top first'}
        </h3>
        <ol className="panel lines">
          {runners.map((runner) => (
            <li
              key={runner.name}
              className={runner.active ? 'lines__marked' : undefined}
              data-tone={
                runner.active ? (status.transition === null ? 'settled' : 'moving') : undefined
              }
            >
              <code>{implementationName(runner.name)}</code>
              <span className="lines__note">{runner.word}</span>
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="What then">
        <h3 className="section-title">
          {isInTransition(entry, status)
            ? 'When the transition completes'
            : 'If its livepatch goes'}
        </h3>
        <p className="text-selectable">{whatThen(entry, status)}</p>
      </section>
      {others === null ? null : (
        <section aria-label="Also there">
          <h3 className="section-title">Also there</h3>
          <p className="text-selectable">
            {others.short}
            {others.line === null ? null : <span className="quiet"> ({others.line})</span>}
          </p>
          {others.note === null ? null : <p className="text-selectable">{others.note}</p>}
        </section>
      )}
      {folders.length === 0 ? null : (
        <section aria-label="Read from">
          <h3 className="section-title">Read from</h3>
          <ul className="panel lines">
            {holdersOf(entry, status).map((patch) => (
              <li key={patch}>
                <FileLink host={host} path={`/sys/kernel/livepatch/${patch}/${object}/patched`} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {list === null ? null : (
        <section aria-label="Read it yourself">
          <h3 className="section-title">Read it yourself</h3>
          <CommandText command={`ls ${list}`} what="command that lists the functions" />
        </section>
      )}
    </div>
  );
}

/** Livepatches that have the function, in its stack or not, top first. */
function holdersOf(
  { object, name, sympos }: ActiveFunction,
  { patches }: StatusDocument,
): readonly string[] {
  return patches
    .filter((patch) =>
      patch.objects.some(
        (other) =>
          other.name === object &&
          other.functions.some((each) => each.name === name && each.sympos === sympos),
      ),
    )
    .map((patch) => patch.name)
    .reverse();
}
