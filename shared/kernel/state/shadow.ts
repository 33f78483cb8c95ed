/**
 * Shadow variables: data attached to an object under an id (third seed; kernel/livepatch/shadow.c), and
 * the register of their types that the series of 2022-10-26 adds (fourth seed).
 *
 * Here is what is stored; what the functions of the kernel do with it is in `rules/shadowApi.ts`.
 */
import type { ShadowAction, ShadowIdLiteral } from './literals';

export interface ShadowVariable {
  /** The object's address, as text. */
  readonly object: string;
  /** `unsigned long`, 64 bits. */
  readonly id: bigint;
  readonly data: string;
  /** Who attached it: a livepatch, or null. */
  readonly owner: string | null;
}

/** What a function of the shadow API answered; `null`, `duplicate`, `failed`, `no-memory` return NULL. */
export type ShadowAnswer =
  /** Attached now, there before, or changed; with the data that the pointer leads to. */
  | { readonly is: 'new' | 'existing' | 'updated'; readonly data: string }
  /** There is none; one is there already, with a warning; the constructor failed; no memory. */
  | { readonly is: 'null' | 'duplicate' | 'failed' | 'no-memory' }
  | { readonly is: 'freed'; readonly count: number };

/** A call of the shadow API and what it answered. */
export interface ShadowCall {
  /** Seconds since boot. */
  readonly at: number;
  /** The livepatch that called; null: somebody else. */
  readonly by: string | null;
  readonly action: ShadowAction;
  readonly answer: ShadowAnswer;
}

/** Calls that are kept, the last ones. */
const keptCalls = 100;

/** Longest text of a number of 64 bits, in any of the forms that BigInt takes. */
const longestId = 66;

/** @returns null where it is no whole number of 64 bits */
export function shadowId(given: ShadowIdLiteral): bigint | null {
  if (typeof given === 'number' && !Number.isSafeInteger(given)) return null;
  if (typeof given === 'string' && !isNumberText(given)) return null;
  const id = BigInt(given);
  return id >= 0n && id < 2n ** 64n ? id : null;
}

function isNumberText(text: string): boolean {
  return text.length <= longestId && /^(?:\d+|0x[0-9a-f]+)$/i.test(text);
}

export class ShadowVariables {
  private constructor(
    /** By object and id; more than one where their type was not registered, the newest first. */
    private readonly variables: Map<string, readonly ShadowVariable[]>,
    /** klp_shadow_types: per id, by how many objects of livepatches it is registered. */
    private readonly types: Map<bigint, number>,
    private kept: readonly ShadowCall[],
  ) {}

  static empty(): ShadowVariables {
    return new ShadowVariables(new Map(), new Map(), []);
  }

  clone(): ShadowVariables {
    return new ShadowVariables(new Map(this.variables), new Map(this.types), this.kept);
  }

  all(): ShadowVariable[] {
    return [...this.variables.values()].flat();
  }

  /** What was called last and what it answered, oldest first. */
  get calls(): readonly ShadowCall[] {
    return this.kept;
  }

  note(call: ShadowCall): void {
    this.kept = [...this.kept, call].slice(-keptCalls);
  }

  /** Ids with a registered type. */
  registered(): bigint[] {
    return [...this.types.keys()];
  }

  /** How many objects of livepatches use the type; 0 where it isn't registered. */
  uses(id: ShadowIdLiteral): number {
    return this.types.get(shadowId(id) ?? -1n) ?? 0;
  }

  /** The variable, the newest of several. */
  find(object: string, id: bigint): ShadowVariable | null {
    return this.variables.get(addressOf(object, id))?.[0] ?? null;
  }

  /** Attaches one, whether there is another or not. */
  add(variable: ShadowVariable): void {
    const address = addressOf(variable.object, variable.id);
    this.variables.set(address, [variable, ...(this.variables.get(address) ?? [])]);
  }

  /** Takes the newest away. @returns null where there is none */
  take(object: string, id: bigint): ShadowVariable | null {
    const address = addressOf(object, id);
    const [first = null, ...rest] = this.variables.get(address) ?? [];
    if (rest.length > 0) this.variables.set(address, rest);
    else this.variables.delete(address);
    return first;
  }

  /** @returns how many use it now */
  register(id: bigint): number {
    this.types.set(id, this.uses(id) + 1);
    return this.uses(id);
  }

  /** @returns how many still use it */
  unregister(id: bigint): number {
    const left = this.uses(id) - 1;
    if (left > 0) this.types.set(id, left);
    else this.types.delete(id);
    return Math.max(0, left);
  }
}

function addressOf(object: string, id: bigint): string {
  return `${id}\0${object}`;
}
