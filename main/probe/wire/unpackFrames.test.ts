/** Frames of a probe, whole and compressed, however their stream is cut into chunks. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { framesIn, FrameReader, type Frame, type Remark } from './frames';
import { unpackFrames } from './unpackFrames';

const boundary = '01234567-89ab-cdef-0123-456789abcdef';
const bytes = Buffer.from(boundary);

function read(text: string, size = text.length, limit = 1_000_000) {
  const frames: Frame[] = [];
  const remarks: Remark[] = [];
  const reader = new FrameReader(bytes, limit, {
    frame: (frame) => frames.push(frame),
    remark: (remark) => remarks.push(remark),
  });
  const all = Buffer.from(text);
  let goesOn = true;
  for (let at = 0; at < all.length; at += size) {
    goesOn = reader.push(all.subarray(at, at + size)) && goesOn;
  }
  const shown = () => frames.map(({ kind, words, body }) => [kind, ...words, body.toString()]);
  return { reader, shown, remarks, goesOn };
}

const stream = `\n${boundary} p\nfirst\nsecond\n${boundary} t 5 1\n\n${boundary} end 1 xxx\n`;

describe('frames', () => {
  it.each([1, 2, 3, 7, 40, 1000])('are the same in pieces of %i bytes', (size) => {
    expect(read(stream, size).shown()).toEqual([
      ['p', 'first\nsecond'],
      ['t', '5', '1', ''],
      ['end', '1', 'xxx', ''],
    ]);
  });

  it('end with the stream where nothing else ends them', () => {
    const { reader, shown } = read(`\n${boundary} p\nfirst`);
    expect(shown()).toEqual([]);
    reader.finish();
    reader.finish();
    expect(shown()).toEqual([['p', 'first']]);
  });

  it('leave out what stands before the first and behind an end', () => {
    expect(
      read(`Welcome\n${boundary} end 1\nnoise\n${boundary} p\nx\n${boundary} end 2\n`).shown(),
    ).toEqual([
      ['end', '1', ''],
      ['p', 'x'],
      ['end', '2', ''],
    ]);
  });

  it('keep what looks like the beginning of a boundary', () => {
    const half = boundary.slice(0, 20);
    expect(
      read(
        `\n${boundary} p\n${half}\n${half}${boundary.slice(0, 3)}\n${boundary} end 1\n`,
        5,
      ).shown()[0],
    ).toEqual(['p', `${half}\n${half}${boundary.slice(0, 3)}`]);
  });

  it('keep bytes that are no text', () => {
    const binary = Buffer.from([0, 255, 10, 128, 13]);
    const text = Buffer.concat([
      Buffer.from(`\n${boundary} z\n`),
      binary,
      Buffer.from(`\n${boundary} end 1\n`),
    ]);
    expect(framesIn(bytes, text).map(({ kind, body }) => [kind, [...body]])).toEqual([
      ['z', [...binary]],
      ['end', []],
    ]);
  });
});

describe('remarks', () => {
  it.each([1, 4, 33, 1000])('may stand anywhere, in pieces of %i bytes', (size) => {
    const text = `${boundary}=o /a b:1\n\n${boundary} k\nbe${boundary}=o /b:2\nhind\n${boundary}=O 1\n\n${boundary} end 1\n`;
    const { shown, remarks } = read(text, size);
    expect(remarks).toEqual([
      { kind: 'o', text: '/a b:1' },
      { kind: 'o', text: '/b:2' },
      { kind: 'O', text: '1' },
    ]);
    expect(shown()).toEqual([
      ['k', 'behind\n'],
      ['end', '1', ''],
    ]);
  });
});

describe('a frame that is too long', () => {
  it('is told when it is, and not before', () => {
    const head = `\n${boundary} p\n`;
    expect(read(`${head}${'x'.repeat(100)}`, 10, 100).goesOn).toBe(true);
    expect(read(`${head}${'x'.repeat(101)}`, 10, 100).goesOn).toBe(false);
  });

  it('is not told of many short ones', () => {
    expect(read(`\n${boundary} p\n${'x'.repeat(50)}`.repeat(20), 7, 100).goesOn).toBe(true);
  });
});

describe('compressed frames', () => {
  const packed = (...texts: string[]): Frame[] =>
    texts.map((text) => ({ kind: 'z', words: [], body: gzipSync(text) }));
  const plain: Frame = { kind: 'p', words: ['same'], body: Buffer.from('x') };

  it('take the place of their part, in their order', async () => {
    const part = `\n${boundary} k\na\n${boundary} xk\nb`;
    const opened = await unpackFrames(bytes, [plain, ...packed(part), plain], 1000, false);
    expect(opened?.map(({ kind, body }) => [kind, body.toString()])).toEqual([
      ['p', 'x'],
      ['k', 'a'],
      ['xk', 'b'],
      ['p', 'x'],
    ]);
  });

  it('have one limit together', async () => {
    const part = `\n${boundary} k\n${'x'.repeat(100)}`;
    const size = part.length;
    expect(await unpackFrames(bytes, packed(part, part), 2 * size, false)).toHaveLength(2);
    expect(await unpackFrames(bytes, packed(part, part), 2 * size - 1, false)).toBeNull();
    expect(await unpackFrames(bytes, packed(part, part), size, false)).toBeNull();
    expect(await unpackFrames(bytes, packed(part, part), size, true)).toHaveLength(1);
  });

  it('may be damaged only where a host gave up', async () => {
    const damaged: Frame = { kind: 'z', words: [], body: Buffer.from('no gzip') };
    expect(await unpackFrames(bytes, [plain, damaged], 1000, false)).toBeNull();
    expect(await unpackFrames(bytes, [plain, damaged], 1000, true)).toEqual([plain]);
  });
});
