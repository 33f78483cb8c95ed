/** What one reading tells, each finding whole: subject, severity, words, proof and what helps. */
import { describe, expect, it } from 'vitest';
import { buildState } from '../../model/buildState';
import type { Readings } from '../../readings/readings';
import {
  dmesg,
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../../testing/shared/memoryTree';
import type { FindingCode } from '../codes';
import { findFindings } from '.';

const root = '/sys/kernel/livepatch';

function findingsOf(files: Files, change: Partial<Readings> = {}) {
  return findFindings(buildState({ ...readingsOf({ '/proc/version': '', ...files }), ...change }));
}
const one = (code: FindingCode, files: Files, change: Partial<Readings> = {}) =>
  findingsOf(files, change).filter((finding) => finding.code === code);
const codesOf = (files: Files) => findingsOf(files).map(({ code }) => code);

const running = modules('a 1 1 - Live 0x0 (OEK)');
const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', replace: '0' });
const leaving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });

describe('the running transition', () => {
  it.each([
    [moving, 'a is being applied. 1 of 2 threads have switched.'],
    [leaving, 'a is being removed. 1 of 2 threads have switched.'],
    [
      livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: 'x' }),
      'a is in transition. How many threads have switched is unknown.',
    ],
  ])('is told with its direction and progress: %#', (files, message) => {
    const threads = { ...thread(1), ...thread(2, { state: '1', kthread: true }) };
    expect(one('transition-in-progress', { ...files, ...threads })).toEqual([
      {
        code: 'transition-in-progress',
        severity: 'info',
        subject: 'a',
        message,
        evidence: [`${root}/a/transition`, `${root}/a/enabled`],
        remedies: ['wait'],
      },
    ]);
  });

  const start = "[  100.000000] livepatch: 'a': starting patching transition";
  const signal = '[  115.000000] livepatch: signaling remaining tasks';
  const at = (seconds: number) => ({ '/proc/uptime': `${seconds}.00 1.00\n` });

  it.each([
    [
      [start],
      141,
      1,
      'The transition of a has been running for 41 s and 1 thread blocks it.',
      [start],
    ],
    [
      [start, signal],
      116,
      2,
      'The transition of a has been running for 16 s and 2 threads block it. The kernel has signalled the remaining threads; these did not switch.',
      [start, signal],
    ],
    [
      [signal],
      116,
      1,
      'The transition of a has been running and 1 thread blocks it. The kernel has signalled the remaining threads; these did not switch.',
      [signal],
    ],
  ] as const)('is stalled: %#', (lines, uptime, blocking, message, evidence) => {
    const threads = Object.assign({}, ...Array.from({ length: blocking }, (_, n) => thread(n + 1)));
    const files = { ...moving, ...threads, ...dmesg(...lines), ...at(uptime) };
    expect(one('transition-stalled', files)).toEqual([
      {
        code: 'transition-stalled',
        severity: 'error',
        subject: 'a',
        message,
        evidence,
        remedies: ['let-it-return', 'reverse', 'ask-vendor', 'force'],
      },
    ]);
  });

  it('is not stalled where no log tells since when', () => {
    expect(one('transition-stalled', { ...moving, ...thread(1), ...at(900) })).toEqual([]);
  });

  it.each([
    [
      'whoever blocks can’t be seen',
      thread(1, { state: '1' }),
      '; who blocks it can’t be seen in the threads’ states',
    ],
    ['no thread was read', {}, ''],
  ])('is stalled as well where %s', (_, threads, who) => {
    const files = { ...moving, ...threads, ...dmesg(start, signal), ...at(140) };
    expect(one('transition-stalled', files)).toMatchObject([
      {
        severity: 'error',
        message: `The transition of a has been running for 40 s${who}. The kernel has signalled the remaining threads${who === '' ? '' : '; these did not switch'}.`,
      },
    ]);
  });

  it('is about to complete only while it is young', () => {
    const seen = (seconds: number) =>
      one('no-visible-blocker', {
        ...moving,
        ...thread(1, { state: '1' }),
        ...dmesg(start),
        ...at(seconds),
      })[0]?.message;
    expect(seen(104)).toContain('about to complete');
    expect(seen(106)).not.toContain('about to complete');
  });

  it('of a kernel that signals on request alone says how', () => {
    const files = {
      ...moving,
      [`${root}/a/signal`]: '',
      ...dmesg(start),
      ...at(140),
      ...thread(1),
    };
    expect(one('transition-stalled', files)[0]?.message).toContain(
      'only when 1 is written to /sys/kernel/livepatch/a/signal: echo 1 | sudo tee /sys/kernel/livepatch/a/signal.',
    );
  });

  it('has no visible blocker where every thread that was read has switched', () => {
    const done = { ...moving, ...thread(1, { state: '1' }) };
    expect(one('no-visible-blocker', done)).toMatchObject([
      {
        severity: 'warning',
        subject: 'a',
        evidence: [`${root}/a/transition`],
        remedies: ['wait'],
      },
    ]);
    expect(one('no-visible-blocker', { ...done, ...thread(2, { state: '-1' }) })).toEqual([]);
    expect(one('no-visible-blocker', { ...done, ...thread(2) })).toEqual([]);
    expect(one('no-visible-blocker', moving)).toEqual([]);
    const unread = { ...readingsOf({ ...moving, ...thread(1, { state: 'x' }) }) };
    expect(findFindings(buildState(unread)).map(({ code }) => code)).not.toContain(
      'no-visible-blocker',
    );
  });

  it('of an atomic replace says who leaves and which functions are in doubt', () => {
    const replacing = (objects: Parameters<typeof livepatch>[1]) =>
      livepatch('z', objects, { transition: '1', replace: '1' });
    const older = {
      ...livepatch('a', { vmlinux: ['f,1'] }),
      ...livepatch('b', { vmlinux: ['g,1'] }),
      ...modules('z 1 1 - Live 0x0 (OEK)', 'b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)'),
    };
    expect(
      one('replace-in-progress', { ...older, ...replacing({ vmlinux: ['f,1', 'g,1', 'h,1'] }) }),
    ).toEqual([
      {
        code: 'replace-in-progress',
        severity: 'info',
        subject: 'z',
        message:
          'z replaces a and b, which leave when the transition completes. Taken over or reverted to the original: vmlinux:f and vmlinux:g; the files don’t tell which.',
        evidence: [`${root}/z/replace`, root],
        remedies: [],
      },
    ]);
    expect(one('replace-in-progress', replacing({ vmlinux: ['f,1'] }))[0]?.message).toBe(
      'z is an atomic replace; no other livepatch is there to be replaced.',
    );
    const removed = livepatch(
      'z',
      { vmlinux: ['f,1'] },
      { transition: '1', enabled: '0', replace: '1' },
    );
    expect(one('replace-in-progress', { ...older, ...removed })).toEqual([]);
    expect(one('replace-in-progress', { ...older, ...moving })).toEqual([]);
  });
});

describe('objects', () => {
  const notPatched = (name: string) => ({ [`${root}/a/${name}/patched`]: '0\n' });

  it('that are loaded and not patched are an error, once the livepatch has settled', () => {
    const files = {
      ...livepatch('a', { 'nf-nat': ['f,1'], vmlinux: ['g,1'] }),
      ...notPatched('nf-nat'),
      ...modules('a 1 1 - Live 0x0 (OEK)', 'nf_nat 1 0 - Live 0x0'),
    };
    expect(one('object-not-patched', files)).toEqual([
      {
        code: 'object-not-patched',
        severity: 'error',
        subject: 'nf-nat',
        message:
          'a is enabled and nf-nat is loaded, but nf-nat is not patched: none of the livepatch’s code runs in it. Its functions still run the original code.',
        evidence: [`${root}/a/nf-nat/patched`, '/sys/module/nf_nat/initstate'],
        remedies: ['ask-vendor'],
      },
    ]);
    for (const [attribute, value] of [
      ['enabled', '0'],
      ['enabled', 'x'],
      ['transition', '1'],
      ['transition', 'x'],
    ] as const) {
      const changed = { ...files, [`${root}/a/${attribute}`]: `${value}\n` };
      expect(one('object-not-patched', changed)).toEqual([]);
    }
    const unread = { ...files, [`${root}/a/nf-nat/patched`]: 'x\n' };
    expect(one('object-not-patched', unread)).toEqual([]);
  });

  it('of the core kernel are proven by their own file alone', () => {
    const files = { ...livepatch('a', { vmlinux: ['f,1'] }), ...notPatched('vmlinux'), ...running };
    expect(one('object-not-patched', files)[0]?.evidence).toEqual([`${root}/a/vmlinux/patched`]);
  });

  it('none of which is patched make a livepatch that patches nothing', () => {
    const files = { ...livepatch('a', { nfs: ['f,1'], xfs: ['g,1'] }), ...notPatched('nfs') };
    const all = { ...files, ...notPatched('xfs') };
    expect(one('patches-nothing', { ...all, ...running })).toEqual([
      {
        code: 'patches-nothing',
        severity: 'warning',
        subject: 'a',
        message: 'a is enabled but patches nothing now: none of its objects is patched.',
        evidence: [`${root}/a/nfs/patched`, `${root}/a/xfs/patched`],
        remedies: ['load-object'],
      },
    ]);
    const present = modules('a 1 1 - Live 0x0 (OEK)', 'nfs 1 0 - Live 0x0', 'xfs 1 0 - Live 0x0');
    expect(one('patches-nothing', { ...all, ...present })[0]?.remedies).toEqual(['ask-vendor']);
    expect(one('patches-nothing', { ...files, ...running })).toEqual([]);
    expect(
      one('patches-nothing', { ...all, ...running, [`${root}/a/xfs/patched`]: 'x\n' }),
    ).toEqual([]);
    expect(one('patches-nothing', { ...all, ...running, [`${root}/a/enabled`]: '0\n' })).toEqual(
      [],
    );
    expect(one('patches-nothing', { ...livepatch('a', {}), ...running })).toEqual([]);
  });

  it('that are not loaded are told once for all livepatches that wait for them', () => {
    const waiting = (name: string) => ({
      ...livepatch(name, { nfs: ['f,1'] }),
      [`${root}/${name}/nfs/patched`]: '0\n',
    });
    const off = { ...waiting('c'), [`${root}/c/enabled`]: '0\n' };
    expect(
      one('object-not-loaded', { ...waiting('a'), ...waiting('b'), ...off, ...running }),
    ).toEqual([
      {
        code: 'object-not-loaded',
        severity: 'info',
        subject: 'nfs',
        message: 'nfs is not loaded. When it is, a and b are to patch it before it runs.',
        evidence: [`${root}/a/nfs/patched`, `${root}/b/nfs/patched`],
        remedies: [],
      },
    ]);
    // Without a list of modules nobody knows.
    expect(one('object-not-loaded', waiting('a'))).toEqual([]);
  });
});

describe('functions of several livepatches', () => {
  const stack = (...names: readonly string[]) => ({
    ...Object.assign({}, ...names.map((name) => livepatch(name, { vmlinux: ['f,2'] }))),
    ...modules(...names.toReversed().map((name) => `${name} 1 1 - Live 0x0 (OEK)`)),
  });

  it('are an overlap, of which the top runs', () => {
    expect(one('overlap', stack('a', 'b', 'c'))).toEqual([
      {
        code: 'overlap',
        severity: 'warning',
        subject: 'vmlinux:f',
        message: 'a, b and c patch f in vmlinux, and none replaces the other. What runs is c.',
        evidence: [`${root}/a/vmlinux/f,2`, `${root}/b/vmlinux/f,2`, `${root}/c/vmlinux/f,2`],
        remedies: ['ask-vendor'],
      },
    ]);
  });

  it('are one overlap for the same livepatches, however many they are', () => {
    const both = {
      ...livepatch('a', { vmlinux: ['f,1', 'g,1'] }),
      ...livepatch('b', { vmlinux: ['f,1', 'g,1'] }),
      ...modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)'),
    };
    expect(one('overlap', both)).toMatchObject([
      {
        subject: 'b',
        message:
          'a and b patch the same 2 functions (vmlinux:f and vmlinux:g), and none replaces the other. What runs is b.',
        evidence: [`${root}/a`, `${root}/b`],
      },
    ]);
    // Neither has more than the other.
    expect(one('shadowed-fix', both)).toEqual([]);
  });

  // The fourth mail's example: an older build of a cumulative livepatch over the newer one.
  it('are hidden fixes where the upper livepatch has nothing but a part of the lower one’s', () => {
    const hidden = (replace?: string, newestFirst = ['v1', 'v2']) =>
      one('shadowed-fix', {
        ...livepatch('v2', { vmlinux: ['f,1', 'g,1', 'h,1'] }, { replace: '0' }),
        ...livepatch('v1', { vmlinux: ['f,1', 'g,1'] }, replace === undefined ? {} : { replace }),
        ...modules(...newestFirst.map((name) => `${name} 1 1 - Live 0x0 (OEK)`)),
      });
    expect(hidden('0')).toEqual([
      {
        code: 'shadowed-fix',
        severity: 'warning',
        subject: 'v1',
        message:
          'v1 hides 2 of 3 fixes of v2 (vmlinux:f and vmlinux:g) and patches nothing else: it is probably an older build, loaded after the newer one without replacing it.',
        evidence: [root, `${root}/v1`, `${root}/v2`],
        remedies: ['ask-vendor'],
      },
    ]);
    expect(hidden()).toHaveLength(1);
    expect(hidden('1')).toEqual([]);
    expect(hidden('0', ['v2', 'v1'])).toEqual([]);
    // By their names v1 would lie above a livepatch called a.
    const unordered = {
      ...livepatch('a', { vmlinux: ['f,1', 'g,1', 'h,1'] }, { replace: '0' }),
      ...livepatch('v1', { vmlinux: ['f,1', 'g,1'] }, { replace: '0' }),
    };
    expect(one('shadowed-fix', unordered)).toEqual([]);
  });

  it.each([
    ['one of its functions is its own', { functions: ['f,1', 'x,1'] }],
    ['it has no function', { functions: [] }],
    ['it has all of them', { functions: ['f,1', 'g,1', 'h,1'] }],
    ['it is disabled', { upper: { enabled: '0' } }],
    ['it does not tell whether it is enabled', { upper: { enabled: 'x' } }],
    ['it is being applied', { upper: { transition: '1' } }],
    ['the lower one is being removed', { lower: { enabled: '0', transition: '1' } }],
    ['the lower one is in transition', { lower: { transition: '1' } }],
    ['the lower one does not tell whether it moves', { lower: { transition: 'x' } }],
    ['their order is unknown', { listed: ['v1'] }],
  ])('are no hidden fixes where %s', (_, change) => {
    const { functions, upper, lower, listed } = {
      functions: ['f,1', 'g,1'],
      upper: {},
      lower: {},
      listed: ['v1', 'v2'],
      ...change,
    };
    const files = {
      ...livepatch('v2', { vmlinux: ['f,1', 'g,1', 'h,1'] }, { replace: '0', ...lower }),
      ...livepatch('v1', { vmlinux: functions }, { replace: '0', ...upper }),
      ...modules(...listed.map((name) => `${name} 1 1 - Live 0x0 (OEK)`)),
    };
    expect(one('shadowed-fix', files)).toEqual([]);
  });

  it('are hidden by one livepatch from each of those below it that has them', () => {
    const files = {
      ...livepatch('a', { vmlinux: ['f,1', 'g,1'] }, { replace: '0' }),
      ...livepatch('b', { vmlinux: ['f,1', 'h,1'] }, { replace: '0' }),
      ...livepatch('c', { vmlinux: ['f,1'] }, { replace: '0' }),
      ...modules(...['c', 'b', 'a'].map((name) => `${name} 1 1 - Live 0x0 (OEK)`)),
    };
    expect(one('shadowed-fix', files)).toMatchObject([
      { subject: 'c', evidence: [root, `${root}/c`, `${root}/a`] },
      { subject: 'c', evidence: [root, `${root}/c`, `${root}/b`] },
    ]);
  });

  it('do not tell who runs where the order is unknown, nor a position that no folder has', () => {
    const files = {
      ...livepatch('a', { vmlinux: ['f'] }),
      ...livepatch('b', { vmlinux: ['f'] }),
    };
    expect(one('overlap', files)).toMatchObject([
      {
        message:
          'a and b patch f in vmlinux, and none replaces the other. Which one runs is not known.',
        evidence: [`${root}/a/vmlinux/f`, `${root}/b/vmlinux/f`],
      },
    ]);
  });

  it.each([
    ['is disabled', { enabled: '0' }],
    ['does not tell whether it is enabled', { enabled: 'x' }],
    ['may be an atomic replace in transition', { transition: '1' }],
    ['does not tell whether it is in transition', { transition: 'x' }],
  ])('are none where the upper one %s', (_, attributes) => {
    const files = { ...stack('a', 'b'), ...livepatch('b', { vmlinux: ['f,2'] }, attributes) };
    expect(one('overlap', files)).toEqual([]);
  });

  it('are one where the lowest is an atomic replace', () => {
    const files = {
      ...stack('a', 'b'),
      ...livepatch('a', { vmlinux: ['f,2'] }, { transition: '1', replace: '1' }),
    };
    expect(one('overlap', files)).toHaveLength(1);
  });
});

describe('modules', () => {
  it('that are no livepatch any more are left over or pinned; of others nothing is said', () => {
    const files = {
      ...livepatch('a', { vmlinux: ['f,1'] }),
      ...modules(
        'kept 1 2 - Live 0x0 (OEK)',
        'old 1 0 - Live 0x0 (OEK)',
        'odd 1 - - Live 0x0 (OEK)',
        'a 1 1 - Live 0x0 (OEK)',
      ),
    };
    const attributes = (name: string) =>
      ['taint', 'refcnt', 'initstate'].map((attribute) => `/sys/module/${name}/${attribute}`);
    expect(findingsOf(files)).toEqual([
      {
        code: 'pinned-module',
        severity: 'warning',
        subject: 'kept',
        message:
          'kept is no livepatch any more but can’t be unloaded (reference count 2): its transition was forced, or something still uses it. Only a reboot removes a forced one.',
        evidence: attributes('kept'),
        remedies: ['reboot'],
      },
      {
        code: 'leftover-module',
        severity: 'info',
        subject: 'old',
        message:
          'old was replaced or disabled; its module is still loaded and not in use. It may be removed.',
        evidence: attributes('old'),
        remedies: ['remove-module'],
      },
    ]);
  });

  it('whose functions somebody redirects that no livepatch in sysfs owns', () => {
    const ftrace = (...lines: readonly string[]) => ({
      '/sys/kernel/debug/tracing/enabled_functions': lines.map((line) => `${line}\n`).join(''),
    });
    const livepatches = {
      ...livepatch('a', { vmlinux: ['f,1'], 'nf-nat': ['g,1'] }),
      ...running,
    };
    const handler = '\ttramp: 0xffffffffc03d1000 (klp_ftrace_handler+0x0/0x100)';
    expect(
      one('owner-unknown', {
        ...livepatches,
        ...ftrace(
          'f (1)   I     M',
          'g [nf_nat] (1)   I     M',
          'traced (1) R       M',
          'g (1)   I     M',
          `h [nfs] (1)   I     M ${handler}`,
        ),
      }),
    ).toEqual([
      {
        code: 'owner-unknown',
        severity: 'warning',
        subject: 'vmlinux:g',
        message:
          'g is redirected through ftrace, but no livepatch in sysfs has it. Who does it the file does not say: a livepatch that is no longer listed, a kprobe with a post handler, or another user of ftrace. Another livepatch of this function would be refused (EBUSY).',
        evidence: ['/sys/kernel/debug/tracing/enabled_functions'],
        remedies: [],
      },
      {
        code: 'owner-unknown',
        severity: 'warning',
        subject: 'nfs:h',
        message:
          'h is redirected through ftrace, but no livepatch in sysfs has it. A livepatch that is no longer listed does it.',
        evidence: ['/sys/kernel/debug/tracing/enabled_functions'],
        remedies: [],
      },
    ]);
    expect(one('owner-unknown', livepatches)).toEqual([]);
  });
});

describe('the host', () => {
  const partial = (change: Partial<Readings>, files: Files = moving) =>
    one('partial-view', { ...files, ...thread(1) }, change);
  const denied = (count: number): Partial<Readings> => {
    const { threads } = readingsOf({ ...moving, ...thread(1) });
    return { threads: threads && { ...threads, denied: count } };
  };

  it('was seen in part without root’s rights, or where threads were denied', () => {
    expect(partial({ privileged: false })).toEqual([
      {
        code: 'partial-view',
        severity: 'warning',
        subject: null,
        message:
          'Read without root’s rights: livepatches and transitions are shown, but which threads block can only be seen of one’s own.',
        evidence: ['/proc/*/task/*/patch_state'],
        remedies: ['become-privileged'],
      },
    ]);
    expect(partial(denied(1))[0]?.message).toMatch(/ 1 thread could not be read\.$/);
    expect(partial({ ...denied(2), privileged: false })[0]?.message).toMatch(
      / 2 threads could not be read\.$/,
    );
    expect(partial({ privileged: true })).toEqual([]);
    expect(partial({ privileged: null })).toEqual([]);
  });

  it('has no livepatching, or nobody knows', () => {
    expect(one('not-supported', { '/sys/kernel/mm/x': '' })).toMatchObject([
      { severity: 'info', subject: null, evidence: [root], remedies: [] },
    ]);
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ [`${root}/`]: '' })).toEqual([]);
  });

  it('is tainted by a livepatch that is gone', () => {
    const tainted = { '/proc/sys/kernel/tainted': '32768\n' };
    expect(one('tainted-without-livepatch', { ...tainted, [`${root}/`]: '' })).toMatchObject([
      {
        severity: 'info',
        subject: null,
        evidence: ['/proc/sys/kernel/tainted'],
        remedies: [],
      },
    ]);
    expect(codesOf({ ...tainted, ...livepatch('a', { vmlinux: ['f,1'] }), ...running })).toEqual(
      [],
    );
    expect(codesOf({ '/proc/sys/kernel/tainted': '0\n', [`${root}/`]: '' })).toEqual([]);
  });

  it('escapes what it was named', () => {
    const name = 'x\u001b[2J';
    const object = 'y\u001b[2J';
    const files = {
      ...livepatch(name, { [object]: ['z\u001b[2J,1'], vmlinux: ['z\u001b[2J,1'] }),
      [`${root}/${name}/${object}/patched`]: '0\n',
      ...livepatch('b', { vmlinux: ['z\u001b[2J,1'] }, { transition: '1', replace: '1' }),
      ...livepatch('c', { vmlinux: ['z\u001b[2J,1'] }),
      ...modules(
        `c 1 1 - Live 0x0 (OEK)`,
        `b 1 1 - Live 0x0 (OEK)`,
        `${name} 1 1 - Live 0x0 (OEK)`,
        'old\u001b[2J 1 0 - Live 0x0 (OEK)',
        'kept\u001b[2J 1 1 - Live 0x0 (OEK)',
      ),
      ...thread(1, { state: '1' }),
      '/sys/kernel/tracing/enabled_functions': 'w\u001b[2J (1)   I     M\n',
    };
    const findings = findingsOf(files);
    expect(new Set(findings.map(({ code }) => code))).toEqual(
      new Set([
        'object-not-loaded',
        'owner-unknown',
        'overlap',
        'shadowed-fix',
        'leftover-module',
        'pinned-module',
        'no-visible-blocker',
        'replace-in-progress',
        'transition-in-progress',
      ]),
    );
    for (const { message } of findings) expect(message).not.toMatch(/\p{Cc}/u);
  });
});

it('the gravest findings come first', () => {
  const files = {
    ...moving,
    ...thread(1),
    ...dmesg(
      "[  100.000000] livepatch: 'a': starting patching transition",
      '[  115.000000] livepatch: signaling remaining tasks',
    ),
    ...modules('old 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)'),
  };
  expect(findingsOf(files).map(({ severity }) => severity)).toEqual(['error', 'warning', 'info']);
});
