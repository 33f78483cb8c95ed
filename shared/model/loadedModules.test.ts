import { describe, expect, it } from 'vitest';
import { modules, readingsOf, type Files } from '../../testing/shared/memoryTree';
import type { Readings } from '../readings/readings';
import { ReadingsReader } from './reader';
import { readLoadedModules } from './loadedModules';

function loaded(files: Files, more: Partial<Readings> = {}) {
  const readings = readingsOf({ '/proc/version': '', ...files });
  const asked = Object.entries(files)
    .filter(([path]) => path.startsWith('/sys/module/') && !path.endsWith('/'))
    .map(([path, text]) => [path, { text, truncated: false }] as const);
  const reader = new ReadingsReader({
    ...readings,
    files: new Map([...readings.files, ...asked]),
    ...more,
  });
  return { ...readLoadedModules(reader), problems: reader.problems };
}
const initstate = (name: string, state: string) => ({
  [`/sys/module/${name}/initstate`]: `${state}\n`,
});

describe('whether a module is loaded', () => {
  it.each([
    ['live', true],
    ['coming', null],
    ['going', null],
    ['unformed', null],
  ])('is told by initstate %s before the list: %s', (state, expected) => {
    const listed = modules('nfs 1 0 - Live 0x0');
    expect(loaded({ ...initstate('nfs', state), ...listed }).isLive('nfs')).toBe(expected);
    expect(loaded(initstate('nfs', state)).isLive('nfs')).toBe(expected);
  });

  it.each([
    ['Live', true],
    ['Loading', null],
    ['Unloading', null],
    ['Odd', false],
  ])('is told by the list where that is missing: %s: %s', (state, expected) => {
    expect(loaded(modules(`nfs 1 0 - ${state} 0x0`)).isLive('nfs')).toBe(expected);
    expect(
      loaded({ ...initstate('nfs', ''), ...modules(`nfs 1 0 - ${state} 0x0`) }).isLive('nfs'),
    ).toBe(expected);
  });

  it('is false where a list or the folder of modules does not have it', () => {
    expect(loaded(modules('ext4 1 0 - Live 0x0')).isLive('nfs')).toBe(false);
    const folder = { '/sys/module/ext4/': '' };
    expect(loaded(folder, { source: 'local' }).isLive('nfs')).toBe(false);
  });

  it('is unknown where it has a folder without a state, or nothing tells', () => {
    expect(loaded({ '/sys/module/nfs/': '' }).isLive('nfs')).toBeNull();
    expect(loaded({}).isLive('nfs')).toBeNull();
    // A saved tree may hold a few modules only, and so may a list that is cut or garbled.
    expect(loaded({ '/sys/module/ext4/': '' }).isLive('nfs')).toBeNull();
    expect(loaded(modules('ext4 1 0 - Live 0x0', 'nf')).isLive('nfs')).toBeNull();
    expect(
      loaded({}, { folders: new Map([['/sys/module', { missing: 'denied' }]]) }).isLive('nfs'),
    ).toBeNull();
  });

  it('is asked by the name that /sys/module spells with _', () => {
    expect(loaded(modules('nf_nat 1 0 - Live 0x0')).isLive('nf-nat')).toBe(true);
    expect(loaded(initstate('nf_nat', 'live')).isLive('nf-nat')).toBe(true);
    expect(loaded(modules('nf_nat 1 3 - Live 0x0')).refcount('nf-nat')).toBe(3);
  });
});

describe('how often a module is used', () => {
  const refcnt = (text: string) => ({ '/sys/module/nfs/refcnt': text });

  it.each([
    [refcnt('0\n'), 0],
    [refcnt('12'), 12],
    [refcnt('-1\n'), 7],
    [refcnt('12345678901\n'), 7],
    [refcnt('x\n'), 7],
    [{}, 7],
  ])('is told by refcnt, else by the list: %j: %d', (files, expected) => {
    expect(loaded({ ...files, ...modules('nfs 1 7 - Live 0x0') }).refcount('nfs')).toBe(expected);
  });

  it('is unknown where neither tells', () => {
    expect(loaded({}).refcount('nfs')).toBeNull();
    expect(loaded(modules('nfs 1 - - Live 0x0')).refcount('nfs')).toBeNull();
  });
});

describe('livepatch modules', () => {
  it('are those with K in the list or in their taint, by name', () => {
    const taint = (name: string, text: string) => ({ [`/sys/module/${name}/taint`]: `${text}\n` });
    const { livepatchModules } = loaded({
      ...taint('z', 'OEK'),
      ...taint('b', 'OE'),
      ...taint('c', 'x K'),
      '/sys/module/d/parameters/taint': 'K\n',
      ...modules('y 1 0 - Live 0x0 (OEK)', 'a 1 0 - Live 0x0 (K)', 'e 1 0 - Live 0x0 (OE)'),
    });
    expect(livepatchModules).toEqual(['a', 'y', 'z']);
  });
});

describe('the list of modules', () => {
  it('has the newest first, and notes lines that it does not understand', () => {
    const text = { '/proc/modules': 'b 1 0 - Live 0x0\nwhat is this\na 1 0 - Live 0x0\n' };
    const { newestFirst, problems } = loaded(text);
    expect(newestFirst).toEqual(['b', 'a']);
    expect(problems).toEqual([
      {
        code: 'invalid-content',
        path: '/proc/modules',
        message: 'A line of /proc/modules is not understood.',
      },
    ]);
    expect(loaded({ '/proc/modules': '?\n?\n' }).problems[0]?.message).toBe(
      '2 lines of /proc/modules are not understood.',
    );
    expect(loaded(modules('a 1 0 - Live 0x0')).problems).toEqual([]);
    expect(loaded({}).newestFirst).toBeNull();
  });
});
