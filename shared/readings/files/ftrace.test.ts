import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFtraceFunctions } from './ftrace';

const patched = {
  count: 1,
  regs: false,
  ipmodify: true,
  direct: false,
  livepatch: true,
  called: 'klp_ftrace_handler',
};

describe('parseFtraceFunctions', () => {
  it('reads the lines of a captured kernel', () => {
    const text =
      'uptime_proc_show (1)   I     M \ttramp: 0xffffffffc03e7000 ' +
      '(klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100\n' +
      'klp_busy_kwait [klp_busy] (1)   I     M \ttramp: 0xffffffffc03ef000 ' +
      '(klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100\n';
    expect(parseFtraceFunctions(text)).toEqual([
      { function: 'uptime_proc_show', module: null, ...patched },
      { function: 'klp_busy_kwait', module: 'klp_busy', ...patched },
    ]);
  });

  it.each([
    ['f (1) R I   ', { ipmodify: true, livepatch: null }],
    // 4.12: R and I alone.
    ['f (1) R I\ttramp: 0x1 (klp_ftrace_handler+0x0/0x1)', { regs: true, direct: null }],
    ['f (1)    \ttramp: 0x1 (function_trace_call+0x0/0x1)', { regs: false, direct: null }],
    // 3.17: R alone.
    ['f (1)  ', { regs: false, ipmodify: false, direct: null }],
    ['f (1)', { regs: null, ipmodify: false, direct: null }],
    [
      'f (2) R     ->ftrace_ops_list_func+0x0/0x1f0',
      { count: 2, regs: true, ipmodify: false, direct: false, called: null },
    ],
    ['f (2) R I D   M \ttramp: ERROR!', { ipmodify: true, direct: true, livepatch: null }],
    ['f (0)         M ', { count: 0, ipmodify: false, direct: false }],
    [
      'f (1) R I   M \ttramp: 0xffffffffc03d1000 (kprobe_ftrace_handler+0x0/0x1b0)',
      { livepatch: false },
    ],
    [
      'f (2) R I   M \ttramp: 0xffffffffc03d1000 (kprobe_ftrace_handler+0x0/0x1b0)',
      { livepatch: null },
    ],
    [
      'f (1) R   D   M \ttramp: ftrace_regs_caller+0x0/0x65 (call_direct_funcs+0x0/0x20)\n' +
        '\tdirect-->bpf_trampoline_6442491234+0x0/0xd8',
      { regs: true, ipmodify: false, direct: true, called: 'bpf_trampoline_6442491234' },
    ],
    // Since 6.15 with those that share it: print_subops.
    [
      'f (1)             \ttramp: 0x1 (ftrace_graph_func+0x0/0x1) ->ftrace_graph_func+0x0/0x1' +
        '\tsubops: {ent:trace_graph_entry+0x0/0x20 ret:trace_graph_return+0x0/0x190}',
      { count: 1, livepatch: false, called: 'ftrace_graph_func' },
    ],
    ['f (1)           \ttramp: 0x0 (INTERNAL_I+0x0/0x1)', { ipmodify: false }],
    [
      'f (1)       O M \tops: 0x0 (klp_ftrace_handler+0x0/0x10)',
      { ipmodify: false, livepatch: true },
    ],
    ['klp_ftrace_handler (1)             ', { livepatch: null }],
    ['f (1) R I', { ipmodify: true }],
  ])('reads the form %j', (line, expected) => {
    expect(parseFtraceFunctions(`${line}\n`)).toMatchObject([expected]);
  });

  it('counts an indented line to the function above it', () => {
    const text = 'f (2)   I D   M \n\tdirect-->bpf_trampoline_1+0x0/0x1\ng (1)             \n';
    expect(parseFtraceFunctions(text).map((each) => each.function)).toEqual(['f', 'g']);
  });

  it.each(['', '\n', 'f\n', '#### all functions enabled ####\n', 'f (x)\n'])(
    'finds none in %j',
    (text) => {
      expect(parseFtraceFunctions(text)).toEqual([]);
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseFtraceFunctions(text)).not.toThrow();
        expect(() => parseFtraceFunctions(`f (1)${text}`)).not.toThrow();
      }),
    );
  });
});
