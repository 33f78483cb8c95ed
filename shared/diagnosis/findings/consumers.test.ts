/** What is said of others who sit on patched functions, by what the lists of the kernel show. */
import { expect, it } from 'vitest';
import { damaged, type Damage } from '../../../testing/shared/damagedTree';
import { livepatch, modules, type Files } from '../../../testing/shared/memoryTree';
import { buildState } from '../../model/buildState';
import { findFindings } from '.';

const list = '/sys/kernel/tracing/enabled_functions';
const kprobes = '/sys/kernel/debug/kprobes/list';
const applied: Files = {
  ...livepatch('a', { vmlinux: ['f,1', 'g,1'] }),
  ...modules('a 1 1 - Live 0x0 (OEK)'),
};

function found(lines: string, more: Files = {}, damage: Damage = {}) {
  const files = { ...applied, [list]: lines, ...more };
  return findFindings(buildState(damaged({ files }, damage))).filter(
    ({ code }) => code === 'other-consumer' || code === 'function-not-reached',
  );
}

const alone = (name: string) => `${name} (1)   I     M \ttramp: 0x1 (klp_ftrace_handler+0x0/0x1)\n`;
const traced = (name: string) => `${name} (2)   I     M  ->arch_ftrace_ops_list_func+0x0/0x1\n`;
const probed = (name: string) => `${name} (2) R I     M  ->arch_ftrace_ops_list_func+0x0/0x1\n`;
const bpf = (name: string) =>
  `${name} (2) R I D   M  ->arch_ftrace_ops_list_func+0x0/0x1\n\tdirect-->bpf_trampoline_7+0x0/0x9\n`;
const probe = { [kprobes]: 'ffffffff81000004  k  f+0x4    [FTRACE]\n' };

it('is nothing where nobody else is there, or nothing is known', () => {
  expect(found(alone('f') + alone('g'))).toEqual([]);
  expect(found('')).toEqual([]);
  expect(found(`h (3)             \n${alone('f')}`)).toEqual([]);
});

it.each<[string, string, Files, object]>([
  [
    'a tracer',
    traced('f'),
    {},
    {
      severity: 'info',
      message:
        'A tracer or profiler sits on vmlinux:f beside the livepatch, whose code runs all the same; what happens there it files under its name.',
      evidence: [list],
      remedies: [],
    },
  ],
  ['a return probe', probed('f'), { [kprobes]: '0  r  f+0x4    [FTRACE]\n' }, { severity: 'info' }],
  [
    'somebody whom only the list of kprobes would name',
    probed('f'),
    {},
    {
      severity: 'info',
      message:
        'Somebody else sits on vmlinux:f beside the livepatch: a tracer or a kprobe; the list of kprobes was not read. What happens there it files under its name.',
    },
  ],
  [
    'a kprobe, whose program may skip it',
    probed('f'),
    probe,
    {
      severity: 'warning',
      message:
        'A kprobe sits on vmlinux:f beside the livepatch. If a BPF program of it overrides what this returns (bpf_override_return), the livepatch’s code is skipped; no file of the kernel says so. These commands name such programs: bpftool perf; bpftool link.',
      evidence: [list, kprobes],
      remedies: ['stop-tracer'],
    },
  ],
  [
    'a BPF program, which may skip it',
    bpf('f'),
    probe,
    {
      severity: 'warning',
      message:
        'A BPF program (bpf_trampoline_7) sits on vmlinux:f beside the livepatch. One of the kinds fmod_ret and LSM decides whether the livepatch’s code runs at all; others look on. This command tells which it is: bpftool link.',
      evidence: [list],
      remedies: ['stop-tracer'],
    },
  ],
  [
    'a direct call of others',
    bpf('f').replace('bpf_trampoline_7', 'my_tramp'),
    {},
    {
      message: expect.stringMatching(
        /^A direct call, as BPF programs have them \(my_tramp\), sits/,
      ),
    },
  ],
])('tells of %s', (_, lines, more, expected) => {
  expect(found(lines + alone('g'), more)).toMatchObject([
    { code: 'other-consumer', subject: 'vmlinux:f', ...expected },
  ]);
});

it('is one for each kind, however many functions', () => {
  expect(found(traced('f') + traced('g'))).toMatchObject([
    { subject: 'a', message: expect.stringContaining('sits on vmlinux:f and vmlinux:g beside') },
  ]);
  expect(found(bpf('f') + traced('g')).map(({ severity, subject }) => [severity, subject])).toEqual(
    [
      ['warning', 'vmlinux:f'],
      ['info', 'vmlinux:g'],
    ],
  );
});

it('is that the livepatch is not reached only where two lists agree and its name is the only one', () => {
  const unreached = { listedTwice: true, soleNames: ['vmlinux:f', 'vmlinux:g'] };
  const lines = `f (1)             \n${alone('g')}`;
  const codes = (damage: Damage) => found(lines, {}, damage).map(({ code }) => code);
  expect(found(lines, {}, unreached)[0]).toEqual({
    code: 'function-not-reached',
    severity: 'error',
    subject: 'vmlinux:f',
    message:
      'vmlinux:f is patched by an enabled livepatch, and nobody redirects it through ftrace: the livepatch’s code is not reached.',
    evidence: [list],
    remedies: ['ask-vendor'],
  });
  for (const less of [
    { listedTwice: false },
    { soleNames: ['vmlinux:g'] },
    { torn: true } as const,
  ]) {
    expect(codes({ ...unreached, ...less })).not.toContain('function-not-reached');
  }
});

it('waits for a whole reading', () => {
  expect(found(traced('f'), {}, { torn: true })).toEqual([]);
});

it('escapes and caps what the kernel’s lists name', () => {
  const long = `bpf_${'x'.repeat(2000)}`;
  const [finding] = found(bpf('f').replace('bpf_trampoline_7', long));
  expect(finding?.message.length).toBeLessThan(700);
});
