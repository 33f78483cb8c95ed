import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseBootId,
  parseHostName,
  parseKernelRelease,
  parseModuleTaint,
  parseTaint,
  parseUptime,
} from './hostFacts';

describe('parseUptime', () => {
  it('reads the seconds', () => {
    expect(parseUptime('6.29 0.18\n')).toBe(6.29);
  });

  it.each([
    '1.00 1.00 shadow-1\n',
    '6.29\n',
    '6.29 0.18 0.3\n',
    '6.29  0.18\n',
    '-1.00 0.18\n',
    '6 0\n',
    '',
    'livepatched\n',
    '6.29 0.18\n\n',
  ])('does not believe %j', (text) => {
    expect(parseUptime(text)).toBeNull();
  });

  it('reads back what uptime_proc_show prints', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(99), (seconds, hundredths) => {
        const text = `${seconds}.${String(hundredths).padStart(2, '0')}`;
        expect(parseUptime(`${text} 0.00\n`)).toBeCloseTo(seconds + hundredths / 100, 6);
      }),
    );
  });
});

describe('parseKernelRelease', () => {
  // __NEW_UTS_LEN of include/uapi/linux/utsname.h.
  const longest = 'x'.repeat(64);

  it.each(['6.12.117+deb12-cloud-amd64', '5.14.0-427.13.1.el9_4.x86_64', '6.12.95.3', longest])(
    'reads %s',
    (release) => {
      expect(parseKernelRelease(`${release}\n`)).toBe(release);
    },
  );

  it.each(['', '\n', '6.12 x\n', '6.12\n6.1\n', '6.12\u001B[2J\n', `${'6'.repeat(65)}\n`])(
    'refuses %j',
    (text) => {
      expect(parseKernelRelease(text)).toBeNull();
    },
  );
});

describe('parseHostName', () => {
  it('reads a name, odd ones too', () => {
    expect(parseHostName('klpvm\n')).toBe('klpvm');
    expect(parseHostName('a b\u001B[2J\n')).toBe('a b\u001B[2J');
  });

  it('takes one of 64 characters, and no longer one', () => {
    expect(parseHostName(`${'x'.repeat(64)}\n`)).toBe('x'.repeat(64));
    expect(parseHostName(`${'x'.repeat(65)}\n`)).toBeNull();
  });

  it.each(['', '\n', '(none)\n', `${'x'.repeat(65_536)}\n`])('takes %j for none', (text) => {
    expect(parseHostName(text)).toBeNull();
  });
});

describe('parseBootId', () => {
  it('reads a UUID', () => {
    const id = 'a2a23f12-c40e-4360-a0ed-68b65dd3693a';
    expect(parseBootId(`${id}\n`)).toBe(id);
  });

  it.each([
    '',
    'a2a23f12c40e4360a0ed68b65dd3693a\n',
    'a2a23f12-c40e-4360-a0ed-68b65dd3693\n',
    'no\n',
  ])('refuses %j', (text) => {
    expect(parseBootId(text)).toBeNull();
  });
});

describe('parseTaint', () => {
  it.each([
    ['0\n', 0, false],
    ['32768\n', 32768, true],
    ['45056\n', 45056, true],
    ['12288\n', 12288, false],
    ['65536\n', 65536, false],
    ['4295000064\n', 4295000064, true],
    // As a capture may have kept it.
    ['32768', 32768, true],
  ])('reads %j', (text, value, livepatch) => {
    expect(parseTaint(text)).toEqual({ value, livepatch });
  });

  it.each(['', '\n', '-1\n', '0x8000\n', '32768 \n', '99999999999999999999\n', 'K\n'])(
    'refuses %j',
    (text) => {
      expect(parseTaint(text)).toBeNull();
    },
  );

  it('finds bit 15 among all others', () => {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        const livepatch = (BigInt(value) & 0x8000n) !== 0n;
        expect(parseTaint(`${value}\n`)).toEqual({ value, livepatch });
      }),
    );
  });
});

describe('parseModuleTaint', () => {
  it.each([
    ['OEK\n', true],
    ['K\n', true],
    ['OE\n', false],
    ['\n', false],
    ['', false],
  ])('reads %j', (text, livepatch) => {
    expect(parseModuleTaint(text)).toBe(livepatch);
  });

  it.each(['ok\n', 'OE K\n', 'OEK\nOEK\n'])('refuses %j', (text) => {
    expect(parseModuleTaint(text)).toBeNull();
  });
});

describe('all of them', () => {
  it.each([
    parseUptime,
    parseKernelRelease,
    parseHostName,
    parseBootId,
    parseTaint,
    parseModuleTaint,
  ])('never throw: %o', (parse) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parse(text)).not.toThrow();
      }),
    );
  });
});
