import { expect, it } from 'vitest';
import { livepatch, readingsOf } from '../../testing/shared/memoryTree';
import { statusOf } from '../report';
import { patch, settled } from '../../testing/shared/documents';
import { functionsOf, parseWanted, wantedFunctions } from './wanted';

it('takes functions, positions and livepatches, and skips remarks', () => {
  const text = '# a remark\n\n vmlinux:f \r\nnfs-client:g.isra.0,2\n@livepatch_a\n';
  expect(parseWanted(text)).toEqual({
    ok: true,
    lines: [
      { line: 3, wanted: { function: { object: 'vmlinux', name: 'f', sympos: 1 } } },
      { line: 4, wanted: { function: { object: 'nfs-client', name: 'g.isra.0', sympos: 2 } } },
      { line: 5, wanted: { livepatch: 'livepatch_a' } },
    ],
  });
});

it.each([
  ['f', 'expected is OBJECT:FUNCTION'],
  [':f', 'expected is OBJECT:FUNCTION'],
  ['vmlinux:', 'the function is missing'],
  ['vmlinux:f g', 'no function’s name'],
  ['a/b:f', 'no object'],
  [`vmlinux:${'f'.repeat(512)}`, 'no function’s name'],
  [`${'m'.repeat(56)}:f`, 'no object'],
  ['vmlinux:f,01', 'a number from 1 upwards'],
  ['vmlinux:f,1234567890', 'a number from 1 upwards'],
  ['vmlinux:f,0', 'a number from 1 upwards'],
  ['vmlinux:f,1,2', 'a number from 1 upwards'],
  ['@', 'a livepatch’s name follows'],
])('says where %j is wrong', (content, message) => {
  const parsed = parseWanted(`vmlinux:ok\n${content}\n`);
  expect(parsed).toMatchObject({ ok: false, wrong: [{ line: 2 }] });
  expect(parsed.ok ? '' : parsed.wrong[0]?.message).toContain(message);
});

it('refuses the same function twice, as the kernel does', () => {
  expect(parseWanted('vmlinux:f\nvmlinux:g\nvmlinux:f,1')).toMatchObject({
    ok: false,
    wrong: [{ line: 3, message: 'the same as line 1' }],
  });
});

it('never shows control characters of what it refuses', () => {
  const parsed = parseWanted('\u001b[31mred');
  expect(parsed.ok ? '' : parsed.wrong[0]?.message).not.toContain('\u001b');
});

it('puts the functions of a livepatch in its place, each function once', () => {
  const status = statusOf(readingsOf(livepatch('a', { vmlinux: ['f,1', 'g,2'] })));
  const parsed = parseWanted('@a\nvmlinux:f\n@b');
  const wanted = parsed.ok ? wantedFunctions(status, parsed.lines) : null;
  expect(wanted?.functions).toEqual([
    { object: 'vmlinux', name: 'f', sympos: 1 },
    { object: 'vmlinux', name: 'g', sympos: 2 },
  ]);
  expect(wanted?.wrong).toEqual([{ line: 3, message: 'no livepatch b is on the host' }]);
});

it('takes a function that no livepatch of the host has', () => {
  const parsed = parseWanted('vmlinux:new\n@a\nnfs:g,3');
  const status = statusOf(readingsOf(livepatch('a', { vmlinux: ['f,1'] })));
  expect(parsed.ok && wantedFunctions(status, parsed.lines)).toEqual({
    functions: [
      { object: 'vmlinux', name: 'new', sympos: 1 },
      { object: 'vmlinux', name: 'f', sympos: 1 },
      { object: 'nfs', name: 'g', sympos: 3 },
    ],
    wrong: [],
  });
});

it('takes names as long as the kernel does: KSYM_NAME_LEN and MODULE_NAME_LEN count a final zero', () => {
  expect(parseWanted(`${'m'.repeat(55)}:${'f'.repeat(511)}`).ok).toBe(true);
});

it('takes of a livepatch what it may patch itself, and not what it certainly undoes', () => {
  const functions = [
    { name: 'own', sympos: null, nop: false },
    { name: 'perhaps', sympos: 2, nop: null },
    { name: 'undone', sympos: 1, nop: true },
  ];
  const objects = [{ name: 'nfs', loaded: true, patched: true, functions }];
  const status = { ...settled, patches: [patch('a', { objects })] };
  expect(functionsOf(status, 'a')).toEqual([
    { object: 'nfs', name: 'own', sympos: 0 },
    { object: 'nfs', name: 'perhaps', sympos: 2 },
  ]);
  expect(functionsOf(status, 'b')).toBeNull();
});
