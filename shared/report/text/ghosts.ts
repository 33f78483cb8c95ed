/** Livepatch modules that are loaded but no longer in sysfs. */
import { ghostsTitle, ghostWords } from '../ghosts';
import type { StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { whole, words } from './spans';

export function putGhosts(page: Page, status: StatusDocument): void {
  const { ghosts } = status;
  if (ghosts.length === 0) return;
  page.heading(`${ghostsTitle}: ${ghosts.length}`);
  for (const ghost of ghosts) {
    const { module, refcount } = ghost;
    const count = refcount === null ? 'reference count unknown' : `reference count ${refcount}`;
    const { word, text } = ghostWords(ghost, status);
    page.put([whole(module, 'strong'), words(`  ${word}, ${text} (${count})`)], {
      indent: 2,
      hang: 4,
    });
  }
}
