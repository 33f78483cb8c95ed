import type { StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';
import { originalText, taintText } from '../../../shared/report/emptyViews';

/** The floor that everything stands on. */
export function OriginalKernel({ status }: { readonly status: StatusDocument }) {
  const { kernel } = status.host;
  const title = originalText(status);
  return (
    <section className="original panel" aria-label={title}>
      <h2>{title}</h2>
      <span className="quiet text-selectable">
        {kernel === null ? 'release unknown' : `Linux ${visible(kernel)}`}
        {`, ${taintText(status)}`}
      </span>
    </section>
  );
}
