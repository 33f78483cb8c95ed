/** The marks that the text form draws, and what becomes of characters that ASCII does not have. */

/** What each place of the drawing shows. */
export interface Glyphs {
  readonly settled: string;
  readonly moving: string;
  readonly stuck: string;
  readonly unknown: string;
  readonly info: string;
  readonly warning: string;
  readonly error: string;
  /** Before the frame that keeps a thread from switching, and behind it. */
  readonly culprit: string;
  readonly pointer: string;
  /** Between short facts on one line. */
  readonly dot: string;
  /** Over the function stack: from the livepatch below to the one above. */
  readonly below: string;
  readonly barDone: string;
  readonly barLeft: string;
  /** Before a livepatch without a number in the stack. */
  readonly patch: string;
  readonly branch: string;
  readonly lastBranch: string;
}

const drawn: Glyphs = {
  settled: '✔',
  moving: '◐',
  stuck: '✖',
  unknown: '?',
  info: '·',
  warning: '▲',
  error: '✖',
  culprit: '▶',
  pointer: '◀',
  dot: '·',
  below: '→',
  barDone: '█',
  barLeft: '░',
  patch: '▪',
  branch: '├─',
  lastBranch: '└─',
};

const ascii: Glyphs = {
  settled: '[ok]',
  moving: '[..]',
  stuck: '[!!]',
  unknown: '[??]',
  info: '-',
  warning: '!',
  error: '!!',
  culprit: '>',
  pointer: '<-',
  dot: '|',
  below: '->',
  barDone: '#',
  barLeft: '.',
  patch: '*',
  branch: '|-',
  lastBranch: '`-',
};

export function glyphsFor(unicode: boolean): Glyphs {
  return unicode ? drawn : ascii;
}

const plainPunctuation = new Map([
  ['’', "'"],
  ['‘', "'"],
  ['“', '"'],
  ['”', '"'],
  ['…', '...'],
  ['–', '-'],
  ['−', '-'],
  ['×', 'x'],
  ['�', '?'],
]);

/** The text in ASCII: punctuation in its plain form, everything else written out as `\u{…}`. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return plainPunctuation.get(character) ?? `\\u{${code}}`;
  });
}
