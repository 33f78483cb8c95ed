/** What a failed system call means, and what is read of files on this machine. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/main/folders';
import { missingBecause } from './missing';
import { hostFolderWithin, isFolder, refuseUnlessFile, refuseUnlessFolder } from './paths';
import { readText } from './directory/readText';

// errno(3).
it.each([
  ['ENOENT', { missing: 'absent' }],
  ['ENOTDIR', { missing: 'absent' }],
  ['ESRCH', { missing: 'vanished' }],
  ['ENODEV', { missing: 'vanished' }],
  ['EACCES', { missing: 'denied' }],
  ['EPERM', { missing: 'denied' }],
  ['ELOOP', { missing: 'link' }],
  ['EIO', { missing: 'unreadable', detail: 'EIO' }],
])('%s means %j', (code, meaning) => {
  expect(missingBecause(Object.assign(new Error('x'), { code }))).toEqual(meaning);
  expect(missingBecause(code)).toEqual({ missing: 'unreadable', detail: 'unknown error' });
});

describe('a file', () => {
  it.each([
    [0, '', true],
    [4, '1234', true],
    [5, '12345', false],
    [6, '12345', false],
  ])('is read up to %i bytes, and told as cut where there is more', (limit, text, truncated) => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '12345');
    expect(readText(path, limit)).toEqual({ text, truncated });
  });

  it('is open no longer than it is read', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'x');
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let times = 0; times < 10; times += 1) readText(path, 10);
    expect(open()).toBe(before);
  });

  it('is read whole that is longer than one read takes', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'x'.repeat(200_000));
    expect(readText(path, 1_000_000)).toEqual({ text: 'x'.repeat(200_000), truncated: false });
  });

  it('is not read through a link, and a folder is none', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'x');
    symlinkSync('file', join(folder, 'link'));
    expect(() => readText(join(folder, 'link'), 10)).toThrow(/ELOOP/);
    expect(readText(folder, 10)).toEqual({ missing: 'unreadable', detail: 'not a regular file' });
  });
});

describe('what stands at a path', () => {
  it('is refused unless it is what was named', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    expect([isFolder(folder), isFolder(file), isFolder(`${file}-not`)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(refuseUnlessFolder(folder)).toBeNull();
    expect(refuseUnlessFile(file)).toBeNull();
    expect(refuseUnlessFolder(file)).toEqual({
      code: 'not-found',
      path: file,
      message: `${file} is no folder; a file is given without dir:.`,
    });
    expect(refuseUnlessFile(folder)?.message).toBe(
      `${folder} is a folder; a folder is given as dir:${folder}.`,
    );
    expect(refuseUnlessFile('/dev/null')?.message).toMatch(
      /^\/dev\/null is no regular file; .*standard input/,
    );
    expect(refuseUnlessFile(`${file}-not`)?.message).toBe(`${file}-not does not exist.`);
    expect(refuseUnlessFolder(`${file}/below`)?.code).toBe('not-found');
  });

  it('holds a host where exactly one folder in it looks like one', () => {
    const folder = temporaryFolder();
    expect(hostFolderWithin(folder)).toBeNull();
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'sys'), '');
    expect(hostFolderWithin(folder)).toBeNull();
    mkdirSync(join(folder, 'one/sys'), { recursive: true });
    expect(hostFolderWithin(folder)).toBe(join(folder, 'one'));
    mkdirSync(join(folder, 'two/proc'), { recursive: true });
    expect(hostFolderWithin(folder)).toBeNull();
  });
});
