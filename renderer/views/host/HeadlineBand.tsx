import type { Host } from '../../../shared/api/contract';
import { capText } from '../../../shared/base/text';
import { numbered } from '../../components/numbered';
import { StatusMark } from '../../components/StatusMark';
import { headlineOfHost } from '../../state/headline';

/** The one sentence: fine, in transition, or stuck, and on what. */
export function HeadlineBand({ host }: { readonly host: Host }) {
  const { tone, title, detail } = headlineOfHost(host);
  return (
    <section className="headline" data-tone={tone} aria-label="State">
      <StatusMark tone={tone} size={32} busy={host.phase === 'loading'} label />
      <div className="text-selectable">
        <h2>
          {numbered(title).map(({ item: part, place }) => (
            <span key={place} className={part.strong ? 'tone' : undefined}>
              {capText(part.text, 300)}
            </span>
          ))}
        </h2>
        {detail === '' ? null : <p className="quiet">{capText(detail, 800)}</p>}
      </div>
    </section>
  );
}
