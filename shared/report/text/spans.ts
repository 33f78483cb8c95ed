/** Pieces of a line: what is said, how it looks, and whether it may be broken over lines. */
import { capText, visible } from '../../base/text';

/** How a piece looks on a terminal with colours; none of them carries meaning alone. */
export type Look = 'plain' | 'strong' | 'quiet' | 'good' | 'moving' | 'bad';

export interface Span {
  /** Without control characters. */
  readonly text: string;
  readonly look: Look;
  /** Never broken: a command, a path, a symbol. */
  readonly whole: boolean;
}

/** Characters of one name, of one command and of one sentence that are shown at most. */
export const caps = { name: 120, command: 240, path: 400, sentence: 1200 } as const;

/** A sentence or a few words, wrapped at its spaces. */
export function words(text: string, look: Look = 'plain'): Span {
  return { text: capText(visible(text), caps.sentence), look, whole: false };
}

/** A name, symbol or path: stays in one piece. */
export function whole(text: string, look: Look = 'plain', cap: number = caps.name): Span {
  return { text: capText(visible(text), cap), look, whole: true };
}

/** The pieces with `separator` between each two. */
export function joined(pieces: readonly (readonly Span[])[], separator: string): Span[] {
  return pieces.flatMap((piece, index) =>
    index === 0 ? [...piece] : [words(separator, 'quiet'), ...piece],
  );
}
