/** What helps: each remedy is explained once per page, and only named where it comes again. */
import type { RemedyCode } from '../../diagnosis/codes';
import { remedyText } from '../../diagnosis/wording';
import type { Finding } from '../statusDocument';
import type { Layout, Page } from './page';
import { words } from './spans';

export class Remedies {
  /** Texts that the page has. */
  private readonly explained = new Set<string>();

  /** A line for each remedy that was not explained yet. */
  explain(page: Page, codes: readonly RemedyCode[], layout: Layout): void {
    const fresh = new Set(codes.filter((code) => !this.explained.has(remedyText(code).text)));
    for (const code of fresh) this.put(page, code, null, layout);
  }

  /** A line for each remedy of a finding; the label stands before the first. */
  list(
    page: Page,
    { code: about, remedies }: Pick<Finding, 'code' | 'remedies'>,
    { label = words(''), ...layout }: Layout,
  ): void {
    remedies.forEach((code, index) => {
      this.put(page, code, about, { ...layout, label: index === 0 ? label : words('') });
    });
  }

  private put(page: Page, code: RemedyCode, about: Finding['code'] | null, layout: Layout): void {
    const { title, text } = remedyText(code, about);
    const isKnown = this.explained.has(text);
    this.explained.add(text);
    page.put(
      isKnown
        ? [words(title, 'strong'), words(' (see above)')]
        : [words(`${title}.`, 'strong'), words(` ${text}`)],
      layout,
    );
  }
}
