import type { StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';
import { taintText } from '../../../shared/report/emptyViews';

/** The floor that everything stands on. */
export function OriginalKernel({ status }: { readonly status: StatusDocument }) {
  const { kernel } = status.host;
  return (
    <section className="original panel" aria-label="Original kernel">
      <h2>Original kernel</h2>
      <span className="quiet text-selectable">
        {kernel === null ? 'release unknown' : `Linux ${visible(kernel)}`}
        {`, ${taintText(status)}`}
      </span>
    </section>
  );
}
