/** Follows a path through a tree so that no symbolic link leads out of it. */
import type { Missing } from '../../shared/readings/readings';

/** What stands at one place: a link with its goal, something else, or nothing that can be seen. */
export type Looked =
  { readonly link?: string } | { readonly missing: Missing; readonly detail?: string };

/** Links that one path may lead through before it counts as a loop (Linux allows 40). */
const linkLimit = 40;

/**
 * Component by component from the tree's root; an absolute link means the host's own root, which is
 * the tree's.
 *
 * @returns the names that lead to the place without any link, or `link` where it lies outside,
 *   loops or dangles
 */
export function resolvePath(
  path: string,
  look: (names: readonly string[]) => Looked,
): { readonly names: readonly string[] } | { readonly missing: Missing; readonly detail?: string } {
  const pending = componentsOf(path).toReversed();
  const names: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      if (names.pop() === undefined) return { missing: 'link', detail: 'leads out of the tree' };
      continue;
    }
    names.push(name);
    const looked = look(names);
    if ('missing' in looked) {
      return links > 0 && looked.missing === 'absent'
        ? { missing: 'link', detail: 'leads to nothing in the tree' }
        : looked;
    }
    if (looked.link === undefined) continue;
    links += 1;
    if (links > linkLimit) return { missing: 'link', detail: 'a loop of links' };
    if (looked.link.startsWith('/')) names.length = 0;
    else names.pop();
    pending.push(...componentsOf(looked.link).toReversed());
  }
  return { names };
}

function componentsOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
