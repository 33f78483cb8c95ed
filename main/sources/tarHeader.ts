/** A tar is known by the sum in its first header, which every version of the format has. */

const block = 512;
const sumAt = 148;
const sumLength = 8;

/** Whether the bytes begin with a header of tar(5) whose sum is right; its bytes may have been signed. */
export function isTarHeader(bytes: Uint8Array): boolean {
  if (bytes.length < block) return false;
  const header = bytes.subarray(0, block);
  const written = Buffer.from(header.subarray(sumAt, sumAt + sumLength)).toString('latin1');
  const octal = /^\s*([0-7]{1,7})[\s\0]*$/.exec(written)?.[1];
  if (octal === undefined) return false;
  const sum = Number.parseInt(octal, 8);
  let unsigned = 0;
  let signed = 0;
  for (const [index, byte] of header.entries()) {
    const value = index >= sumAt && index < sumAt + sumLength ? 32 : byte;
    unsigned += value;
    signed += value > 127 ? value - 256 : value;
  }
  return sum === unsigned || sum === signed;
}
