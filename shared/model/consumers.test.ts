/** Who else sits on a patched function, and which are not reached: shared/reference, `t_show` and report_probe. */
import { expect, it } from 'vitest';
import { livepatch, modules, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { buildState } from './buildState';
import { companyOf, unreachedFunctions } from './consumers';
import { readFtraceLists } from './ftraceLists';
import { ReadingsReader } from './reader';

const enabled = '/sys/kernel/tracing/enabled_functions';
const touched = '/sys/kernel/tracing/touched_functions';
const kprobes = '/sys/kernel/debug/kprobes/list';
const applied: Files = {
  ...livepatch('a', { vmlinux: ['f,1'], 'nf-nat': ['f,1'] }),
  ...modules('a 1 1 - Live 0x0 (OEK)', 'nf_nat 1 0 - Live 0x0'),
};

function consumersOf(files: Files, object = 'vmlinux') {
  const { functions } = buildState(readingsOf({ ...applied, ...files }));
  const row = functions.find((one) => one.object === object);
  return row && 'consumers' in row ? row.consumers : 'absent';
}

const alone = {
  count: 1,
  regs: false,
  ipmodify: true,
  direct: false,
  tramp: 'klp_ftrace_handler',
  kprobe: null,
};
const line = 'f (1)   I     M \ttramp: 0x1 (klp_ftrace_handler+0x0/0x1)\n';

it('is told of the one line with the name', () => {
  expect(consumersOf({ [enabled]: line })).toEqual(alone);
  expect(consumersOf({ [enabled]: line, [kprobes]: '' })).toEqual({ ...alone, kprobe: false });
  expect(consumersOf({ [enabled]: line.replace('f', 'f [nf_nat]') }, 'nf-nat')).toEqual(alone);
});

it.each([
  ['no list', {}, 'absent'],
  ['no line', { [enabled]: 'g (1)   I     M \n' }, null],
  ['a line of a function in a module', { [enabled]: 'f [ext4] (1)   I     M \n' }, null],
  ['two redirected', { [enabled]: line + line }, null],
  ['two that are not', { [enabled]: 'f (1)      \nf (2)      \n' }, null],
])('is not told of %s', (_, files, expected) => {
  expect(consumersOf(files)).toEqual(expected);
});

it('of namesakes is told of the redirected one, and of two patched namesakes not at all', () => {
  const both = `f (3) R         \n${line}`;
  expect(consumersOf({ [enabled]: both })).toEqual(alone);
  const second = livepatch('b', { vmlinux: ['f,2'] });
  expect(consumersOf({ ...second, [enabled]: both })).toBeNull();
});

it('of a function that nobody sits on any more is told by what was touched', () => {
  const files = { [enabled]: 'g (1)   I     M \n', [touched]: 'f (0)         M \n' };
  expect(consumersOf(files)).toMatchObject({ count: 0, ipmodify: false });
});

it.each([
  ['k  f+0x4    [FTRACE]', true],
  ['k  f+0x4    [DISABLED][FTRACE]', false],
  ['r  f+0x4    [FTRACE]', false],
  ['k  f+0x25    [OPTIMIZED]', false],
  ['k  g+0x4    [FTRACE]', false],
  ['k  f+0x4  nf_nat [FTRACE]', false],
])('has a kprobe by %j: %s', (probe, expected) => {
  const files = { [enabled]: line, [kprobes]: `ffffffff81000000  ${probe}\n` };
  expect(consumersOf(files)).toMatchObject({ kprobe: expected });
});

it.each([
  [{}, 'nobody'],
  [{ count: 2 }, 'tracer'],
  [{ count: 2, regs: true, kprobe: false }, 'tracer'],
  [{ count: 2, regs: true }, 'perhaps-kprobe'],
  [{ count: 2, regs: null }, 'perhaps-kprobe'],
  [{ count: 2, regs: true, kprobe: true }, 'kprobe'],
  [{ count: 3, regs: true, direct: true, kprobe: true }, 'direct'],
  [{ ipmodify: false, direct: true }, 'direct'],
  [{ count: 0, ipmodify: false }, 'nobody'],
  // Before 5.19 a livepatch itself wants the registers.
  [{ regs: true }, 'nobody'],
])('with %j has for company: %s', (change, expected) => {
  expect(companyOf({ ...alone, ...change })).toBe(expected);
});

/** Names of those that are not reached. */
function unreached(files: Files, hasSoleName = true): string[] {
  const readings = readingsOf({ ...applied, ...files });
  const { functions, patches } = buildState(readings);
  const lists = readFtraceLists(new ReadingsReader(readings));
  return unreachedFunctions(functions, patches, lists, () => hasSoleName).map(
    ({ object, name }) => `${object}:${name}`,
  );
}

const other = 'g (1)   I     M \n';

it.each<[string, Files]>([
  ['a line without the flag', { [enabled]: 'f (1)             \n' }],
  ['no line beside others that are redirected', { [enabled]: other }],
  ['a line of what was touched', { [enabled]: '', [touched]: 'f (0)         M \n' }],
])('is not reached by %s', (_, files) => {
  expect(unreached(files)).toEqual(['vmlinux:f', 'nf-nat:f']);
  // An address with another name is listed under that one.
  expect(unreached(files, false)).toEqual([]);
});

it.each<[string, Files]>([
  ['the flag', { [enabled]: line }],
  ['a namesake with the flag', { [enabled]: `f (1)             \n${line}` }],
  ['a namesake in a module', { [enabled]: 'f [ext4] (1)   I     M \n' }],
  ['the flag at a name that the compiler made', { [enabled]: 'f.constprop.0 (1)   I     M \n' }],
  ['an empty list, as after a failure of ftrace', { [enabled]: '' }],
  ['no list', {}],
  ['a livepatch in transition', { [enabled]: other, '/sys/kernel/livepatch/a/transition': '1\n' }],
  ['a disabled livepatch', { [enabled]: other, '/sys/kernel/livepatch/a/enabled': '0\n' }],
  [
    'objects that are not patched',
    {
      [enabled]: other,
      '/sys/kernel/livepatch/a/vmlinux/patched': '0\n',
      '/sys/kernel/livepatch/a/nf-nat/patched': '0\n',
    },
  ],
])('may be reached with %s', (_, files) => {
  expect(unreached(files)).toEqual([]);
});
