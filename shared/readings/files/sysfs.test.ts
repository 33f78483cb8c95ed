import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlag, parseFunctionFolder, parseOrder } from './sysfs';

describe('parseFlag', () => {
  it.each([
    ['0\n', false],
    ['1\n', true],
    ['0', false],
    ['1', true],
  ])('reads %j', (text, flag) => {
    expect(parseFlag(text)).toBe(flag);
  });

  it.each([
    '',
    '\n',
    '2\n',
    'yes\n',
    'Y\n',
    '01\n',
    '1\n\n',
    ' 1\n',
    '1 \n',
    '-1\n',
    '1\0',
    '１\n',
  ])('takes %j for neither', (text) => {
    expect(parseFlag(text)).toBeNull();
  });

  it('takes a megabyte for neither', () => {
    expect(parseFlag('1'.repeat(2 ** 20))).toBeNull();
  });
});

describe('parseOrder', () => {
  it.each([
    ['1\n', 1],
    ['27\n', 27],
    ['3', 3],
  ])('reads %j', (text, order) => {
    expect(parseOrder(text)).toBe(order);
  });

  it.each(['', '0\n', '-1\n', '01\n', '1.5\n', '1e3\n', '0x1\n', '9007199254740993\n', '1\n2\n'])(
    'takes %j for none',
    (text) => {
      expect(parseOrder(text)).toBeNull();
    },
  );
});

describe('parseFunctionFolder', () => {
  it.each([
    ['cmdline_proc_show,1', 'cmdline_proc_show', 1],
    ['t_show,12', 't_show', 12],
    ['foo.isra.0,1', 'foo.isra.0', 1],
    ['a,b,3', 'a,b', 3],
    ['a,0', 'a', 0],
    ['bare', 'bare', null],
    ['a,', 'a,', null],
    [',1', ',1', null],
    ['a,01', 'a,01', null],
    ['a,+1', 'a,+1', null],
    ['a,1\n', 'a,1\n', null],
    ['a,18446744073709551615', 'a,18446744073709551615', null],
    ['', '', null],
  ])('reads %j', (folder, name, sympos) => {
    expect(parseFunctionFolder(folder)).toEqual({ name, sympos });
  });

  it('keeps every two folders apart', () => {
    const folder = fc
      .array(fc.constantFrom('a', ',', '0', '1', '9007199254740993'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(folder, (text) => {
        const { name, sympos } = parseFunctionFolder(text);
        expect(sympos === null ? name : `${name},${sympos}`).toBe(text);
      }),
    );
  });

  it('reads what klp_init_func prints', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (name, sympos) => {
        expect(parseFunctionFolder(`${name},${sympos}`)).toEqual({ name, sympos });
      }),
    );
  });
});
