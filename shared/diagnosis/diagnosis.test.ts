import { describe, expect, it } from 'vitest';
import { buildState } from '../model/buildState';
import {
  dmesg,
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { diagnose } from './diagnosis';

const diagnosisOf = (...parts: readonly Files[]) =>
  diagnose(buildState(readingsOf(Object.assign({ '/proc/version': '' }, ...parts))));

const patching = livepatch(
  'new',
  { vmlinux: ['vfs_read,1'], nfs: ['nfs_read,1'] },
  { transition: '1', replace: '0' },
);
const unpatching = livepatch(
  'new',
  { vmlinux: ['vfs_read,1'], nfs: ['nfs_read,1'] },
  { transition: '1', enabled: '0', replace: '0' },
);
const loaded = modules('new 1 1 - Live 0x0 (OEK)', 'nfs 1 3 - Live 0x0');

describe('why a thread blocks', () => {
  const reasonOf = (...parts: readonly Files[]) => diagnosisOf(...parts).blockers[0]?.reason;

  it('sleeps on the original of a function being patched, below the top frame', () => {
    const stack = ['schedule+0x1/0x2', 'vfs_read+0xe4/0x370', 'ksys_read+0x6f/0xf0'];
    expect(reasonOf(patching, loaded, thread(7, { stack }))).toEqual({
      code: 'sleeping-on-function',
      object: 'vmlinux',
      function: 'vfs_read',
      symbol: 'vfs_read',
      frame: 1,
      certainty: 'likely',
    });
  });

  it('does not take a function of another module for it', () => {
    const stack = ['nfs_read+0x1/0x2 [other]', 'do_syscall_64+0x1/0x2'];
    expect(reasonOf(patching, loaded, thread(7, { stack }))?.code).toBe('waiting-to-return');
  });

  it('sleeps in an older livepatch’s code while a newer one is applied over it', () => {
    const older = livepatch('old', { vmlinux: ['vfs_read,1'] }, { replace: '0' });
    const order = modules('new 1 1 - Live 0x0 (OEK)', 'old 1 1 - Live 0x0 (OEK)');
    const stack = ['klpp_vfs_read+0x1/0x2 [old]', 'ksys_read+0x6f/0xf0'];
    expect(reasonOf(patching, older, order, thread(7, { stack }))).toMatchObject({
      code: 'sleeping-on-function',
      function: 'vfs_read',
      symbol: 'klpp_vfs_read',
      frame: 0,
    });
    const original = ['vfs_read+0x1/0x2', 'ksys_read+0x6f/0xf0'];
    expect(reasonOf(patching, older, order, thread(7, { stack: original }))?.code).toBe(
      'waiting-to-return',
    );
  });

  it('is not held by code of the older livepatch that stays', () => {
    const older = livepatch('old', { vmlinux: ['vfs_read,1', 'vfs_write,1'] }, { replace: '0' });
    const order = modules('new 1 1 - Live 0x0 (OEK)', 'old 1 1 - Live 0x0 (OEK)');
    const stack = ['klpp_vfs_write+0x1/0x2 [old]', 'ksys_write+0x6f/0xf0'];
    expect(reasonOf(patching, older, order, thread(7, { stack }))?.code).toBe('waiting-to-return');
  });

  it('sleeps in the livepatch’s own code while it is removed, whatever that is named', () => {
    const named = ['livepatch_vfs_read+0x1/0x2 [new]'];
    expect(reasonOf(unpatching, loaded, thread(7, { state: '1', stack: named }))).toMatchObject({
      function: 'vfs_read',
      symbol: 'livepatch_vfs_read',
    });
    const anonymous = ['schedule+0x1/0x2', 'frob+0x1/0x2 [new]'];
    expect(reasonOf(unpatching, loaded, thread(7, { state: '1', stack: anonymous }))).toMatchObject(
      {
        code: 'sleeping-on-function',
        function: null,
        symbol: 'frob',
        frame: 1,
      },
    );
    const original = ['vfs_read+0x1/0x2', 'do_syscall_64+0x1/0x2'];
    expect(reasonOf(unpatching, loaded, thread(7, { state: '1', stack: original }))?.code).toBe(
      'waiting-to-return',
    );
  });

  it.each([
    ['R', false, [], 'running'],
    ['T', false, [], 'stopped'],
    ['t', false, [], 'stopped'],
    ['S', false, ['bpf_trampoline_6442+0x1/0x2', 'ep_poll+0x1/0x2'], 'unreliable-stack'],
    ['D', false, ['0xffffffffc0a1b2c3'], 'unreliable-stack'],
    ['D', false, ['rpc_wait_bit_killable+0x1/0x2'], 'uninterruptible'],
    ['I', true, ['worker_thread+0x1/0x2'], 'kthread-not-switching'],
    ['S', true, ['khugepaged+0x1/0x2'], 'kthread-not-switching'],
    ['S', false, ['ep_poll+0x1/0x2', 'do_syscall_64+0x1/0x2'], 'waiting-to-return'],
    ['Z', false, [], 'unknown'],
  ] as const)('state %s, kernel thread %s, stack %j: %s', (letter, kthread, stack, code) => {
    expect(reasonOf(patching, loaded, thread(7, { letter, kthread, stack }))?.code).toBe(code);
  });

  it('sleeps in a system call that the stack calls by another name than sysfs', () => {
    const getpid = livepatch('new', { vmlinux: ['__x64_sys_getpid,1'] }, { transition: '1' });
    const stack = ['schedule+0x1/0x2', '__do_sys_getpid+0x1/0x2', 'do_syscall_64+0x1/0x2'];
    expect(reasonOf(getpid, loaded, thread(7, { letter: 'D', stack }))).toMatchObject({
      code: 'sleeping-on-function',
      function: '__x64_sys_getpid',
      symbol: '__do_sys_getpid',
      frame: 1,
    });
    const innermost = thread(7, { stack: null, wchan: '__do_sys_getpid' });
    expect(reasonOf(getpid, loaded, innermost)?.code).toBe('sleeping-on-function');
  });

  it('falls back to wchan where the stack is root’s alone', () => {
    const files = thread(7, { stack: null, wchan: 'vfs_read' });
    expect(reasonOf(patching, loaded, files)).toMatchObject({
      code: 'sleeping-on-function',
      function: 'vfs_read',
      frame: null,
    });
  });

  it('takes the kernel’s own last word of this transition before everything else', () => {
    const log = dmesg(
      "[   10.0] livepatch: 'new': starting patching transition",
      '[   10.1] livepatch: klp_try_switch_task: cat:7 is sleeping on function vfs_read',
      '[   11.1] livepatch: klp_try_switch_task: cat:7 is running',
    );
    const files = thread(7, { letter: 'S', stack: ['vfs_read+0xe4/0x370'] });
    expect(reasonOf(patching, loaded, log, files)).toMatchObject({
      code: 'running',
      certainty: 'certain',
    });
  });

  it('does not take a word of an earlier transition', () => {
    const log = dmesg(
      "[   10.0] livepatch: 'new': starting patching transition",
      '[   10.1] livepatch: klp_try_switch_task: cat:7 has an unreliable stack',
      "[   12.0] livepatch: 'new': starting unpatching transition",
    );
    expect(reasonOf(unpatching, loaded, log, thread(7, { state: '1' }))).toMatchObject({
      code: 'waiting-to-return',
      certainty: 'likely',
    });
  });
});

describe('findings', () => {
  const found = (...parts: readonly Files[]) =>
    diagnosisOf(...parts).findings.map(
      ({ code, severity, subject }) => `${severity} ${code} ${subject}`,
    );
  const started = "[   10.000000] livepatch: 'new': starting patching transition";

  it('calls a transition stalled after the kernel’s signal', () => {
    const log = dmesg(started, '[   25.000000] livepatch: signaling remaining tasks');
    expect(found(patching, loaded, log, thread(7))).toContain('error transition-stalled new');
  });

  it('calls it stalled after 30 s by the clocks, not before, whoever can be seen', () => {
    const at = (seconds: number) => ({ '/proc/uptime': `${seconds}.00 1.00\n` });
    expect(found(patching, loaded, dmesg(started), at(40), thread(7))).toContain(
      'error transition-stalled new',
    );
    expect(found(patching, loaded, dmesg(started), at(39), thread(7))).not.toContain(
      'error transition-stalled new',
    );
    expect(found(patching, loaded, dmesg(started), at(40), thread(7, { state: '1' }))).toEqual([
      'error transition-stalled new',
      'warning no-visible-blocker new',
      'info transition-in-progress new',
    ]);
    expect(found(patching, loaded, dmesg(started), at(39), thread(7, { state: '1' }))).toEqual([
      'warning no-visible-blocker new',
      'info transition-in-progress new',
    ]);
  });

  it('knows it as long as the log speaks of it, where the beginning has left the log', () => {
    const words = dmesg(
      '[  500.000000] livepatch: klp_try_switch_task: cat:7 is running',
      '[  530.000000] livepatch: klp_try_switch_task: cat:7 is running',
    );
    expect(found(patching, loaded, words, thread(7))).toContain('error transition-stalled new');
    const short = dmesg('[  529.000000] livepatch: klp_try_switch_task: cat:7 is running');
    expect(found(patching, loaded, short, thread(7))).toEqual(['info transition-in-progress new']);
  });

  it('starts the clock anew at a reversal', () => {
    const log = dmesg(
      started,
      '[   25.000000] livepatch: signaling remaining tasks',
      "[   45.000000] livepatch: 'new': starting unpatching transition",
      '[   46.000000] something else',
    );
    expect(found(unpatching, loaded, log, thread(7, { state: '1' }))).toEqual([
      'info transition-in-progress new',
    ]);
  });

  it('calls two settled livepatches on one function an overlap, a replacing one not', () => {
    const below = livepatch('a', { vmlinux: ['f,1'] });
    const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
    expect(found(below, livepatch('b', { vmlinux: ['f,1'] }), order)).toEqual([
      'warning overlap vmlinux:f',
    ]);
    const replacing = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '1' });
    expect(found(below, replacing, order)).not.toContain('warning overlap vmlinux:f');
    const leaving = livepatch(
      'b',
      { vmlinux: ['f,1'] },
      { transition: '1', enabled: '0', replace: '0' },
    );
    expect(found(below, leaving, order)).not.toContain('warning overlap vmlinux:f');
  });

  it('tells an object that is not loaded from one that is and was missed', () => {
    const files = {
      ...livepatch('a', { mod: ['f,1'], vmlinux: ['g,1'] }),
      '/sys/kernel/livepatch/a/mod/patched': '0\n',
    };
    expect(found(files, modules('a 1 1 - Live 0x0 (OEK)'))).toEqual(['info object-not-loaded mod']);
    expect(found(files, modules('a 1 1 - Live 0x0 (OEK)', 'mod 1 0 - Live 0x0'))).toEqual([
      'error object-not-patched mod',
    ]);
  });

  it('notices a livepatch that patches nothing', () => {
    const files = {
      ...livepatch('a', { mod: ['f,1'] }),
      '/sys/kernel/livepatch/a/mod/patched': '0\n',
    };
    expect(found(files, modules('a 1 1 - Live 0x0 (OEK)'))).toEqual([
      'warning patches-nothing a',
      'info object-not-loaded mod',
    ]);
  });

  it('says what a replace takes away', () => {
    const replacing = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '1' });
    const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
    const { findings } = diagnosisOf(livepatch('a', { vmlinux: ['f,1'] }), replacing, order);
    const finding = findings.find(({ code }) => code === 'replace-in-progress');
    expect(finding?.message).toContain('b replaces a, which leaves');
    expect(finding?.message).toContain('vmlinux:f');
  });

  it('notices ftrace redirections that no livepatch owns', () => {
    const redirected = {
      '/sys/kernel/tracing/enabled_functions': [
        'f (1)   I     M \ttramp: 0xffffffffc03d1000 (klp_ftrace_handler+0x0/0x100) ->klp_ftrace_handler+0x0/0x100',
        'stray (1) R I     M \ttramp: 0xffffffffc03e7000 (kprobe_ftrace_handler+0x0/0x100) ->kprobe_ftrace_handler+0x0/0x100',
        '',
      ].join('\n'),
    };
    expect(
      found(livepatch('a', { vmlinux: ['f,1'] }), modules('a 1 1 - Live 0x0 (OEK)'), redirected),
    ).toEqual(['warning owner-unknown vmlinux:stray']);
  });

  // On 6.12 a livepatch of the self-tests patches `__x64_sys_getpid`; stacks and ftrace say `__do_sys_getpid`.
  it('knows a system call by the name that ftrace has', () => {
    const listed = (...names: readonly string[]) => ({
      '/sys/kernel/tracing/enabled_functions': names
        .map((name) => `${name} (1) R I     M\n`)
        .join(''),
    });
    const patched = {
      ...livepatch('a', { vmlinux: ['__x64_sys_getpid,1', 'f,1'] }),
      ...modules('a 1 1 - Live 0x0 (OEK)'),
    };
    expect(found(patched, listed('__do_sys_getpid', 'f'))).toEqual([]);
    expect(found(patched, listed('__do_sys_getpid', 'f', '__do_sys_gettid'))).toEqual([
      'warning owner-unknown vmlinux:__do_sys_gettid',
    ]);
    // f may stand there by another name.
    expect(found(patched, listed('__do_sys_getpid', 'g'))).toEqual([
      'info owner-unknown vmlinux:g',
    ]);
  });

  it('names the livepatch whose transition was forced', () => {
    const log = dmesg(
      "[    1.0] livepatch: 'a': starting unpatching transition",
      '[    2.0] livepatch: forcing remaining tasks to the patched state',
      "[    2.1] livepatch: 'a': unpatching complete",
    );
    expect(found(log, { '/sys/kernel/livepatch/': '' })).toEqual(['warning was-forced a']);
  });

  describe('from the log', () => {
    const failed = "[  100.000000] livepatch: failed to enable patch 'a'";
    const at = (seconds: number) => ({
      '/proc/uptime': `${seconds}.00 1.00\n`,
      '/sys/kernel/livepatch/': '',
    });

    it('are errors while they are fresh', () => {
      expect(found(dmesg(failed), at(699))).toEqual(['error load-refused a']);
      expect(found(dmesg(failed), at(700))).toEqual(['info load-refused a']);
    });

    it('are over once the same livepatch has succeeded', () => {
      const success = "[  110.000000] livepatch: 'a': patching complete";
      expect(found(dmesg(failed, success), at(120))).toEqual(['info load-refused a']);
      const other = "[  110.000000] livepatch: 'b': patching complete";
      expect(found(dmesg(failed, other), at(120))).toEqual(['error load-refused a']);
    });

    it('know conflicts, refusals and incompatible states', () => {
      const log = dmesg(
        "[  100.0] livepatch: failed to register ftrace handler for function 'vfs_read' (-16)",
        "[  101.0] livepatch: symbol 'nope' not found in symbol table",
        '[  102.0] livepatch: Livepatch patch (b) is not compatible with the already installed livepatches.',
        "[  103.0] livepatch: patch 'c' failed for module 'mod', refusing to load module 'mod'",
      );
      expect(found(log, at(110)).sort()).toEqual([
        'error ftrace-conflict vfs_read',
        'error incompatible-livepatch b',
        'error load-refused mod',
        'error load-refused nope',
      ]);
    });
  });

  it('says when it was read without root', () => {
    const readings = readingsOf(livepatch('a', { vmlinux: ['f,1'] }), { privileged: false });
    expect(diagnose(buildState(readings)).findings).toContainEqual(
      expect.objectContaining({
        code: 'partial-view',
        severity: 'warning',
        remedies: ['become-privileged'],
      }),
    );
  });
});
