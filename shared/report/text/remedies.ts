/** What helps: each remedy explained once per page, and only named where it comes again. */
import type { RemedyCode } from '../../diagnosis/codes';
import { remedyText } from '../../diagnosis/wording';
import type { Page } from './page';
import { words, type Span } from './spans';

export class Remedies {
  private readonly explained = new Set<RemedyCode>();

  /** A line for each remedy that was not explained yet. */
  explain(page: Page, codes: readonly RemedyCode[], indent: number): void {
    for (const code of codes) {
      if (this.explained.has(code)) continue;
      this.explained.add(code);
      const { title, text } = remedyText(code);
      page.put([words(`${title}.`, 'strong'), words(` ${text}`)], { indent, labelWidth: 2 });
    }
  }

  /** The names, and the text of those that were not explained yet. */
  inLine(codes: readonly RemedyCode[]): Span[] {
    const known = codes.filter((code) => this.explained.has(code));
    const fresh = codes.filter((code) => !this.explained.has(code));
    for (const code of fresh) this.explained.add(code);
    const texts = fresh.map((code) => `${remedyText(code).title}. ${remedyText(code).text}`);
    const names = known.map((code) => `${remedyText(code).title} (see above).`);
    return [words([...texts, ...names].join(' '))];
  }
}
