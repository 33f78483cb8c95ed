/** Sets spans into lines of a given width; the only place that knows of columns and colours. */
import { columnsOf } from './columns';
import { glyphsFor, toAscii, type Glyphs } from './glyphs';
import { words, type Look, type Span } from './spans';

/** What the place can show where the text is printed. */
export interface TextStyle {
  /** Columns. */
  readonly width: number;
  readonly colour: boolean;
  /** Whether characters beyond ASCII may be used. */
  readonly unicode: boolean;
}

/** SGR parameters of ECMA-48; the colours are those that every terminal's theme keeps readable. */
const parameters: Readonly<Record<Exclude<Look, 'plain'>, string>> = {
  strong: '1',
  quiet: '2',
  good: '1;32',
  moving: '1;33',
  bad: '1;31',
};

/** Lines longer than this are hard to read, however wide the terminal. */
const widest = 100;

export interface Layout {
  /** Columns before the first line. */
  readonly indent?: number;
  /** Columns by which further lines stand further in. */
  readonly hang?: number;
  /** Fills the hang of the first line; a longer one pushes the text to the right. */
  readonly label?: Span;
}

type Piece = Pick<Span, 'text' | 'look'>;
/** What stands between two places where a line may be broken. */
interface Word {
  readonly pieces: Piece[];
  columns: number;
}

export class Page {
  readonly glyphs: Glyphs;
  private readonly lines: string[] = [];

  constructor(private readonly style: TextStyle) {
    this.glyphs = glyphsFor(style.unicode);
  }

  get width(): number {
    return Math.min(this.style.width, widest);
  }

  blank(): void {
    this.lines.push('');
  }

  heading(title: string, note = ''): void {
    this.blank();
    this.put([words(title, 'strong'), ...(note === '' ? [] : [words(`  ${note}`, 'quiet')])]);
  }

  /** A paragraph: wrapped at spaces, further lines below the beginning of the text. */
  put(spans: readonly Span[], { indent = 0, hang = 0, label }: Layout = {}): void {
    const before = ' '.repeat(indent);
    const head: Piece[] = [{ text: before, look: 'plain' }];
    let start = indent;
    if (label) {
      const piece = this.pieceOf(label);
      const columns = columnsOf(piece.text);
      const gap = Math.max(hang - columns, 1);
      head.push(piece, { text: ' '.repeat(gap), look: 'plain' });
      start += columns + gap;
    }
    let line: Piece[] = head;
    let columns = start;
    let isFirst = true;
    for (const word of this.wordsOf(spans)) {
      const gap = isFirst ? 0 : 1;
      if (!isFirst && columns + gap + word.columns > this.width) {
        this.lines.push(this.print(line));
        line = [{ text: ' '.repeat(indent + hang), look: 'plain' }, ...word.pieces];
        columns = indent + hang + word.columns;
      } else {
        if (gap > 0) line.push({ text: ' ', look: spaceLook(line, word) });
        line.push(...word.pieces);
        columns += gap + word.columns;
      }
      isFirst = false;
    }
    this.lines.push(this.print(line));
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`;
  }

  private pieceOf({ text, look }: Span): Piece {
    return { text: this.style.unicode ? text : toAscii(text), look };
  }

  private wordsOf(spans: readonly Span[]): Word[] {
    const found: Word[] = [];
    let current: Word = { pieces: [], columns: 0 };
    const extend = (text: string, look: Look) => {
      if (text === '') return;
      current.pieces.push({ text, look });
      current.columns += columnsOf(text);
    };
    for (const span of spans) {
      const { text, look } = this.pieceOf(span);
      const [first = '', ...rest] = span.whole ? [text] : text.split(' ');
      extend(first, look);
      for (const part of rest) {
        found.push(current);
        current = { pieces: [], columns: 0 };
        extend(part, look);
      }
    }
    return [...found, current];
  }

  private print(line: readonly Piece[]): string {
    const runs: { text: string; look: Look }[] = [];
    for (const { text, look } of line) {
      const last = runs.at(-1);
      if (last?.look === look) last.text += text;
      else runs.push({ text, look });
    }
    const end = runs.at(-1);
    if (end) end.text = end.text.trimEnd();
    return runs
      .filter(({ text }) => text !== '')
      .map(({ text, look }) => this.paint(text, look))
      .join('')
      .trimEnd();
  }

  private paint(text: string, look: Look): string {
    if (!this.style.colour || look === 'plain') return text;
    return `\u001b[${parameters[look]}m${text}\u001b[0m`;
  }
}

/** A space between two words of the same look belongs to both. */
function spaceLook(line: readonly Piece[], word: Word): Look {
  const last = line.at(-1)?.look;
  return last !== undefined && last === word.pieces[0]?.look ? last : 'plain';
}
