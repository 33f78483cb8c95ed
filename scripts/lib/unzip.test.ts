import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unzip } from './unzip';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'klpscope-unzip-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('takes out what has a place, with its content and its mode', async () => {
  const archive = await write([
    { name: 'App/' },
    { name: 'App/run', content: 'program'.repeat(1000), mode: 0o755 },
    { name: 'App/deep/notes', content: 'text', isStored: true },
    { name: 'App/unwanted', content: 'x' },
  ]);
  const out = join(folder, 'out');
  await unzip(archive, out, (name) =>
    name.endsWith('unwanted') ? undefined : name.replace('App/', ''),
  );
  expect((await readdir(out)).toSorted()).toEqual(['deep', 'run']);
  expect(await readFile(join(out, 'run'), 'utf8')).toBe('program'.repeat(1000));
  expect(await readFile(join(out, 'deep/notes'), 'utf8')).toBe('text');
  expect((await stat(join(out, 'run'))).mode & 0o777).toBe(0o755);
});

test('leaves nothing outside of its folder', async () => {
  const archive = await write([{ name: '../escaped', content: 'x' }]);
  await expect(unzip(archive, join(folder, 'out'), (name) => name)).rejects.toThrow('outside');
  expect(await readdir(folder)).toEqual(['archive.zip']);
});

test('refuses what is no archive, or only the beginning of one', async () => {
  const archive = await write([{ name: 'a', content: 'x'.repeat(500), isStored: true }]);
  const whole = await readFile(archive);
  await writeFile(archive, whole.subarray(0, 200));
  await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('Not a zip archive');
  await writeFile(archive, whole.subarray(200));
  await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('too early');
});

interface Content {
  name: string;
  content?: string;
  mode?: number;
  isStored?: boolean;
}

/** Writes a zip archive by the book, but without check sums, which are not looked at. */
async function write(contents: Content[]): Promise<string> {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const { name, content = '', mode = 0o644, isStored = false } of contents) {
    const data = isStored ? Buffer.from(content) : deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(isStored ? 0 : 8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((0o100000 | mode) * 0x10000, 38);
    entry.writeUInt32LE(Buffer.concat(files).length, 42);
    files.push(local, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(Buffer.concat(files).length, 16);
  const archive = join(folder, 'archive.zip');
  await writeFile(archive, Buffer.concat([...files, ...directory, end]));
  return archive;
}
