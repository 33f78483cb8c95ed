import { describe, expect, it } from 'vitest';
import { problemCodes } from '../base/problem';
import { findingCodes, reasonCodes, remedyCodes, severities } from './codes';
import type { Reason } from './reasons';
import {
  certaintySentence,
  findingTitle,
  problemHelp,
  reasonSentence,
  remedyText,
  severityWord,
  stateWord,
} from './wording';

const reason = (change: Partial<Reason>): Reason => ({
  code: 'unknown',
  object: null,
  function: null,
  symbol: null,
  frame: null,
  certainty: 'likely',
  ...change,
});
const sentence = (
  change: Partial<Reason>,
  direction: 'patching' | 'unpatching' | null = null,
  kthread: boolean | null = false,
) => reasonSentence({ reason: reason(change), state: 'S', kthread, stack: null }, { direction });

describe('why a thread blocks, in words', () => {
  const sleeping = 'sleeping-on-function';

  it.each([
    [{ symbol: 'f', function: 'f' }, 'patching', 'sleeps in f, which is being patched'],
    [
      { symbol: 'lp_f', function: 'f' },
      'patching',
      'sleeps in lp_f, an older livepatch’s version of f',
    ],
    [{ symbol: 'f', function: 'f' }, 'unpatching', 'sleeps in f, which the livepatch is to leave'],
    [
      { symbol: 'lp_f', function: 'f' },
      'unpatching',
      'sleeps in lp_f, the livepatch’s version of f',
    ],
    [{ symbol: 'lp_f', function: 'f' }, null, 'sleeps in lp_f'],
    [{ symbol: null, function: 'f' }, 'patching', 'sleeps in f, which is being patched'],
    [{ symbol: 'frob', function: null }, 'patching', 'sleeps in frob, which is being patched'],
    [{ symbol: null, function: null }, null, 'sleeps in code that is to be left'],
    [
      { symbol: 'x\u001b', function: 'y\u001b' },
      'unpatching',
      String.raw`sleeps in x\x1b, the livepatch’s version of y\x1b`,
    ],
    [
      { symbol: 'x\u001b', function: 'y\u001b' },
      'patching',
      String.raw`sleeps in x\x1b, an older livepatch’s version of y\x1b`,
    ],
  ] as const)('%j while %s', (change, direction, expected) => {
    expect(sentence({ code: sleeping, ...change }, direction)).toBe(expected);
  });

  it('without a transition says only where it sleeps', () => {
    const thread = {
      reason: reason({ code: sleeping, symbol: 'f' }),
      state: 'S',
      kthread: false,
      stack: null,
    };
    expect(reasonSentence(thread, { direction: null })).toBe('sleeps in f');
  });

  it('promises no try of a transition whose tries have not switched the thread', () => {
    const thread = {
      reason: reason({ code: 'waiting-to-return' }),
      state: 'S',
      kthread: false,
      stack: [{ function: 'g', offset: 1, size: 2, module: null }],
    };
    const said = (host: object) => reasonSentence(thread, { direction: 'patching', ...host });
    expect(said({})).toContain('switches at one of the kernel’s next tries');
    expect(said({ isStalled: true })).toContain('tries have not switched it: perhaps');
    expect(said({ isStalled: true, isWhole: false })).not.toMatch(/tries|to be left was seen/);
  });

  it('tells what was not looked at from what does not tell', () => {
    const looked = 'blocks; what was read does not tell why';
    const notLooked = 'blocks; why was not looked at or could not be read';
    expect(sentence({ certainty: 'unknown' }, null, null)).toBe(notLooked);
    expect(sentence({ certainty: 'unknown' }, null, false)).toBe(looked);
    expect(sentence({ certainty: 'likely' }, null, null)).toBe(looked);
  });
});

describe('every code has words of its own', () => {
  it.each([
    [
      'reasons',
      reasonCodes.map((code) =>
        reasonSentence(
          { reason: reason({ code, symbol: 'f' }), state: 'S', kthread: false, stack: [] },
          { direction: null },
        ),
      ),
    ],
    ['remedies', remedyCodes.map((code) => remedyText(code).title)],
    ['what remedies do', remedyCodes.map((code) => remedyText(code).text)],
    ['findings', findingCodes.map(findingTitle)],
    ['severities', severities.map(severityWord)],
    ['problems', problemCodes.map(problemHelp)],
    [
      'certainties',
      (['certain', 'likely', 'unknown'] as const).map((certainty) =>
        certaintySentence({ reason: reason({ certainty }), state: 'S', stack: [] }),
      ),
    ],
    // proc_pid_stat(5)
    ['states', 'RSDTtZXIPKW'.split('').map(stateWord)],
  ])('%s', (_, words) => {
    expect(words.every((text) => /^\p{L}.{2,}$/u.test(text))).toBe(true);
    expect(new Set(words).size).toBe(words.length);
  });

  it('and a state letter that nobody knows is shown as it is, escaped', () => {
    expect(stateWord('Q')).toBe('state Q');
    expect(stateWord('\u001b')).toBe(String.raw`state \x1b`);
    expect(stateWord(null)).toBe('state unknown');
  });
});
