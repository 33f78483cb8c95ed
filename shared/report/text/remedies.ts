/** What helps: each remedy is explained once per page, and only named where it comes again. */
import type { RemedyCode } from '../../diagnosis/codes';
import { remedyText } from '../../diagnosis/wording';
import type { Layout, Page } from './page';
import { words } from './spans';

export class Remedies {
  private readonly explained = new Set<RemedyCode>();

  /** A line for each remedy that was not explained yet. */
  explain(page: Page, codes: readonly RemedyCode[], layout: Layout): void {
    const fresh = new Set(codes.filter((code) => !this.explained.has(code)));
    for (const code of fresh) this.put(page, code, layout);
  }

  /** A line for each remedy; the label stands before the first. */
  list(page: Page, codes: readonly RemedyCode[], { label = words(''), ...layout }: Layout): void {
    codes.forEach((code, index) => {
      this.put(page, code, { ...layout, label: index === 0 ? label : words('') });
    });
  }

  private put(page: Page, code: RemedyCode, layout: Layout): void {
    const { title, text } = remedyText(code);
    const isKnown = this.explained.has(code);
    this.explained.add(code);
    page.put(
      isKnown
        ? [words(title, 'strong'), words(' (see above)')]
        : [words(`${title}.`, 'strong'), words(` ${text}`)],
      layout,
    );
  }
}
