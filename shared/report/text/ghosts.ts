/** Livepatch modules that are loaded but no longer in sysfs. */
import type { Ghost, StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { whole, words } from './spans';

const kinds: Readonly<Record<Ghost['kind'], string>> = {
  leftover: 'left over, not in use: it can be removed',
  pinned: 'pinned, it can’t be removed',
  unknown: 'whether it is in use could not be read',
};

export function putGhosts(page: Page, { ghosts }: StatusDocument): void {
  if (ghosts.length === 0) return;
  page.heading(`Modules that are no longer applied: ${ghosts.length}`);
  for (const { module, refcount, kind } of ghosts) {
    const count = refcount === null ? 'reference count unknown' : `reference count ${refcount}`;
    page.put([whole(module, 'strong'), words(`  ${kinds[kind]} (${count})`)], {
      indent: 2,
      hang: 4,
    });
  }
}
