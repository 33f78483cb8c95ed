import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from './columns';
import { toAscii } from './glyphs';
import { Page, type TextStyle } from './page';
import { whole, words, type Span } from './spans';

const plain: TextStyle = { width: 40, colour: false, unicode: true };

function linesOf(spans: readonly Span[], layout = {}, style = plain): string[] {
  const page = new Page(style);
  page.put(spans, layout);
  return page.toString().split('\n').slice(0, -1);
}

describe('a paragraph', () => {
  it('breaks at spaces only, and hangs below its own beginning', () => {
    const lines = linesOf([words('the quick brown fox jumps over the lazy dog and away')], {
      indent: 2,
      hang: 4,
      label: words('a'),
    });
    expect(lines).toEqual(['  a   the quick brown fox jumps over the', '      lazy dog and away']);
  });

  it('has further lines of the same width, and one that fits it to the column', () => {
    const text = (count: number) => [words(Array.from({ length: count }, () => 'abcd').join(' '))];
    const style = { ...plain, width: 18 };
    // Four columns before, and three words with their spaces make fourteen.
    expect(linesOf(text(9), { indent: 1, hang: 3 }, style)).toEqual([
      ' abcd abcd abcd',
      '    abcd abcd abcd',
      '    abcd abcd abcd',
    ]);
    expect(linesOf(text(9), { indent: 1, hang: 3 }, { ...plain, width: 17 })).toEqual([
      ' abcd abcd abcd',
      '    abcd abcd',
      '    abcd abcd',
      '    abcd abcd',
    ]);
  });

  it('never breaks a command, a path or a symbol', () => {
    const command = 'cat /sys/module/some_long_name/parameters/some_other';
    expect(linesOf([words('it runs '), whole(command), words(' now')])).toEqual([
      'it runs',
      command,
      'now',
    ]);
  });

  it('keeps what stands together without a space together', () => {
    const spans = [words('a very long line to be broken at '), whole('symbol'), words(', here')];
    expect(linesOf(spans)).toEqual(['a very long line to be broken at symbol,', 'here']);
  });

  it('moves the text behind a label that is longer than the hang', () => {
    expect(linesOf([words('text')], { hang: 2, label: words('[ok]') })).toEqual(['[ok] text']);
  });

  it('ends no line in spaces', () => {
    expect(linesOf([words('a   ')], { label: words('b') })).toEqual(['b a']);
    expect(linesOf([words('')], { indent: 4 })).toEqual(['']);
  });
});

describe('colour', () => {
  it('wraps runs of one look in one sequence, and changes nothing else', () => {
    const spans = [words('two words', 'bad'), words(' plain '), words('more', 'good')];
    expect(linesOf(spans, {}, { ...plain, colour: true })).toEqual([
      '\u001b[1;31mtwo words\u001b[0m plain \u001b[1;32mmore\u001b[0m',
    ]);
  });
});

describe('columns', () => {
  it('counts wide characters twice and combining ones not at all', () => {
    expect(columnsOf('abc')).toBe(3);
    expect(columnsOf('進程')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(columnsOf('ﬀ—…')).toBe(3);
  });

  it('spell punctuation in ASCII where nothing else is to be drawn', () => {
    expect(toAscii('it’s “so” – 3 × …')).toBe('it\'s "so" - 3 x ...');
    expect(toAscii('進😀')).toBe(String.raw`\u{9032}\u{1f600}`);
  });
});

describe('any paragraph', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const span = fc.oneof(
    text.map((content) => words(content)),
    text.map((content) => whole(content, 'bad')),
  );
  const layouts = fc.record({
    indent: fc.nat({ max: 8 }),
    hang: fc.nat({ max: 12 }),
    label: fc.constantFrom(words(''), words('label', 'quiet')),
  });

  it('is no wider than the page, but where one piece alone is', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 8 }),
        layouts,
        fc.integer({ min: 40, max: 120 }),
        fc.boolean(),
        (spans, layout, width, unicode) => {
          const lines = linesOf(spans, layout, { width, colour: false, unicode });
          const pieces = piecesOf(spans, unicode);
          for (const line of lines.filter((content) => columnsOf(content) > width)) {
            const content = line
              .slice(layout.indent)
              .replace(/^(?:label)? */, '')
              .trimEnd();
            expect(pieces.some((piece) => piece.trim() === content.trim())).toBe(true);
          }
        },
      ),
    );
  });

  it('says the same in colour, and nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), layouts, (spans, layout) => {
        const bare = linesOf(spans, layout).join('\n');
        const coloured = linesOf(spans, layout, { ...plain, colour: true }).join('\n');
        expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(bare);
        expect(bare).not.toMatch(/[^\P{Cc}\n]/u);
      }),
    );
  });

  /** What lies between two places where a line may be broken. */
  function piecesOf(spans: readonly Span[], unicode: boolean): string[] {
    const pieces = [''];
    for (const { text: content, whole: isWhole } of spans) {
      const shown = unicode ? content : toAscii(content);
      const [first = '', ...rest] = isWhole ? [shown] : shown.split(' ');
      pieces[pieces.length - 1] += first;
      pieces.push(...rest);
    }
    return pieces;
  }
});
