import { describe, expect, it } from 'vitest';
import { sampleLimits, withinLimits, type SampleLimits } from './limits';
import { livepatchRoot } from './paths';
import { limitOf } from './reads';
import type { FileReading, FolderReading, Readings } from './readings';

const empty: Readings = {
  target: 'db1',
  source: 'ssh',
  takenAt: null,
  privileged: null,
  files: new Map(),
  folders: new Map(),
  threads: null,
  logPath: null,
  torn: false,
  problems: [],
};

const text = (length: number): FileReading => ({ text: 'x'.repeat(length), truncated: false });
const folders = (...names: string[]): FolderReading => ({
  entries: names.map((name) => ({ name, kind: 'folder' as const })),
});

describe('a file', () => {
  it.each([
    ['/proc/1/task/1/comm', 256],
    ['/proc/1/cmdline', 4096],
    ['/proc/1/task/2/stack', 65_536],
    ['/proc/1/cgroup', 16_384],
    ['/proc/uptime', 4096],
    ['/sys/kernel/livepatch/a/enabled', 4096],
    ['/proc/modules', 8_388_608],
    ['/sys/kernel/tracing/enabled_functions', 8_388_608],
    ['/dev/kmsg', 33_554_432],
    ['/var/log/dmesg', 33_554_432],
  ])('%s is read up to %i', (path, limit) => {
    expect(limitOf(path)).toBe(limit);
  });

  it('that is longer is cut and marked; one that just fits stays the same', () => {
    const longer = withinLimits({ ...empty, files: new Map([['/proc/9/cmdline', text(4097)]]) });
    expect(longer.ok && longer.value.files.get('/proc/9/cmdline')).toEqual({
      text: 'x'.repeat(4096),
      truncated: true,
    });
    const fitting = { ...empty, files: new Map([['/proc/9/cmdline', text(4096)]]) };
    const same = withinLimits(fitting);
    expect(same.ok && same.value).toBe(fitting);
  });
});

describe('a sample', () => {
  const small: SampleLimits = {
    livepatches: 2,
    functions: 3,
    threads: 2,
    files: 2,
    text: 20,
    shadow: 4,
    problems: 1,
  };
  const problem = { code: 'timeout', path: null, message: 'x' } as const;
  const scan = (threads: number) => ({
    pids: Array<number>(threads).fill(1),
    tids: Array<number>(threads).fill(1),
    states: Array<number>(threads).fill(0),
    denied: 0,
    vanished: 0,
    invalid: [],
    absent: 0,
  });
  const table = { from: 'model', variables: [], types: null } as const;
  const variable = { object: '0xa', id: '0x7', size: null, data: null, owner: null };
  const type = { id: '0x7', registered: 1, by: ['a'] };
  const cases: [string, Partial<Readings>, Partial<Readings>][] = [
    [
      '3 livepatches',
      { folders: new Map([[livepatchRoot, folders('a', 'b')]]) },
      { folders: new Map([[livepatchRoot, folders('a', 'b', 'c')]]) },
    ],
    [
      '4 objects and functions',
      {
        folders: new Map([
          [`${livepatchRoot}/a`, folders('vmlinux')],
          [`${livepatchRoot}/a/vmlinux`, folders('f,1', 'g,1')],
        ]),
      },
      {
        folders: new Map([
          [`${livepatchRoot}/a`, folders('vmlinux')],
          [`${livepatchRoot}/a/vmlinux`, folders('f,1', 'g,1', 'h,1')],
        ]),
      },
    ],
    ['3 threads', { threads: scan(2) }, { threads: scan(3) }],
    [
      '3 files',
      {
        files: new Map([
          ['/a', text(1)],
          ['/b', text(1)],
        ]),
      },
      {
        files: new Map([
          ['/a', text(1)],
          ['/b', text(1)],
          ['/c', text(1)],
        ]),
      },
    ],
    [
      '21 characters',
      { files: new Map([['/a', text(20)]]) },
      {
        files: new Map([
          ['/a', text(15)],
          ['/b', text(6)],
        ]),
      },
    ],
    [
      '5 shadow variables and rows about them',
      { shadow: { ...table, variables: [variable, variable], types: [type] } },
      {
        shadow: { ...table, variables: [variable, variable], types: [{ ...type, by: ['a', 'b'] }] },
      },
    ],
    ['2 problems', { problems: [problem] }, { problems: [problem, problem] }],
  ];

  it.each(cases)('of %s is too large, one less is read', (words, most, more) => {
    expect(withinLimits({ ...empty, ...most }, small)).toMatchObject({ ok: true });
    expect(withinLimits({ ...empty, ...more }, small)).toMatchObject({
      ok: false,
      problem: { code: 'too-large', path: 'db1', message: expect.stringContaining(words) },
    });
  });

  it('of a large real host is read', () => {
    // 60 livepatches of 100 functions, 60,000 threads, a full log buffer.
    const functions = folders(...Array.from({ length: 100 }, (_, at) => `f${at},1`));
    const names = Array.from({ length: 60 }, (_, at) => `lp${at}`);
    const host = {
      ...empty,
      threads: scan(60_000),
      files: new Map([['/dev/kmsg', text(16_777_216)]]),
      folders: new Map([
        [livepatchRoot, folders(...names)],
        ...names.map((name): [string, FolderReading] => [
          `${livepatchRoot}/${name}/vmlinux`,
          functions,
        ]),
      ]),
    };
    expect(withinLimits(host, sampleLimits)).toMatchObject({ ok: true });
  });
});
