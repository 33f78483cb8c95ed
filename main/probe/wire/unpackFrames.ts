import { gunzip } from 'node:zlib';
import { framesIn, type Frame } from './frames';
import { parts } from './parts';

/**
 * Frames of kind `z` replaced by those that are compressed in them.
 *
 * @param limit bytes that all of them may have together
 * @param mayLack a damaged part is left out, as a host that gave up may have left one
 * @returns null where a part is damaged or too long
 */
export async function unpackFrames(
  boundary: Buffer,
  frames: readonly Frame[],
  limit: number,
  mayLack: boolean,
): Promise<Frame[] | null> {
  const opened: Frame[] = [];
  let left = limit;
  for (const frame of frames) {
    if (frame.kind !== parts.packed) {
      opened.push(frame);
      continue;
    }
    const text = left > 0 ? await unzip(frame.body, left) : null;
    if (text) {
      left -= text.length;
      opened.push(...framesIn(boundary, text));
    } else if (!mayLack) {
      return null;
    }
  }
  return opened;
}

function unzip(body: Buffer, limit: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    gunzip(body, { maxOutputLength: limit }, (error, text) => resolve(error ? null : text));
  });
}
