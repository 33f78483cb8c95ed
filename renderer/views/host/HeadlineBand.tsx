import type { Host } from '../../../shared/api/contract';
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
          {title.map((part, index) => (
            <span key={`${index} ${part.text}`} className={part.strong ? 'tone' : undefined}>
              {part.text}
            </span>
          ))}
        </h2>
        {detail === '' ? null : <p className="quiet">{detail}</p>}
      </div>
    </section>
  );
}
