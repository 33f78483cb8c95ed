import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsInKernel, parseStack } from './stack';

function frame(name: string, offset: number, size: number, module: string | null = null) {
  return { function: name, offset, size, module };
}

describe('parseStack', () => {
  it('reads the stack of a captured blocker, innermost frame first', () => {
    const text =
      '[<0>] klp_busy_wait_d+0x91/0xd0 [klp_busy]\n' +
      '[<0>] busy_read_d+0x27/0x60 [klp_busy]\n' +
      '[<0>] vfs_read+0xe4/0x370\n' +
      '[<0>] entry_SYSCALL_64_after_hwframe+0x76/0x7e\n';
    expect(parseStack(text)).toEqual([
      frame('klp_busy_wait_d', 145, 208, 'klp_busy'),
      frame('busy_read_d', 39, 96, 'klp_busy'),
      frame('vfs_read', 228, 880),
      frame('entry_SYSCALL_64_after_hwframe', 118, 126),
    ]);
  });

  it.each([
    ['[<ffffffff8106b5b8>] do_wait+0x1b8/0x240', frame('do_wait', 0x1b8, 0x240)],
    ['[<0>] foo.isra.0+0x1/0x2', frame('foo.isra.0', 1, 2)],
    ['[<0>] foo.cold+0x0/0x2', frame('foo.cold', 0, 2)],
    ['[<0>] foo.constprop.0.isra.0+0x1/0x2 [m]', frame('foo.constprop.0.isra.0', 1, 2, 'm')],
    ['[<0>] foo+0x1/0x2 [nfs 1d1d78c2fc0b3d1b0e0f2a9f1a0d4a8c5e7b6f90]', frame('foo', 1, 2, 'nfs')],
    [
      '[<0>] bpf_prog_6deef7357e7b4530_f+0x1/0x2 [bpf]',
      frame('bpf_prog_6deef7357e7b4530_f', 1, 2, 'bpf'),
    ],
    [
      '[<0>] 0xffffffffc0a1b2c3',
      { function: '0xffffffffc0a1b2c3', offset: null, size: null, module: null },
    ],
    ['[<0>] odd frame', { function: 'odd frame', offset: null, size: null, module: null }],
  ])('reads the frame %j', (line, expected) => {
    expect(parseStack(`${line}\n`)).toEqual([expected]);
  });

  it.each([
    '[<ffffffffffffffff>] 0xffffffffffffffff',
    '[<0>] 0xffffffffffffffff',
    '[<ffffffff>] 0xffffffff',
  ])('takes the end marker %j for no frame', (marker) => {
    expect(parseStack(`[<0>] a+0x1/0x2\n${marker}\n`)).toEqual([frame('a', 1, 2)]);
  });

  it.each(['', '\n', 'a+0x1/0x2', '[<>] a+0x1/0x2', '[<0>]', '[<0>] '])(
    'finds none in %j',
    (text) => {
      expect(parseStack(text)).toEqual([]);
    },
  );

  it('reads back what proc_pid_stack prints', () => {
    const written = fc.record({
      function: fc.stringMatching(/^[A-Za-z_][\w.$]{0,40}$/),
      offset: fc.nat(),
      size: fc.nat(),
      module: fc.option(fc.stringMatching(/^\w{1,20}$/)),
    });
    fc.assert(
      fc.property(fc.array(written), (frames) => {
        const text = frames
          .map((each) => {
            const module = each.module === null ? '' : ` [${each.module}]`;
            const place = `+0x${each.offset.toString(16)}/0x${each.size.toString(16)}`;
            return `[<0>] ${each.function}${place}${module}\n`;
          })
          .join('');
        expect(parseStack(text)).toEqual(frames);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseStack(text)).not.toThrow();
        expect(() => parseStack(`[<0>] ${text}`)).not.toThrow();
      }),
    );
  });

  // arch/powerpc/kernel/stacktrace.c: only what lies below the frame of the switch can be trusted.
  it('leaves out what powerpc prints above the frame of its context switch, and that frame', () => {
    const below = ['[<0>] schedule+0x1/0x2', '[<0>] do_wait+0x3/0x4'];
    const frames = [frame('schedule', 1, 2), frame('do_wait', 3, 4)];
    const parsed = (...above: readonly string[]) => parseStack([...above, ...below].join('\n'));
    expect(parsed('[<0>] 0xc00000000abcdef0', '[<0>] __switch_to+0x128/0x1e0')).toEqual(frames);
    expect(parsed('[<0>] __switch_to+0x128/0x1e0')).toEqual(frames);
    expect(parsed('[<0>] __switch_to_asm+0x1/0x2')).toHaveLength(3);
    expect(parsed('[<0>] __switch_to')).toHaveLength(3);
    expect(parsed()).toEqual(frames);
  });
});

// Where kernel threads are born: arch entry code, ret_from_fork and powerpc's start_kernel_thread.
describe('beginsInKernel', () => {
  const born = (...names: readonly string[]) =>
    beginsInKernel(names.map((name) => frame(name, 1, 2)));

  it.each([
    'ret_from_fork_asm',
    'ret_from_fork',
    'ret_from_kernel_thread',
    'start_kernel_thread',
    // s390: arch/s390/kernel/{entry.S,process.c}.
    'kernel_thread_starter',
    '__ret_from_fork',
    // powerpc since 6.4, riscv since 6.16.
    'ret_from_kernel_user_thread',
    'ret_from_fork_kernel_asm',
  ])('is said of a stack that ends in %s', (name) => {
    expect(born('kthread', name)).toBe(true);
  });

  it('is not said of one that goes on, ends elsewhere, or holds nothing else', () => {
    expect(born('ret_from_fork', 'kthread')).toBe(false);
    expect(born('f', 'entry_SYSCALL_64_after_hwframe')).toBe(false);
    // riscv's system calls and faults, powerpc's, x86's before 5.8.
    for (const back of ['exception', 'syscall', 'except', 'intr']) {
      expect(born('do_wait', `ret_from_${back}`)).toBe(false);
    }
    expect(born('f', 'my_ret_from_fork')).toBe(false);
    expect(born('f', 'start_kernel_threads')).toBe(false);
    expect(born('ret_from_fork')).toBe(false);
    expect(born()).toBe(false);
  });
});
