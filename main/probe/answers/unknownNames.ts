/** What a host sent and nobody asked for: it is left out, and said. */
import type { Problem } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';

/** Names that a problem tells; the others are counted. */
const named = 5;
const longestName = 200;

/** Names of files and the like that are not in the list of what is read (`shared/readings/reads.ts`). */
export class UnknownNames {
  private readonly names: string[] = [];
  private count = 0;

  /** @param line what was sent; of a file with its content, only the path is kept */
  add(line: string): void {
    this.count += 1;
    if (this.names.length === named) return;
    const cut = line.slice(0, longestName + 1);
    const colon = cut.indexOf(':');
    this.names.push(cut.startsWith('/') && colon > 0 ? cut.slice(0, colon) : cut);
  }

  addAll(other: UnknownNames): void {
    for (const name of other.names) this.add(name);
    this.count += other.count - other.names.length;
  }

  problems(): Problem[] {
    if (this.count === 0) return [];
    const quoted = this.names.map((name) => `“${visible(capText(name, longestName))}”`);
    const more = this.count - this.names.length;
    const all = more > 0 ? [...quoted, `${more} more`] : quoted;
    const message = `The host sent what this version does not know, and it was left out: ${all.join(', ')}.`;
    return [{ code: 'protocol-error', path: null, message }];
  }
}
