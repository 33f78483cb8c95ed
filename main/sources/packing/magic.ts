/** What bytes are compressed with, by the first of them. */

export const packings = ['gzip', 'xz', 'zstd', 'bzip2'] as const;
export type Packing = (typeof packings)[number];

const magics: Readonly<Record<Packing, readonly (readonly number[])[]>> = {
  gzip: [[0x1f, 0x8b]],
  xz: [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  // A frame, or one of those that hold no data, with which pzstd begins (RFC 8878, 3.1.2).
  zstd: [
    [0x28, 0xb5, 0x2f, 0xfd],
    ...Array.from({ length: 16 }, (_, kind) => [0x50 + kind, 0x2a, 0x4d, 0x18]),
  ],
  // `BZh`.
  bzip2: [[0x42, 0x5a, 0x68]],
};

/** @returns null where the bytes are compressed by none of them */
export function packingOf(head: Uint8Array): Packing | null {
  const isIn = (magic: readonly number[]) => startsWith(head, magic);
  return packings.find((packing) => magics[packing].some(isIn)) ?? null;
}

export function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
