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
    /** klp_shadow_types: per id, the livepatches whose objects have registered it, each as often as they did. */
    private readonly types: Map<bigint, readonly string[]>,
    /** Per id, the livepatches that have, or had, code for it. */
    private readonly users: Map<bigint, ReadonlySet<string>>,
    private kept: readonly ShadowCall[],
  ) {}

  static empty(): ShadowVariables {
    return new ShadowVariables(new Map(), new Map(), new Map(), []);
  }

  clone(): ShadowVariables {
    const { variables, types, users, kept } = this;
    return new ShadowVariables(new Map(variables), new Map(types), new Map(users), kept);
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

  /** The livepatch has code for variables of this id. */
  know(id: bigint, livepatch: string): void {
    this.users.set(id, new Set([...(this.users.get(id) ?? []), livepatch]));
  }

  /** Each id with the livepatches that have, or had, code for it. */
  known(): [id: bigint, livepatches: string[]][] {
    return [...this.users].map(([id, livepatches]) => [id, [...livepatches]]);
  }

  /** Ids with a registered type. */
  registered(): bigint[] {
    return [...this.types.keys()];
  }

  /** How many objects of livepatches use the type; 0 where it isn't registered. */
  uses(id: ShadowIdLiteral): number {
    return this.usersOf(id).length;
  }

  /** Livepatches whose objects use it, each as often as objects of it do, the first first. */
  usersOf(id: ShadowIdLiteral): readonly string[] {
    return this.types.get(shadowId(id) ?? -1n) ?? [];
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

  /** An object of the livepatch uses it from now on. */
  register(id: bigint, livepatch: string): void {
    this.types.set(id, [...this.usersOf(id), livepatch]);
  }

  /** @returns how many still use it */
  unregister(id: bigint, livepatch: string): number {
    const users = this.usersOf(id);
    const last = users.lastIndexOf(livepatch);
    const left = users.filter((_, index) => index !== last);
    if (left.length > 0) this.types.set(id, left);
    else this.types.delete(id);
    return left.length;
  }
}

function addressOf(object: string, id: bigint): string {
  return `${id}\0${object}`;
}
