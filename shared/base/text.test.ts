import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capText, jsonText, oneLine, visible } from './text';

describe('oneLine', () => {
  it('takes one final newline off and nothing else', () => {
    expect(oneLine('6.12.117\n')).toBe('6.12.117');
    expect(oneLine('6.12.117')).toBe('6.12.117');
    expect(oneLine(' a \n\n')).toBe(' a \n');
    expect(oneLine('')).toBe('');
  });
});

describe('capText', () => {
  it('keeps what fits and marks what was cut', () => {
    expect(capText('abcd', 4)).toBe('abcd');
    expect(capText('abcde', 4)).toBe('abc…');
  });

  it('cuts no surrogate pair in half', () => {
    expect(capText('ab\u{1f600}cd', 4)).toBe('ab…');
  });

  it('never exceeds the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        expect(capText(text, limit).length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('visible', () => {
  it.each([
    ['plain text, ünïcödé 日本 \u{1f600}', 'plain text, ünïcödé 日本 \u{1f600}'],
    ['a\nb\r\tc', String.raw`a\nb\r\tc`],
    ['\u001B[2J\u0007\u0000', String.raw`\x1b[2J\x07\x00`],
    ['\u007F\u0085\u009B', String.raw`\x7f\x85\x9b`],
    ['a\u202Eb\u2066c\u061C', String.raw`a\u202eb\u2066c\u061c`],
    ['a\u200Bb\u200D\uFEFF\u00AD', String.raw`a\u200bb\u200d\ufeff\xad`],
    ['\u2028\u2029', String.raw`\u2028\u2029`],
    ['\u{E0041}', String.raw`\u{e0041}`],
    ['\uD800x', String.raw`\ud800x`],
    ['\u3164', String.raw`\u3164`],
    [String.raw`C:\n`, String.raw`C:\n`],
  ])('shows %j as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('leaves nothing that moves, breaks or reorders, and is stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });
});

describe('jsonText', () => {
  it('escapes what a terminal obeys or does not draw, inside strings and keys', () => {
    expect(jsonText({ 'a\u202e': ['\u009b31m\u200b', '\u{e0041}\u2028'] })).toBe(
      String.raw`{"a\u202e":["\u009b31m\u200b","\udb40\udc41\u2028"]}`,
    );
  });

  it('keeps its own line feeds where it is indented', () => {
    expect(jsonText({ a: 'b\nc' }, 2)).toBe(`{\n  "a": "b\\nc"\n}`);
  });

  it('is read as the very same value, and has nothing unseen in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const json = jsonText({ [text]: text });
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
        expect(json).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u,
        );
      }),
    );
  });
});
