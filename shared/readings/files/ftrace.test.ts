import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnabledFunctions } from './ftrace';

describe('parseEnabledFunctions', () => {
  it('reads the lines of a captured kernel', () => {
    const text =
      'uptime_proc_show (1)   I     M \ttramp: 0xffffffffc03e7000 ' +
      '(klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100\n' +
      'klp_busy_kwait [klp_busy] (1)   I     M \ttramp: 0xffffffffc03ef000 ' +
      '(klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100\n';
    expect(parseEnabledFunctions(text)).toEqual([
      { function: 'uptime_proc_show', module: null, count: 1, ipmodify: true, livepatch: true },
      { function: 'klp_busy_kwait', module: 'klp_busy', count: 1, ipmodify: true, livepatch: true },
    ]);
  });

  it.each([
    ['f (1) R I   ', { ipmodify: true, livepatch: null }],
    ['f (2) R     ->ftrace_ops_list_func+0x0/0x1f0', { count: 2, ipmodify: false }],
    ['f (2) R I D   M \ttramp: ERROR!', { ipmodify: true, livepatch: null }],
    [
      'f (1) R I   M \ttramp: 0xffffffffc03d1000 (kprobe_ftrace_handler+0x0/0x1b0)',
      { livepatch: false },
    ],
    [
      'f (2) R I   M \ttramp: 0xffffffffc03d1000 (kprobe_ftrace_handler+0x0/0x1b0)',
      { livepatch: null },
    ],
    [
      'f (1) R   D   M \ttramp: ftrace_regs_caller+0x0/0x65 (call_direct_funcs+0x0/0x20)',
      { ipmodify: false },
    ],
    ['f (1)           \ttramp: 0x0 (INTERNAL_I+0x0/0x1)', { ipmodify: false }],
    [
      'f (1)       O M \tops: 0x0 (klp_ftrace_handler+0x0/0x10)',
      { ipmodify: false, livepatch: true },
    ],
    ['klp_ftrace_handler (1)             ', { livepatch: null }],
    ['f (1) R I', { ipmodify: true }],
  ])('reads the form %j', (line, expected) => {
    expect(parseEnabledFunctions(`${line}\n`)).toMatchObject([expected]);
  });

  it('counts an indented line to the function above it', () => {
    const text = 'f (2)   I D   M \n\tdirect-->bpf_trampoline_1+0x0/0x1\ng (1)             \n';
    expect(parseEnabledFunctions(text).map((each) => each.function)).toEqual(['f', 'g']);
  });

  it.each(['', '\n', 'f\n', '#### all functions enabled ####\n', 'f (x)\n'])(
    'finds none in %j',
    (text) => {
      expect(parseEnabledFunctions(text)).toEqual([]);
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseEnabledFunctions(text)).not.toThrow();
        expect(() => parseEnabledFunctions(`f (1)${text}`)).not.toThrow();
      }),
    );
  });
});
