import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePatchState } from './patchState';

describe('parsePatchState', () => {
  it.each([
    ['-1\n', -1],
    ['0\n', 0],
    ['1\n', 1],
    ['-1', -1],
    ['0', 0],
    ['1', 1],
  ])('reads %j', (text, state) => {
    expect(parsePatchState(text)).toBe(state);
  });

  it.each(['', '\n', '7\n', '-2\n', '+1\n', '1 \n', '1\n1\n', '-0\n', '0x1\n'])(
    'takes %j for none',
    (text) => {
      expect(parsePatchState(text)).toBeNull();
    },
  );

  it('reads no other text as a state', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!['-1', '0', '1'].includes(text.trim()));
        expect(parsePatchState(text)).toBeNull();
      }),
    );
  });
});
