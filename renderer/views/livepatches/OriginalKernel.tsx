import type { StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';

/** The floor that everything stands on. */
export function OriginalKernel({ status }: { readonly status: StatusDocument }) {
  const { kernel } = status.host;
  const { tainted } = status.livepatch;
  return (
    <section className="original panel" aria-label="Original kernel">
      <h2>Original kernel</h2>
      <span className="quiet text-selectable">
        {kernel === null ? 'release unknown' : `Linux ${visible(kernel)}`}
        {tainted === null
          ? ', taint unknown'
          : tainted
            ? ', tainted: livepatch'
            : ', never livepatched since boot'}
      </span>
    </section>
  );
}
