import { describe, expect, it } from 'vitest';
import { buildState } from '../../model/buildState';
import { dmesg, readingsOf } from '../../../testing/shared/memoryTree';
import { findInLog } from './kernelLog';

/** What is found at a second, in a log whose lines stand one second apart from 100 s on. */
function foundAt(uptime: number | null, ...messages: readonly string[]) {
  const lines = messages.map((message, row) => `[  ${100 + row}.000000] livepatch: ${message}`);
  const files = { '/sys/kernel/livepatch/': '', ...dmesg(...lines) };
  const clock = uptime === null ? {} : { '/proc/uptime': `${uptime}.00 1.00\n` };
  return findInLog(buildState(readingsOf({ ...files, ...clock })));
}
const found = (...messages: readonly string[]) => foundAt(120, ...messages);
const inShort = (...messages: readonly string[]) =>
  found(...messages).map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);

/** Format strings of kernel/livepatch/{core,patch,transition,shadow}.c. */
const patchingComplete = (patch: string) => `'${patch}': patching complete`;
const enableFailed = (patch: string) => `failed to enable patch '${patch}'`;

describe('what the kernel’s log tells of refusals', () => {
  it.each([
    [enableFailed('a'), ['load-refused', 'a', 'The kernel failed to enable a.', ['ask-vendor']]],
    [
      "patch 'a' failed for module 'nfs', refusing to load module 'nfs'",
      [
        'load-refused',
        'nfs',
        'a could not patch nfs, so the kernel refused to load nfs.',
        ['ask-vendor'],
      ],
    ],
    // The core names nobody behind these: 4.0 to 4.11, and where a livepatch can't be initialized.
    ...[
      "failed to find location for function 'f'",
      "unresolvable ambiguity (3 matches) on symbol 'f' in object 'nfs'",
      "relocation failed for symbol 'f' at 0xffffffff81000000 (-8)",
      "'f' and 'g' resolve to the same address, aliased symbols are not supported",
    ].map((text): [string, unknown[]] => [
      text,
      [
        'load-refused',
        null,
        `The kernel refused a livepatch. It said: “livepatch: ${text}”.`,
        ['ask-vendor'],
      ],
    ]),
    [
      'module a is not marked as a livepatch module',
      [
        'load-refused',
        'a',
        'a is not marked as a livepatch module and was refused.',
        ['ask-vendor'],
      ],
    ],
    [
      "symbol 'f' not found in symbol table",
      [
        'load-refused',
        'f',
        'A livepatch patches f, which this kernel does not have.',
        ['ask-vendor'],
      ],
    ],
    [
      "unresolvable ambiguity for symbol 'f' in object 'vmlinux'",
      [
        'load-refused',
        'f',
        'A livepatch patches f, of which there are several, without saying which.',
        ['ask-vendor'],
      ],
    ],
    [
      "symbol position 3 for symbol 'f' in object 'vmlinux' not found",
      [
        'load-refused',
        'f',
        'A livepatch patches symbol 3 of the name f; there are fewer.',
        ['ask-vendor'],
      ],
    ],
    [
      "pre-patch callback failed for object 'nfs'",
      [
        'load-refused',
        'nfs',
        'A livepatch’s own pre-patch callback refused for nfs.',
        ['ask-vendor'],
      ],
    ],
    [
      "failed to patch object 'nfs'",
      ['load-refused', 'nfs', 'The kernel failed to patch nfs.', ['ask-vendor']],
    ],
    [
      'Livepatch patch (a) is not compatible with the already installed livepatches.',
      [
        'incompatible-livepatch',
        'a',
        'a does not fit the system state of the livepatches already there, and was refused.',
        ['ask-vendor'],
      ],
    ],
    [
      "failed to register ftrace handler for function 'f' (-16)",
      [
        'ftrace-conflict',
        'f',
        'f could not be redirected (error -16): another user of ftrace holds it, such as a kprobe, or ftrace is switched off (kernel.ftrace_enabled).',
        ['stop-tracer'],
      ],
    ],
    [
      "failed to register ftrace handler for function 'f' (-12)",
      ['ftrace-conflict', 'f', 'f could not be redirected (error -12).', ['stop-tracer']],
    ],
    [
      'Failed to construct shadow variable <00000000d3ba1cb6, 2a> (-22)',
      [
        'shadow-allocation-failed',
        '2a',
        'The constructor of shadow variable 2a failed; the variable was not attached.',
        ['ask-vendor'],
      ],
    ],
  ] as const)('%s', (message, [code, subject, sentence, remedies]) => {
    expect(found(message)).toEqual([
      {
        code,
        severity: 'error',
        subject,
        message: sentence,
        evidence: [`[  100.000000] livepatch: ${message}`],
        remedies,
      },
    ]);
  });

  it('and of a shadow variable that was there already', () => {
    const warning = dmesg('[  100.000000] Duplicate shadow variable <00000000d3ba1cb6, 2a>');
    const state = buildState(readingsOf({ '/sys/kernel/livepatch/': '', ...warning }));
    expect(findInLog(state)).toMatchObject([
      {
        code: 'duplicate-shadow-variable',
        severity: 'warning',
        subject: '2a',
        message: 'A livepatch attached shadow variable 2a to an object that already had one.',
        remedies: ['ask-vendor'],
      },
    ]);
  });

  const name = 'x\u001b[2Jy';

  it.each([
    enableFailed(name),
    `patch '${name}' failed for module 'nfs', refusing to load module 'nfs'`,
    `patch 'a' failed for module '${name}', refusing to load module '${name}'`,
    `module ${name} is not marked as a livepatch module`,
    `symbol '${name}' not found in symbol table`,
    `unresolvable ambiguity for symbol '${name}' in object 'vmlinux'`,
    `symbol position 3 for symbol '${name}' in object 'vmlinux' not found`,
    `pre-patch callback failed for object '${name}'`,
    `failed to patch object '${name}'`,
    `Livepatch patch (${name}) is not compatible with the already installed livepatches.`,
    `failed to register ftrace handler for function '${name}' (-16)`,
  ])('and escapes names: %j', (message) => {
    const [finding] = found(message);
    expect(finding?.message).toContain(String.raw`x\x1b[2Jy`);
    expect(`${finding?.message}${finding?.evidence.join('')}`).not.toMatch(/\p{Cc}/u);
  });

  it('is told once for each code and subject, as the last line has it', () => {
    const ftraceFailed = (error: number) =>
      `failed to register ftrace handler for function 'f' (${error})`;
    const refusal = (patch: string, error: number) => [
      ftraceFailed(error),
      "failed to patch object 'vmlinux'",
      enableFailed(patch),
    ];
    const findings = found(...refusal('a', -16), ...refusal('b', -16), ...refusal('a', -12));
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'ftrace-conflict a',
      'ftrace-conflict b',
    ]);
    expect(findings[0]?.message).toContain('-12');
    expect(findings[0]?.evidence).toHaveLength(3);
    expect(findings[0]?.remedies).toEqual(['stop-tracer']);
  });

  it('is ftrace’s where a module is refused since a function of it could not be redirected', () => {
    const findings = found(
      "failed to register ftrace handler for function 'f' (-16)",
      "failed to apply patch 'a' to module 'nfs' (-16)",
      "patch 'a' failed for module 'nfs', refusing to load module 'nfs'",
    );
    expect(findings).toMatchObject([{ code: 'ftrace-conflict', subject: 'nfs' }]);
    expect(findings[0]?.evidence).toHaveLength(3);
    expect(found("failed to register ftrace handler for function 'f' (-16)")).toMatchObject([
      { code: 'ftrace-conflict', subject: 'f' },
    ]);
  });

  it('is nothing where nothing was refused', () => {
    expect(inShort("enabling patch 'a'", patchingComplete('a'), 'something new')).toEqual([]);
  });
});

describe('a refusal is over', () => {
  it('ten minutes later, and where no clock tells when it was', () => {
    const severityAt = (uptime: number | null) => foundAt(uptime, enableFailed('a'))[0]?.severity;
    expect(severityAt(699)).toBe('error');
    expect(severityAt(700)).toBe('info');
    // The log's own clock.
    expect(severityAt(null)).toBe('error');
    const undated = {
      '/sys/kernel/livepatch/': '',
      '/proc/uptime': '10.00 1.00\n',
      ...dmesg("Nov 21 04:58:55 db1 kernel: livepatch: failed to enable patch 'a'"),
    };
    expect(findInLog(buildState(readingsOf(undated)))[0]?.severity).toBe('info');
  });

  const refusedSymbol = ["symbol 'f' not found in symbol table", enableFailed('a')];
  const refusedModule = "patch 'a' failed for module 'nfs', refusing to load module 'nfs'";
  const applying = (module: string) => `applying patch 'a' to loading module '${module}'`;

  it.each([
    ['the livepatch was applied since', [enableFailed('a'), patchingComplete('a')], 'info'],
    ['it was applied before', [patchingComplete('a'), enableFailed('a')], 'error'],
    ['another was applied', [enableFailed('a'), patchingComplete('b')], 'error'],
    // Somebody removed it: that is no success of what was refused.
    ['its removal was completed', [enableFailed('a'), "'a': unpatching complete"], 'error'],
    ['the module was patched while it was loaded', [refusedModule, applying('nfs')], 'info'],
    ['another module was', [refusedModule, applying('ext4')], 'error'],
    ['the livepatch of a detail was applied', [...refusedSymbol, patchingComplete('a')], 'info'],
    ['another than that of a detail was', [...refusedSymbol, patchingComplete('b')], 'error'],
    [
      'a detail’s livepatch is never named',
      [
        "symbol 'f' not found in symbol table",
        "enabling patch 'a'",
        enableFailed('a'),
        patchingComplete('a'),
      ],
      'error',
    ],
    [
      'an incompatible one was applied',
      [
        'Livepatch patch (a) is not compatible with the already installed livepatches.',
        patchingComplete('a'),
      ],
      'info',
    ],
    [
      'one without its mark was applied',
      ['module a is not marked as a livepatch module', patchingComplete('a')],
      'info',
    ],
  ] as const)('or is not: %s', (_, messages, severity) => {
    expect(found(...messages)[0]?.severity).toBe(severity);
  });

  it.each([
    "unresolvable ambiguity for symbol 'f' in object 'vmlinux'",
    "symbol position 3 for symbol 'f' in object 'vmlinux' not found",
    "failed to register ftrace handler for function 'f' (-16)",
    "pre-patch callback failed for object 'nfs'",
    "failed to patch object 'nfs'",
  ])('belongs to the livepatch that the kernel gives up on next: %s', (detail) => {
    const between = ["'a': canceling patching transition, going to unpatch", 'something new'];
    const [first] = found(detail, ...between, enableFailed('a'), patchingComplete('a'));
    expect(first?.severity).toBe('info');
  });
});

describe('a forced transition', () => {
  const forcing = 'forcing remaining tasks to the patched state';

  it('names the livepatch whose transition began before', () => {
    expect(
      inShort(
        "'a': starting patching transition",
        "'b': starting unpatching transition",
        forcing,
        "'c': starting patching transition",
      ),
    ).toEqual(['warning was-forced b']);
  });

  it('names none where the log no longer holds the beginning', () => {
    expect(found(forcing)).toMatchObject([
      {
        code: 'was-forced',
        subject: null,
        message: expect.stringMatching(/^A transition was forced since boot: /),
        remedies: ['reboot', 'ask-vendor'],
      },
    ]);
  });

  it('stays a warning, whatever succeeds afterwards', () => {
    expect(inShort("'a': starting patching transition", forcing, patchingComplete('a'))).toEqual([
      'warning was-forced a',
    ]);
  });
});

it('names ftrace that is switched off as the cause, and blames nobody then', () => {
  const told = (value: string) => {
    const files = {
      '/sys/kernel/livepatch/': '',
      '/proc/sys/kernel/ftrace_enabled': value,
      ...dmesg(
        "[  100.000000] livepatch: failed to register ftrace handler for function 'f' (-16)",
      ),
    };
    const [finding] = findInLog(buildState(readingsOf(files)));
    return [finding?.message, finding?.remedies];
  };
  expect(told('0\n')).toEqual([
    'f could not be redirected (error -16): ftrace is switched off (kernel.ftrace_enabled is 0).',
    [],
  ]);
  expect(told('1\n')[1]).toEqual(['stop-tracer']);
  expect(told('')[1]).toEqual(['stop-tracer']);
});
