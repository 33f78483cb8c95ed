import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKernelLog } from './kernelLog';
import type { LivepatchEvent } from './livepatchEvent';
import { messageLimit, parseLivepatchMessage } from './logMessages';

const patch = 'lp_one';

/** Format strings of kernel/livepatch, filled in. */
const told: readonly (readonly [string, LivepatchEvent])[] = [
  ["enabling patch 'lp_one'", { kind: 'enabling', patch }],
  [
    "'lp_one': initializing patching transition",
    { kind: 'initializing', patch, direction: 'patching' },
  ],
  [
    "'lp_one': starting unpatching transition",
    { kind: 'starting', patch, direction: 'unpatching' },
  ],
  ["'lp_one': patching...", { kind: 'starting', patch, direction: 'patching' }],
  ["'lp_one': unpatching...", { kind: 'starting', patch, direction: 'unpatching' }],
  [
    "'lp_one': completing unpatching transition",
    { kind: 'completing', patch, direction: 'unpatching' },
  ],
  ["'lp_one': patching complete", { kind: 'complete', patch, direction: 'patching' }],
  ["'lp_one': unpatching complete", { kind: 'complete', patch, direction: 'unpatching' }],
  ["'lp_one': canceling patching transition, going to unpatch", { kind: 'canceling', patch }],
  [
    "'lp_one': reversing transition from patching to unpatching",
    { kind: 'reversing', patch, from: 'patching', to: 'unpatching' },
  ],
  [
    "'lp_one': reversing transition from unpatching to patching",
    { kind: 'reversing', patch, from: 'unpatching', to: 'patching' },
  ],
  ['signaling remaining tasks', { kind: 'signaling' }],
  ['forcing remaining tasks to the patched state', { kind: 'forcing' }],
  [
    "applying patch 'lp_one' to loading module 'klp_later'",
    { kind: 'applying', patch, module: 'klp_later' },
  ],
  [
    "reverting patch 'lp_one' on unloading module 'klp_later'",
    { kind: 'reverting', patch, module: 'klp_later' },
  ],
  [
    "patch 'lp_one' failed for module 'nfs', refusing to load module 'nfs'",
    { kind: 'module-refused', patch, module: 'nfs' },
  ],
  [
    "pre-patch callback failed for object 'vmlinux'",
    { kind: 'pre-patch-callback-failed', object: 'vmlinux' },
  ],
  ["failed to patch object 'nfs'", { kind: 'patch-object-failed', object: 'nfs' }],
  ["failed to enable patch 'lp_one'", { kind: 'enable-failed', patch }],
  [
    'Livepatch patch (lp_one) is not compatible with the already installed livepatches.',
    { kind: 'incompatible', patch },
  ],
  ["symbol 't_show' not found in symbol table", { kind: 'symbol-not-found', symbol: 't_show' }],
  [
    "unresolvable ambiguity for symbol 't_show' in object '(null)'",
    { kind: 'symbol-ambiguous', symbol: 't_show' },
  ],
  [
    "symbol position 3 for symbol 't_show' in object 'vmlinux' not found",
    { kind: 'symbol-position-not-found', symbol: 't_show', position: 3 },
  ],
  [
    "failed to register ftrace handler for function 't_show' (-16)",
    { kind: 'ftrace-failed', function: 't_show', error: -16 },
  ],
  [
    "failed to set ftrace filter for function 't_show' (-22)",
    { kind: 'ftrace-failed', function: 't_show', error: -22 },
  ],
  ['module lp_one is not marked as a livepatch module', { kind: 'not-marked', module: 'lp_one' }],
  [
    'Failed to construct shadow variable <00000000d1b4e2a3, 3e8> (-22)',
    { kind: 'shadow-constructor-failed', object: '00000000d1b4e2a3', id: '3e8' },
  ],
  [
    "This architecture doesn't have support for the livepatch consistency model.",
    { kind: 'no-consistency-model' },
  ],
  ['The livepatch transition may never complete.', { kind: 'other' }],
  [
    "failed to apply patch 'lp_one' to module 'nfs' (-22)",
    { kind: 'apply-failed', patch: 'lp_one', module: 'nfs', error: -22 },
  ],
  [
    "failed to initialize patch 'lp_one' for module 'nfs' (-8)",
    { kind: 'init-failed', patch: 'lp_one', module: 'nfs', error: -8 },
  ],
  ["failed to find location for function 'f'", { kind: 'cause', of: 'livepatch' }],
  [
    "'f' and 'g' resolve to the same address, aliased symbols are not supported",
    { kind: 'cause', of: 'livepatch' },
  ],
  [
    "unresolvable ambiguity (3 matches) on symbol 'f' in object 'nfs'",
    { kind: 'cause', of: 'livepatch' },
  ],
  [
    "symbol 'f' not found at specified address 0xffffffff81000000, kernel mismatch?",
    { kind: 'cause', of: 'livepatch' },
  ],
  [
    "relocation failed for symbol 'f' at 0xffffffff81000000 (-8)",
    { kind: 'cause', of: 'livepatch' },
  ],
  ['symbol .klp.sym.x is not marked as a livepatch symbol', { kind: 'cause', of: 'livepatch' }],
  ['symbol .klp.sym.x has an incorrectly formatted name', { kind: 'cause', of: 'livepatch' }],
  ['section .klp.rela.x has an incorrectly formatted name', { kind: 'cause', of: 'livepatch' }],
  [
    "invalid access to vmlinux symbol 'f' from module-specific livepatch relocation section",
    { kind: 'cause', of: 'livepatch' },
  ],
  ["kallsyms size lookup failed for 'f'", { kind: 'cause', of: 'livepatch' }],
  ['tainting kernel with TAINT_LIVEPATCH', { kind: 'other' }],
];

function notSwitched(comm: string, tid: number, why: 'running' | 'unreliable-stack' | 'unknown') {
  return { kind: 'thread-not-switched', comm, tid, why, function: null };
}

function sleeping(comm: string, tid: number, name: string) {
  return { kind: 'thread-not-switched', comm, tid, why: 'sleeping', function: name };
}

describe('parseLivepatchMessage', () => {
  it.each(told)('understands %j', (text, event) => {
    expect(parseLivepatchMessage(`livepatch: ${text}`)).toEqual(event);
  });

  it.each(told)('understands no more than the whole of %j', (text) => {
    expect(parseLivepatchMessage(`livepatch: ${text} x`)).toEqual({ kind: 'other' });
    expect(parseLivepatchMessage(`livepatch: x ${text}`)).toEqual({ kind: 'other' });
  });

  // The format strings of each architecture's apply_relocate_add, filled in; the file, and the series.
  it.each([
    // arch/x86/kernel/module.c, 6.3 and later, and before.
    'x86/modules: Invalid relocation target, existing value is nonzero for type 1, loc 0000000069d36a50, val ffffffffc0bf8030',
    'module: x86/modules: Skipping invalid relocation target, existing value is nonzero for type 1, loc 0000000069d36a50, val ffffffffc0bf8030',
    'x86/modules: Invalid relocation target, existing value does not match expected value for type 2, loc 0, val 1',
    'module: overflow in relocation type 10 val ffffffff81000000',
    'nfsd: Unknown rela relocation: 42',
    // arch/powerpc/kernel/module_64.c, restore_r2 in older words and in newer.
    'nfsd: Expect noop after relocate, got 3d220000',
    'module_64: nfsd: Expected nop after call, got e8410018 at e_show+0x60/0x548 [livepatch_nfsd]',
    'nfsd: bad TOC16_LO_DS relocation (3458764513820540925)',
    'nfsd: REL24 -1152921504607113260 out of range!',
    'nfsd: REL34 1152921504607113260 out of range!',
    'nfsd: Unknown ADD relocation: 42',
    // arch/s390/kernel/module.c.
    'module nfsd: unknown relocation: 63',
    'module nfsd: relocation error for symbol f (r_type 19, value 0x3ff)',
    // arch/arm64/kernel/module.c.
    'module nfsd: unsupported RELA relocation: 311',
    'module nfsd: overflow in relocation type 275 val ffff800008a1b000',
    // arch/loongarch/kernel/module.c.
    'kmod: nfsd: Unsupport relocation type 99, please add its support.',
    'kmod: nfsd: Unknown relocation type 200',
    'kmod: module nfsd: opr1 = 0x80000000 overflow! dangerous apply_r_larch_b26 (66) relocation',
    // arch/riscv/kernel/module.c.
    "nfsd: The unexpected relocation type 'R_RISCV_ALIGN' from PC = 00000000d1b4e2a3",
    'nfsd: Can not find HI20 relocation information',
    'nfsd: target 000000008000a1b0 can not be addressed by the 32-bit offset from PC = 00000000d1b4e2a3',
  ])('takes %j for the cause of what follows', (text) => {
    expect(parseLivepatchMessage(text)).toEqual({ kind: 'cause', of: 'module' });
    // Not passed over on the way there, either.
    expect(parseKernelLog(`[    5.000000] ${text}\n`).entries).toHaveLength(1);
  });

  it('understands kernels that print the name of the core’s file', () => {
    const starting = "transition: 'lp_one': starting patching transition";
    expect(parseLivepatchMessage(starting)).toEqual({
      kind: 'starting',
      patch: 'lp_one',
      direction: 'patching',
    });
    const refused = "patch: failed to register ftrace handler for function 'f' (-16)";
    expect(parseLivepatchMessage(refused)).toMatchObject({ kind: 'ftrace-failed', error: -16 });
    expect(parseKernelLog(`[    5.0] ${starting}\n[    6.0] ${refused}\n`).entries).toHaveLength(2);
    expect(parseLivepatchMessage('transition: of something else')).toBeNull();
    expect(parseLivepatchMessage("core: enabling patch 'a'")).toBeNull();
  });

  it('understands what others say of livepatches', () => {
    expect(parseLivepatchMessage('lp_one: tainting kernel with TAINT_LIVEPATCH')).toEqual({
      kind: 'tainted',
      module: 'lp_one',
    });
    expect(parseLivepatchMessage('Duplicate shadow variable <00000000d1b4e2a3, 3e8>')).toEqual({
      kind: 'duplicate-shadow',
      object: '00000000d1b4e2a3',
      id: '3e8',
    });
  });

  it.each([
    'lp_one: loading out-of-tree module taints kernel.',
    'livepatch_sample: module verification failed',
    "usb 1-1: livepatch: enabling patch 'lp_one'",
    "enabling patch 'lp_one'",
    'audit: comm="livepatch: enabling patch \'lp_one\'"',
    'Modules linked in: livepatch_sample(OEK)',
    '',
  ])('is not told by %j', (message) => {
    expect(parseLivepatchMessage(message)).toBeNull();
  });

  it.each([
    'livepatch:klp_init_transition:571: ',
    'klp_init_transition: ',
    '[1290] ',
    '<intr> ',
    '[1290] livepatch:klp_init_transition:kernel/livepatch/transition.c:571: ',
    'kernel/livepatch/transition.c:571: ',
  ])('looks behind the flags of dynamic debug: %j', (flags) => {
    expect(parseLivepatchMessage(`${flags}livepatch: signaling remaining tasks`)).toEqual({
      kind: 'signaling',
    });
  });
});

describe('threads that the kernel could not switch', () => {
  it.each([
    ['klp_try_switch_task: cat:219 is sleeping on function f.cold', sleeping('cat', 219, 'f.cold')],
    ['klp_try_switch_task: swapper/1:0 is running', notSwitched('swapper/1', 0, 'running')],
    [
      'klp_try_switch_task: kworker/u4:6:31 has an unreliable stack',
      notSwitched('kworker/u4:6', 31, 'unreliable-stack'),
    ],
    [
      'klp_try_switch_task: Unknown error code (-11) when trying to switch cat:219',
      notSwitched('cat', 219, 'unknown'),
    ],
    ['klp_check_stack: cat:219 is sleeping on function f', sleeping('cat', 219, 'f')],
    [
      'klp_check_stack: cat:219 has an unreliable stack',
      notSwitched('cat', 219, 'unreliable-stack'),
    ],
  ])('are told by %j', (text, event) => {
    expect(parseLivepatchMessage(`livepatch: ${text}`)).toEqual(event);
  });

  it.each([
    'klp_try_switch_task: cat is running',
    'klp_try_switch_task: cat:x is running',
    'klp_x: a:1 is running',
  ])('are not told by %j', (text) => {
    expect(parseLivepatchMessage(`livepatch: ${text}`)).toEqual({ kind: 'other' });
  });

  const hostileName = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 15 }),
    fc.constantFrom(
      'a:1 is running',
      'x:1 is sleeping on function g',
      ':9',
      '',
      '\u2028',
      "'p': patching complete",
      'Unknown error code (-1) when trying to switch y:3',
    ),
  );
  const tid = fc.nat(4_194_304);

  it('whatever a process calls itself', () => {
    fc.assert(
      fc.property(hostileName, tid, fc.stringMatching(/^[a-z_][\w.]{0,30}$/), (comm, id, name) => {
        const start = `livepatch: klp_try_switch_task: ${comm}:${id}`;
        expect(parseLivepatchMessage(`${start} is sleeping on function ${name}`)).toEqual(
          sleeping(comm, id, name),
        );
        expect(parseLivepatchMessage(`${start} is running`)).toEqual(
          notSwitched(comm, id, 'running'),
        );
        expect(parseLivepatchMessage(`${start} has an unreliable stack`)).toEqual(
          notSwitched(comm, id, 'unreliable-stack'),
        );
      }),
    );
  });
});

describe('names', () => {
  it('come back as they were written', () => {
    const name = fc.stringMatching(/^[\w.'-]{1,30}$/).filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(name, name, (first, second) => {
        expect(
          parseLivepatchMessage(`livepatch: '${first}': starting patching transition`),
        ).toEqual({
          kind: 'starting',
          patch: first,
          direction: 'patching',
        });
        const applying = `livepatch: applying patch '${first}' to loading module '${second}'`;
        expect(parseLivepatchMessage(applying)).toEqual({
          kind: 'applying',
          patch: first,
          module: second,
        });
      }),
    );
  });
});

describe('any text', () => {
  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseLivepatchMessage(text)).not.toThrow();
        expect(() => parseLivepatchMessage(`livepatch: ${text}`)).not.toThrow();
      }),
    );
  });

  it('longer than the kernel can print is not taken apart', () => {
    const name = 'x'.repeat(messageLimit);
    expect(parseLivepatchMessage(`livepatch: enabling patch '${name}'`)).toEqual({ kind: 'other' });
  });
});
