import { describe, expect, it } from 'vitest';
import { parseFlag } from '../readings/files/sysfs';
import type { FileReading, Missing } from '../readings/readings';
import { readingsOf } from '../../testing/shared/memoryTree';
import { plainText, ReadingsReader } from './reader';

const path = '/sys/kernel/livepatch/a/enabled';
const readerOf = (reading?: FileReading, folder?: Missing) =>
  new ReadingsReader({
    ...readingsOf({ '/proc/version': '' }),
    files: new Map(reading ? [[path, reading]] : []),
    folders: new Map(folder ? [['/sys', { missing: folder }]] : []),
  });
const text = (content: string, truncated = false) => ({ text: content, truncated });

describe('what stood in the way of a file', () => {
  it.each([
    ['denied', 'permission-denied', 'may not be read by this login (why\\n)'],
    ['vanished', 'vanished', 'was gone when it was read (why\\n)'],
    ['timed-out', 'timeout', 'did not answer in time (why\\n)'],
    [
      'link',
      'invalid-content',
      'is a symbolic link that leads out of the tree or nowhere; it was not followed (why\\n)',
    ],
    ['unreadable', 'invalid-content', 'could not be read (why\\n)'],
  ] as const)('%s is a problem', (missing, code, words) => {
    const reader = readerOf({ missing, detail: 'why\n' });
    expect(reader.text(path)).toBeNull();
    expect(reader.problems).toEqual([{ code, path, message: `${path} ${words}.` }]);
    const bare = readerOf({ missing });
    bare.text(path);
    expect(bare.problems[0]?.message).toBe(`${path} ${words.replace(' (why\\n)', '')}.`);
  });

  it('is cut where it is long', () => {
    const reader = readerOf({ missing: 'denied', detail: 'x'.repeat(201) });
    reader.text(path);
    expect(reader.problems[0]?.message).toContain(`(${'x'.repeat(199)}…)`);
  });

  it('is none for one that is absent, unless every kernel has it', () => {
    for (const reader of [readerOf(), readerOf({ missing: 'absent' })]) {
      expect(reader.text(path)).toBeNull();
      expect(reader.value(path, parseFlag, 'x')).toBeNull();
      expect(reader.problems).toEqual([]);
      expect(reader.exists(path)).toBe(false);
      expect(reader.required(path, parseFlag, 'x')).toBeNull();
      expect(reader.problems).toEqual([
        { code: 'not-found', path, message: `${path} is missing.` },
      ]);
    }
  });

  it('does not make it one that does not exist', () => {
    expect(readerOf({ missing: 'denied' }).exists(path)).toBe(true);
    expect(readerOf(text('')).exists(path)).toBe(true);
    const reader = readerOf({ missing: 'denied' });
    reader.required(path, parseFlag, 'x');
    expect(reader.problems.map(({ code }) => code)).toEqual(['permission-denied']);
  });

  it('is told once', () => {
    const reader = readerOf({ missing: 'denied' });
    reader.text(path);
    reader.text(path);
    reader.note('permission-denied', path, 'again');
    expect(reader.problems).toHaveLength(1);
    reader.note('permission-denied', null, 'elsewhere');
    reader.note('timeout', path, 'otherwise');
    expect(reader.problems).toHaveLength(3);
  });

  it('is told of folders alike', () => {
    const reader = readerOf(undefined, 'denied');
    expect(reader.foldersIn('/sys')).toBeNull();
    expect(reader.foldersIn('/proc')).toBeNull();
    expect(reader.problems).toMatchObject([{ code: 'permission-denied', path: '/sys' }]);
  });
});

describe('a file with content', () => {
  it('is parsed, or refused with what it holds', () => {
    const good = readerOf(text('1\n'));
    expect([good.value(path, parseFlag, 'x'), good.required(path, parseFlag, 'x')]).toEqual([
      true,
      true,
    ]);
    expect(good.problems).toEqual([]);
    const flag = readerOf(text('0\n'));
    expect(flag.value(path, parseFlag, 'x')).toBe(false);
    expect(flag.problems).toEqual([]);
  });

  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    [' yes\u001b \n', String.raw`holds “yes\x1b”`],
    ['x'.repeat(40), `holds “${'x'.repeat(40)}”`],
    ['x'.repeat(41), `holds “${'x'.repeat(39)}…” and more`],
  ])('%j is no flag', (content, words) => {
    const reader = readerOf(text(content));
    expect(reader.value(path, parseFlag, '0 or 1')).toBeNull();
    expect(reader.problems).toEqual([
      { code: 'invalid-content', path, message: `${path} ${words}; expected is 0 or 1.` },
    ]);
  });

  it('that was cut is used as far as it goes, and that is told', () => {
    const reader = readerOf(text('1\n', true));
    expect(reader.text(path)).toBe('1\n');
    expect(reader.problems).toEqual([
      {
        code: 'truncated',
        path,
        message: `${path} is longer than is read; the rest was left out.`,
      },
    ]);
  });

  it('has its text without anything being noted', () => {
    const { readings } = readerOf(text('1\n', true));
    expect(plainText(readings, path)).toBe('1\n');
    expect(plainText(readings, '/other')).toBeNull();
    expect(plainText(readerOf({ missing: 'denied' }).readings, path)).toBeNull();
  });
});

it('folders are listed in the order of their names, and nothing but folders', () => {
  const reader = new ReadingsReader(
    readingsOf({ '/sys/kernel/livepatch/b/': '', '/sys/kernel/livepatch/a/': '', '/proc/x': '' }),
  );
  expect(reader.foldersIn('/sys/kernel/livepatch')).toEqual(['a', 'b']);
  const { readings } = reader;
  const entries = (['file', 'link', 'other', 'folder'] as const).map((kind) => ({
    name: kind,
    kind,
  }));
  const mixed = new ReadingsReader({ ...readings, folders: new Map([['/x', { entries }]]) });
  expect(mixed.foldersIn('/x')).toEqual(['folder']);
});

it('paths are escaped in messages', () => {
  const odd = '/sys/x\u001b[2J';
  const reader = new ReadingsReader({
    ...readingsOf({ '/proc/version': '' }),
    files: new Map<string, FileReading>([
      [odd, { text: 'x', truncated: true }],
      [`${odd}2`, { missing: 'denied' }],
    ]),
  });
  reader.value(odd, parseFlag, 'x');
  reader.text(`${odd}2`);
  reader.required(`${odd}3`, parseFlag, 'x');
  expect(reader.problems.map(({ code }) => code)).toEqual([
    'truncated',
    'invalid-content',
    'permission-denied',
    'not-found',
  ]);
  for (const { message } of reader.problems) expect(message).toContain(String.raw`x\x1b[2J`);
});
