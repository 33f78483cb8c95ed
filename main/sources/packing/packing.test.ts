/** What the programs of these formats write is read back; what is damaged or cut says so and ends. */
import { execFileSync, spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { assert, asyncProperty, integer, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipping } from '../../../testing/main/skipping';
import { packingOf, packings, type Packing } from './magic';
import { breakageOf, unpacked } from './packing';

/** Words, a long run, and bytes that nothing packs: what each format codes in another way. */
const plain = Buffer.concat([
  Buffer.from('livepatch: signaling remaining tasks\n'.repeat(3000)),
  Buffer.alloc(300_000, 7),
  Uint8Array.from({ length: 50_000 }, (_, index) => (index * index * 31 + (index >> 5)) % 256),
]);

const programs: Readonly<Record<Packing, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  xz: (bytes) => execFileSync('xz', ['-c'], { input: bytes }),
  zstd: (bytes) => execFileSync('zstd', ['-qc'], { input: bytes }),
  bzip2: (bytes) => execFileSync('bzip2', ['-c'], { input: bytes }),
};
function lacking(packing: Packing): string | undefined {
  if (packing === 'gzip') return undefined;
  return spawnSync(packing, ['--version'], { input: '' }).status === 0
    ? undefined
    : `${packing} is not installed`;
}

async function unpack(bytes: Uint8Array, size = 4096, most = 10_000_000): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  for await (const piece of unpacked(packingOf(bytes), chunks)) {
    pieces.push(Buffer.from(piece));
    length += pieces.at(-1)?.length ?? 0;
    if (length > most) break;
  }
  return Buffer.concat(pieces);
}

const failureOf = async (bytes: Uint8Array): Promise<string> => {
  try {
    await unpack(bytes);
    return 'none';
  } catch (error) {
    return breakageOf(error).code;
  }
};

const codes = ['none', 'invalid-content', 'truncated', 'too-large', 'unsupported-format'];

describe.each(packings)('%s', (packing) => {
  const isLacking = skipping(import.meta.filename, lacking(packing));
  const bytes = isLacking ? Buffer.alloc(0) : programs[packing](plain);

  it.skipIf(isLacking)('is known by its first bytes, and read back', async () => {
    expect(packingOf(bytes)).toBe(packing);
    expect((await unpack(bytes)).equals(plain)).toBe(true);
    expect((await unpack(bytes, 17)).equals(plain)).toBe(true);
  });

  it.skipIf(isLacking)('may be several, one behind the other', async () => {
    const two = Buffer.concat([bytes, programs[packing](Buffer.from('and more'))]);
    expect((await unpack(two)).length).toBe(plain.length + 8);
  });

  it.skipIf(isLacking)('that was cut is told', async () => {
    for (const length of [bytes.length - 1, bytes.length - 200, 200, 20]) {
      expect(await failureOf(bytes.subarray(0, length))).toBe('truncated');
    }
  });

  it.skipIf(isLacking)('with any byte changed ends, with what it has or an error', async () => {
    await assert(
      asyncProperty(nat(bytes.length - 1), integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(codes).toContain(await failureOf(changed));
      }),
      { numRuns: 25 },
    );
  });
});

describe('bzip2', () => {
  it('with a run whose length wraps round in 32 bits is damaged, and does not go on for ever', async () => {
    expect(await failureOf(endlessRun())).toBe('invalid-content');
  });
});

describe('zstd', () => {
  it('that asks for a window of a gigabyte gets none', async () => {
    // RFC 8878, 3.1.1.1: no flags, exponent 20 of the window.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00]);
    expect(await failureOf(frame)).toBe('too-large');
  });

  it('with frames that hold no data in front of it is known as well', () => {
    expect(packingOf(Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]))).toBe('zstd');
  });
});

/** A block of one byte, `a`, and 40 times RUNA, by the tables of bzip2's manual. */
function endlessRun(): Buffer {
  let bits = '';
  const put = (value: number, width: number) => {
    bits += value.toString(2).padStart(width, '0');
  };
  for (const byte of [0x42, 0x5a, 0x68, 0x39]) put(byte, 8);
  for (const byte of [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) put(byte, 8);
  put(0, 32);
  put(0, 1);
  put(0, 24);
  put(0x80_00 >> 6, 16);
  put(0x80_00 >> 1, 16);
  put(2, 3);
  put(1, 15);
  put(0, 1);
  // Two tables of three symbols: RUNA and RUNB of two bits, the end of one.
  for (let table = 0; table < 2; table += 1) {
    put(2, 5);
    bits += '00110';
  }
  // The shortest code comes first: 0 is the end, 10 is RUNA.
  bits += `${'10'.repeat(40)}0`;
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
