/**
 * Unpacks bzip2, block by block.
 *
 * The packages of the npm registry either give the whole at once, whatever its size, or take a run
 * length as it comes: one of 32 symbols wraps round to −1 there, and their loop never ends. Here what a
 * block may hold is known before it is written (bzip2's manual, section 4; micro-bunzip by Rob Landley).
 */

/** A decoder's own word for damage; `Unexpected end of data` where the bytes end early. */
class Bzip2Error extends Error {}

const blockMagic = 0x31_41_59_26_53_59;
const endMagic = 0x17_72_45_38_50_90;

/** Symbols that one table of codes is used for. */
const groupSize = 50;
const longestCode = 20;
const runA = 0;
const runB = 1;

/** Bytes that are given at once; a block of the same byte unpacks to 46 MB. */
const pieceSize = 65_536;

/** Several streams one behind the other are one file, as pbzip2 writes it. */
export function* unpackBzip2(packed: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  const bits = new BitReader(packed);
  do {
    if (bits.read(24) !== 0x42_5a_68) throw new Bzip2Error('no bzip2');
    const level = bits.read(8) - 48;
    if (level < 1 || level > 9) throw new Bzip2Error('no bzip2');
    yield* unpackStream(bits, level * 100_000);
    bits.align();
  } while (!bits.isAtEnd());
}

function* unpackStream(bits: BitReader, blockSize: number): Generator<Uint8Array, void> {
  const symbols = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    const magic = bits.read(24) * 0x1_00_00_00 + bits.read(24);
    const sum = bits.read(16) * 0x1_00_00 + bits.read(16);
    if (magic === endMagic) {
      if (sum !== combined) throw new Bzip2Error('the sum of the whole is wrong');
      return;
    }
    if (magic !== blockMagic) throw new Bzip2Error('neither block nor end');
    const block = readBlock(bits, symbols);
    const found = yield* spelledOut(symbols, block);
    if (found !== sum) throw new Bzip2Error('the sum of a block is wrong');
    combined = (((combined << 1) | (combined >>> 31)) ^ sum) >>> 0;
  }
}

interface Block {
  readonly count: number;
  /** Where the text begins among its sorted rotations. */
  readonly origin: number;
}

/** Undoes the codes, the moves to the front and their runs; then links each byte to its next one. */
function readBlock(bits: BitReader, symbols: Uint32Array): Block {
  if (bits.read(1) === 1) throw new Bzip2Error('a block of a version before 0.9.5');
  const origin = bits.read(24);
  const front = Uint8Array.from(usedBytes(bits));
  const tables = readTables(bits, front.length + 2);
  const { groups, selectors } = tables;
  const end = front.length + 1;
  let count = 0;
  let run = 0;
  let weight = 1;
  for (let index = 0; ; index += 1) {
    const selector = selectors[Math.floor(index / groupSize)];
    const group = selector === undefined ? undefined : groups[selector];
    if (group === undefined) throw new Bzip2Error('a block without its end');
    const symbol = readSymbol(bits, group);
    if (symbol === runA || symbol === runB) {
      run += symbol === runA ? weight : 2 * weight;
      weight *= 2;
      if (count + run > symbols.length) throw new Bzip2Error('a block that is too long');
      continue;
    }
    if (run > 0) {
      symbols.fill(front[0] ?? 0, count, count + run);
      count += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) break;
    if (count >= symbols.length) throw new Bzip2Error('a block that is too long');
    symbols[count] = moveToFront(front, symbol - 1);
    count += 1;
  }
  if (origin >= count) throw new Bzip2Error('a block that begins behind its end');
  link(symbols, count);
  return { count, origin };
}

function usedBytes(bits: BitReader): number[] {
  const bytes: number[] = [];
  const rows = bits.read(16);
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x80_00 >> row)) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column += 1) {
      if ((columns & (0x80_00 >> column)) !== 0) bytes.push(row * 16 + column);
    }
  }
  if (bytes.length === 0) throw new Bzip2Error('a block of no bytes');
  return bytes;
}

/** The codes of each length are consecutive: the first one, and where its symbols stand. */
interface Group {
  readonly first: readonly number[];
  readonly start: readonly number[];
  readonly symbols: readonly number[];
  /** By the next `quickBits` bits: a symbol and, in the lowest five bits, its length; 0: a longer one. */
  readonly quick: Uint16Array;
}

/** Bits of the codes that are looked up at once: nearly all are shorter. */
const quickBits = 10;

function readTables(
  bits: BitReader,
  symbolCount: number,
): { readonly groups: readonly Group[]; readonly selectors: readonly number[] } {
  const groupCount = bits.read(3);
  if (groupCount < 2 || groupCount > 6) throw new Bzip2Error('a wrong count of tables');
  const selectorCount = bits.read(15);
  const order = Uint8Array.from({ length: groupCount }, (_, group) => group);
  const selectors: number[] = [];
  for (let index = 0; index < selectorCount; index += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= groupCount) throw new Bzip2Error('a table that is not there');
    }
    selectors.push(moveToFront(order, place));
  }
  const groups = Array.from(order, () => groupOf(readLengths(bits, symbolCount)));
  return { groups, selectors };
}

function readLengths(bits: BitReader, symbolCount: number): number[] {
  const lengths: number[] = [];
  let length = bits.read(5);
  while (lengths.length < symbolCount) {
    if (length < 1 || length > longestCode) throw new Bzip2Error('a code of a wrong length');
    if (bits.read(1) === 0) lengths.push(length);
    else length += bits.read(1) === 0 ? 1 : -1;
  }
  return lengths;
}

function groupOf(lengths: readonly number[]): Group {
  const first: number[] = [];
  const start: number[] = [];
  const symbols: number[] = [];
  let code = 0;
  for (let length = 0; length <= longestCode; length += 1) {
    first.push(code);
    start.push(symbols.length);
    for (const [symbol, own] of lengths.entries()) if (own === length) symbols.push(symbol);
    code = (code + symbols.length - (start[length] ?? 0)) * 2;
  }
  start.push(symbols.length);
  return { first, start, symbols, quick: quickTable(first, start, symbols) };
}

function quickTable(
  first: readonly number[],
  start: readonly number[],
  symbols: readonly number[],
): Uint16Array {
  const quick = new Uint16Array(1 << quickBits);
  for (let length = 1; length <= quickBits; length += 1) {
    const from = start[length] ?? 0;
    for (const [place, symbol] of symbols.slice(from, start[length + 1]).entries()) {
      const code = ((first[length] ?? 0) + place) << (quickBits - length);
      quick.fill((symbol << 5) | length, code, code + (1 << (quickBits - length)));
    }
  }
  return quick;
}

function readSymbol(bits: BitReader, { first, start, symbols, quick }: Group): number {
  const found = quick[bits.peek(quickBits)] ?? 0;
  if (found !== 0) {
    bits.read(found & 31);
    return found >> 5;
  }
  let code = 0;
  for (let length = 1; length <= longestCode; length += 1) {
    code = code * 2 + bits.read(1);
    const from = start[length] ?? 0;
    const place = from + code - (first[length] ?? 0);
    const symbol = symbols[place];
    if (place < (start[length + 1] ?? 0) && symbol !== undefined) return symbol;
  }
  throw new Bzip2Error('a code that is not there');
}

function moveToFront(list: Uint8Array, place: number): number {
  const value = list[place];
  if (value === undefined) throw new Bzip2Error('a byte that is not there');
  if (place > 16) list.copyWithin(1, 0, place);
  else for (let index = place; index > 0; index -= 1) list[index] = list[index - 1] ?? 0;
  list[0] = value;
  return value;
}

/** Undoes the sorting of the rotations: above each byte stands the index of the one behind it. */
function link(symbols: Uint32Array, count: number): void {
  const places = new Uint32Array(256);
  for (let index = 0; index < count; index += 1) {
    const byte = symbols[index] ?? 0;
    places[byte] = (places[byte] ?? 0) + 1;
  }
  let before = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const own = places[byte] ?? 0;
    places[byte] = before;
    before += own;
  }
  for (let index = 0; index < count; index += 1) {
    const byte = (symbols[index] ?? 0) & 0xff;
    const place = places[byte] ?? 0;
    symbols[place] = (symbols[place] ?? 0) | (index << 8);
    places[byte] = place + 1;
  }
}

/**
 * The text of a block: behind four bytes that are the same a fifth says how often it comes again.
 *
 * @returns its sum
 */
function* spelledOut(
  symbols: Uint32Array,
  { count, origin }: Block,
): Generator<Uint8Array, number> {
  let sum = 0xff_ff_ff_ff;
  let piece = new Uint8Array(pieceSize);
  let length = 0;
  let entry = symbols[origin] ?? 0;
  let last = -1;
  let same = 0;
  for (let index = 0; index < count; index += 1) {
    entry = symbols[entry >>> 8] ?? 0;
    const byte = entry & 0xff;
    const copies = same === 4 ? byte : 1;
    const value = same === 4 ? last : byte;
    if (same === 4) same = 0;
    else {
      same = byte === last ? same + 1 : 1;
      last = byte;
    }
    for (let copy = 0; copy < copies; copy += 1) {
      piece[length] = value;
      length += 1;
      sum = (sum << 8) ^ (sums[(sum >>> 24) ^ value] ?? 0);
      if (length < pieceSize) continue;
      yield piece;
      piece = new Uint8Array(pieceSize);
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
  return ~sum >>> 0;
}

/** CRC-32 with the highest bit first. */
const sums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04_c1_1d_b7 : sum << 1;
  return sum >>> 0;
});

class BitReader {
  private readonly chunks: Iterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array();
  private at = 0;
  private bits = 0;
  private held = 0;

  constructor(packed: Iterable<Uint8Array>) {
    this.chunks = packed[Symbol.iterator]();
  }

  /** @param count at most 24 */
  read(count: number): number {
    while (this.held < count) {
      if (!this.fill()) throw new Bzip2Error('Unexpected end of data');
      this.take();
    }
    this.held -= count;
    return (this.bits >>> this.held) & ((1 << count) - 1);
  }

  /** The next bits, which stay; zeros behind the end. */
  peek(count: number): number {
    while (this.held < count && this.fill()) this.take();
    const missing = Math.max(0, count - this.held);
    const held = this.bits & ((1 << this.held) - 1);
    return missing > 0 ? held << missing : (this.bits >>> (this.held - count)) & ((1 << count) - 1);
  }

  /** Goes on with the next whole byte. */
  align(): void {
    this.held -= this.held % 8;
  }

  isAtEnd(): boolean {
    return this.held === 0 && !this.fill();
  }

  private take(): void {
    this.bits = ((this.bits << 8) | (this.chunk[this.at] ?? 0)) >>> 0;
    this.at += 1;
    this.held += 8;
  }

  /** Whether there is a byte to come. */
  private fill(): boolean {
    while (this.at >= this.chunk.length) {
      const next = this.chunks.next();
      if (next.done === true) return false;
      this.chunk = next.value;
      this.at = 0;
    }
    return true;
  }
}
