import { describe, expect, it } from 'vitest';
import { FrameReader, type Frame, type Remark } from './frames';

const boundary = Buffer.from('MARK-1234');

/** What a reader makes of a stream that arrives in pieces. */
function readAll(text: string, pieceLength: number, limit = 1_000_000) {
  const frames: Frame[] = [];
  const remarks: Remark[] = [];
  const reader = new FrameReader(boundary, limit, {
    frame: (frame) => frames.push(frame),
    remark: (remark) => remarks.push(remark),
  });
  const whole = Buffer.from(text);
  let accepted = true;
  for (let at = 0; accepted && at < whole.length; at += pieceLength) {
    accepted = reader.push(whole.subarray(at, at + pieceLength));
  }
  const read = frames.map(({ kind, words, body }) => [kind, words.join(' '), body.toString()]);
  return { accepted, frames: read, remarks };
}

describe('a stream of frames', () => {
  const text = [
    'MARK-1234 p a b',
    'one',
    'MARK-1234=o /x:1',
    'two',
    'MARK-1234=o /y:2',
    'MARK-1234=done 7',
    'MARK-1234 m',
    'MARK-1234 end 7',
    '',
  ].join('\n');

  it.each([1, 2, 3, 7, 16, 1000])('is the same in pieces of %i bytes', (length) => {
    expect(readAll(text, length)).toEqual({
      accepted: true,
      frames: [
        ['p', 'a b', 'one\ntwo'],
        ['m', '', ''],
        ['end', '7', ''],
      ],
      remarks: [
        { kind: 'o', text: '/x:1' },
        { kind: 'o', text: '/y:2' },
        { kind: 'done', text: '7' },
      ],
    });
  });

  it('moves nothing for a remark: a hundred thousand of them behind a long frame', () => {
    const remarks = 'MARK-1234=o /x:1\n'.repeat(100_000);
    const read = readAll(
      `MARK-1234 p\n${'x'.repeat(8_000_000)}\n${remarks}MARK-1234 end 1\n`,
      65_536,
      20_000_000,
    );
    expect(read.remarks.length).toBe(100_000);
    expect(read.frames[0]?.[2]?.length).toBe(8_000_000);
  });

  it('counts what stands before remarks against the limit', () => {
    const part = `${'x'.repeat(400)}\nMARK-1234=o /x:1\n`;
    expect(readAll(`MARK-1234 p\n${part.repeat(2)}`, 50, 1000).accepted).toBe(true);
    expect(readAll(`MARK-1234 p\n${part.repeat(3)}`, 50, 1000).accepted).toBe(false);
  });

  it('ends where the line of a boundary does not', () => {
    expect(readAll(`MARK-1234 p ${'x'.repeat(200_000)}`, 4096).accepted).toBe(false);
    expect(readAll(`MARK-1234 p ${'x'.repeat(1000)}\n`, 4096).accepted).toBe(true);
  });
});
