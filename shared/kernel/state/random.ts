/** A seeded source of random numbers: the same seed gives the same sequence on every machine. */
export class Random {
  /** @param state an integer; where a copied sequence goes on */
  constructor(private state: number) {}

  /** From 0 inclusive to 1 exclusive: the mulberry32 generator. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer from 0 inclusive to `limit` exclusive. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @returns null for an empty list */
  pick<T>(items: readonly T[]): T | null {
    return items[this.below(items.length)] ?? null;
  }

  clone(): Random {
    return new Random(this.state);
  }
}

/** A number from a text, spread over 32 bits (FNV-1a): addresses and offsets that stay the same. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
