import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { readOutsideLog } from './outsideLog';

const text = "[  600.100000] livepatch: enabling patch 'ä'\n";

async function readBack(content: Buffer | string, name = 'kernel.log') {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return readOutsideLog(path);
}

const utf16 = Buffer.from(text, 'utf16le');
const marked = Buffer.from(`\u{feff}${text}`, 'utf16le');

/** `text` by xz -c of XZ Utils 5.4. */
const xz = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAtWyAgNjAwLjEwMDAwMF0gbGl2ZXBhdGNoOiBlbmFibGluZyBwYXRjaCAnw6QnCgAAAPnsXrkt02zeAAFGLmdQc1oftvN9AQAAAAAEWVo=',
  'base64',
);

/** `text` by zstd -c 1.5 and bzip2 -c 1.0.8. */
const zstd = Buffer.from(
  'KLUv/SQucQEAWyAgNjAwLjEwMDAwMF0gbGl2ZXBhdGNoOiBlbmFibGluZyBwYXRjaCAnw6QnCutKmgw=',
  'base64',
);
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWeoiiW0AAApblCAQQIFhEAAKOuVFAAQACAAgACGqZPKHqN6o9RhpCgAGgZMhUZ9uenhOADIlGJtcPgbwthAuuInNhrnP4u5IpwoSHURRLaA=',
  'base64',
);

describe('a log beside a tree', () => {
  it.each([
    ['text', () => Buffer.from(text)],
    ['gzip', () => gzipSync(text)],
    [
      'two gzip files in one',
      () => Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]),
    ],
    ['xz', () => xz],
    ['zstd', () => zstd],
    ['bzip2', () => bzip2],
    ['UTF-16 with its mark', () => marked],
    ['UTF-16, big end first', () => Buffer.from(marked).swap16()],
    ['UTF-16 without a mark', () => Buffer.from(utf16)],
    ['UTF-16 in gzip', () => gzipSync(marked)],
  ])('is read as %s', async (_, content) => {
    const { reading, problems } = await readBack(content());
    expect(reading).toEqual({ text, truncated: false });
    expect(problems).toEqual([]);
  });

  it.each([
    [
      'a journal',
      Buffer.from(`LPKSHHRH${'\0'.repeat(300)}`),
      /binary file of the journal.*journalctl --file/,
    ],
    ['damaged zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]), /damaged/],
    ['damaged bzip2', Buffer.from('BZh91AY&SY'), /damaged/],
    ['bytes', Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 7) % 256)), /no text/],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255]), /damaged/],
  ])('is named where it can’t be: %s', async (_, content, sentence) => {
    const { reading, problems, path } = await readBack(content);
    expect(reading).toMatchObject({ missing: 'unreadable' });
    expect(problems).toMatchObject([{ code: 'not-understood', path }]);
    expect(problems?.[0]?.message).toMatch(sentence);
    expect(problems?.[0]?.message).toContain(path);
  });

  it('keeps what can be unpacked of a cut one', async () => {
    const whole = gzipSync(`${text}${'x\n'.repeat(100_000)}${Math.random()}`);
    const { reading } = await readBack(whole.subarray(0, -20));
    expect(reading).toMatchObject({ truncated: true, text: expect.stringContaining(text) });
  });

  it('is unpacked up to its limit', async () => {
    const { reading } = await readBack(gzipSync(Buffer.alloc(40_000_000, 'a\n')));
    expect(reading).toMatchObject({ truncated: true });
    expect(reading && 'text' in reading && reading.text.length).toBe(33_554_432);
  });

  it('may be a link, and is no folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), text);
    symlinkSync('a', join(folder, 'b'));
    expect((await readOutsideLog(join(folder, 'b'))).reading).toMatchObject({ text });
    expect((await readOutsideLog(folder)).reading).toMatchObject({ missing: 'unreadable' });
    expect((await readOutsideLog(join(folder, 'c'))).reading).toMatchObject({ missing: 'absent' });
  });
});
