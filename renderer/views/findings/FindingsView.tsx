import { Info, OctagonAlert } from 'lucide-react';
import type { Host } from '../../../shared/api/contract';
import type { Severity } from '../../../shared/diagnosis/codes';
import { findingTitle, problemHelp, severityWord } from '../../../shared/diagnosis/wording';
import { capText, visible } from '../../../shared/base/text';
import type { Finding, StatusDocument } from '../../../shared/report/statusDocument';
import { CopyButton } from '../../components/CopyButton';
import { numbered } from '../../components/numbered';
import { EmptyState } from '../../components/EmptyState';
import { StatusMark } from '../../components/StatusMark';
import { countOf, countText } from '../../../shared/base/words';
import type { PanelProps } from '../shared/panel';
import { FileLink } from '../shared/FileLink';
import { RemedyList } from '../shared/RemedyList';
import './FindingsView.css';

const weights: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Problems listed at once; a capture of thousands of unreadable files has as many. */
const firstProblems = 100;

/** What is worth knowing, gravest first, each with its proof and what to do. */
export function FindingsView({ host, status }: PanelProps) {
  const findings = [...status.findings].sort((a, b) => weights[a.severity] - weights[b.severity]);
  return (
    <div className="view view--scroll findings">
      {findings.length === 0 ? (
        <EmptyState tone="settled" title="Nothing to report">
          <p>No finding of any kind in what was read.</p>
        </EmptyState>
      ) : (
        <ul className="findings__list">
          {numbered(findings).map(({ item: finding, place }) => (
            <li key={place}>
              <FindingCard finding={finding} host={host} status={status} />
            </li>
          ))}
        </ul>
      )}
      <Problems host={host} status={status} />
    </div>
  );
}

/** Beside the word: its shape alone never has to be told. */
function SeverityMark({ severity }: { readonly severity: Severity }) {
  switch (severity) {
    case 'error':
      return <OctagonAlert size={16} className="finding__error" aria-hidden />;
    case 'warning':
      return <StatusMark tone="stuck" />;
    case 'info':
      return <Info size={16} className="quiet" aria-hidden />;
  }
}

function FindingCard({
  finding,
  host,
  status,
}: {
  readonly finding: Finding;
  readonly host: Host;
  readonly status: StatusDocument;
}) {
  const { code, severity, subject, message, evidence, remedies } = finding;
  const title = findingTitle(code);
  return (
    <article className="finding panel" aria-label={`${severityWord(severity)}: ${title}`}>
      <header className="finding__head">
        <SeverityMark severity={severity} />
        <h2>{title}</h2>
        <span className="pill" data-tone={severity === 'info' ? undefined : 'stuck'}>
          {severityWord(severity)}
        </span>
        {subject === null ? null : (
          <code className="truncate quiet">{visible(capText(subject, 200))}</code>
        )}
        <span className="finding__copy">
          <CopyButton
            quiet
            what="finding"
            text={[`${severityWord(severity)}: ${title}`, message, ...evidence].join('\n')}
          />
        </span>
      </header>
      <div className="finding__body">
        <p className="text-selectable">{visible(message)}</p>
        {evidence.length === 0 ? null : (
          <section>
            <h3 className="section-title">Evidence</h3>
            <ul className="finding__evidence">
              {evidence.map((line) => (
                <li key={line}>
                  {line.startsWith('/') ? (
                    <FileLink host={host} path={line} />
                  ) : (
                    <code>{visible(capText(line, 1000))}</code>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )}
        {remedies.length === 0 ? null : (
          <section>
            <h3 className="section-title">What helps</h3>
            <RemedyList remedies={remedies} subject={subject} about={code} status={status} />
          </section>
        )}
      </div>
    </article>
  );
}

/** What could not be read, or read as nonsense. */
function Problems({ host, status }: { readonly host: Host; readonly status: StatusDocument }) {
  const { problems } = status;
  if (problems.length === 0) return null;
  return (
    <section className="problems" aria-label="What could not be read">
      <h2 className="section-title">{countOf(problems.length, 'problem')} while reading</h2>
      <ul className="panel lines problems__list">
        {numbered(problems.slice(0, firstProblems)).map(({ item: problem, place }) => (
          <li key={place}>
            <div className="text-selectable">
              <p>{visible(capText(problem.message, 1000))}</p>
              <p className="quiet small">{problemHelp(problem.code)}</p>
              {problem.path === null ? null : (
                <p className="small">
                  <FileLink host={host} path={problem.path} />
                </p>
              )}
            </div>
            <span className="lines__note">{problem.code.replaceAll('-', ' ')}</span>
          </li>
        ))}
        {problems.length > firstProblems ? (
          <li className="quiet">
            and {countText(problems.length - firstProblems)} more, all in the JSON
          </li>
        ) : null}
      </ul>
    </section>
  );
}
