/** What is worth knowing, the gravest first; errors with what proves them. */
import type { Severity } from '../../diagnosis/codes';
import { findingTitle, severityWord } from '../../diagnosis/wording';
import { countOf, countText } from '../../base/words';
import type { Finding, StatusDocument } from '../statusDocument';
import type { Page } from './page';
import type { Remedies } from './remedies';
import { words, type Look } from './spans';

const looks: Readonly<Record<Severity, Look>> = { error: 'bad', warning: 'moving', info: 'plain' };

/** Findings of one severity, and pieces of evidence for one, that are shown. */
const shownFindings = 20;
const shownEvidence = 3;

export function putFindings(page: Page, { findings }: StatusDocument, remedies: Remedies): void {
  if (findings.length === 0) return;
  page.heading(`Findings: ${countText(findings.length)}`);
  for (const finding of findings.slice(0, shownFindings)) putFinding(page, finding, remedies);
  const rest = findings.length - shownFindings;
  if (rest > 0) {
    page.put([words(`and ${countOf(rest, 'finding')} more; --json lists them all.`)], {
      indent: 2,
    });
  }
}

function putFinding(page: Page, finding: Finding, remedies: Remedies): void {
  const { severity, code, message, evidence } = finding;
  const look = looks[severity];
  page.put(
    [
      words(
        `${severityWord(severity)}: ${findingTitle(code)}.`,
        severity === 'info' ? 'strong' : look,
      ),
      words(` ${message}`),
    ],
    { indent: 2, label: words(page.glyphs[severity], look), hang: 3 },
  );
  const below = { indent: 5, hang: 7 } as const;
  if (severity === 'error') {
    evidence.slice(0, shownEvidence).forEach((proof, index) => {
      page.put([words(proof)], { ...below, label: words(index === 0 ? 'proof' : '', 'quiet') });
    });
  }
  remedies.list(page, finding, { ...below, label: words('helps', 'quiet') });
}
