/**
 * Shadow variables: data attached to an object under an id (seed 002; kernel/livepatch/shadow.c),
 * and their garbage collection as proposed in 2023 (seed 003).
 */

export interface ShadowVariable {
  /** The object's address, as text. */
  readonly object: string;
  readonly id: number;
  readonly data: string;
  /** Who attached it: a livepatch, or null. */
  readonly owner: string | null;
}

/** Runs once, when a variable comes to be; null: it failed and nothing is attached. */
export type Constructor = (object: string) => string | null;
export type Destructor = (variable: ShadowVariable) => void;

export interface ShadowRequest {
  readonly object: string;
  readonly id: number;
  readonly owner?: string | null;
  readonly construct?: Constructor;
  /** A new one can't be had; the kernel says nothing of it (klp_shadow_alloc returns NULL). */
  readonly outOfMemory?: boolean;
}

export type Attached =
  | { readonly is: 'new' | 'existing'; readonly variable: ShadowVariable }
  | { readonly is: 'duplicate' | 'construction-failed' | 'not-registered' | 'no-memory' };

export class ShadowVariables {
  private constructor(
    private readonly variables: Map<string, ShadowVariable>,
    /** Per id, how many livepatches registered its type. */
    private readonly types: Map<number, number>,
    private readonly collects: boolean,
  ) {}

  /** @param collects the kernel has the garbage collection of the proposal */
  static empty(collects: boolean): ShadowVariables {
    return new ShadowVariables(new Map(), new Map(), collects);
  }

  clone(): ShadowVariables {
    return new ShadowVariables(new Map(this.variables), new Map(this.types), this.collects);
  }

  all(): ShadowVariable[] {
    return [...this.variables.values()];
  }

  /** How many livepatches use the type; 0 where it isn't registered. */
  uses(id: number): number {
    return this.types.get(id) ?? 0;
  }

  get(object: string, id: number): ShadowVariable | null {
    return this.variables.get(addressOf(object, id)) ?? null;
  }

  /** klp_shadow_alloc: a variable that exists is a mistake, and nothing is returned. */
  alloc(request: ShadowRequest): Attached {
    return this.get(request.object, request.id) ? { is: 'duplicate' } : this.attach(request);
  }

  /** klp_shadow_get_or_alloc: a variable that exists is kept as it is (a held lock stays held). */
  getOrAlloc(request: ShadowRequest): Attached {
    const known = this.get(request.object, request.id);
    return known ? { is: 'existing', variable: known } : this.attach(request);
  }

  /** @returns whether there was one */
  free(object: string, id: number, destructor?: Destructor): boolean {
    const variable = this.get(object, id);
    if (!variable) return false;
    this.variables.delete(addressOf(object, id));
    destructor?.(variable);
    return true;
  }

  /** @returns how many were freed */
  freeAll(id: number, destructor?: Destructor): number {
    const concerned = this.all().filter((variable) => variable.id === id);
    for (const { object } of concerned) this.free(object, id, destructor);
    return concerned.length;
  }

  /** A livepatch that is being enabled registers its types. */
  register(ids: readonly number[]): void {
    if (!this.collects) return;
    for (const id of ids) this.types.set(id, this.uses(id) + 1);
  }

  /** The types of a livepatch that left: what nobody uses any more is freed. */
  unregister(ids: readonly number[]): void {
    if (!this.collects) return;
    for (const id of ids) {
      const left = this.uses(id) - 1;
      if (left > 0) this.types.set(id, left);
      else if (this.types.delete(id)) this.freeAll(id);
    }
  }

  private attach(request: ShadowRequest): Attached {
    const { object, id, owner = null, construct } = request;
    if (this.collects && !this.types.has(id)) return { is: 'not-registered' };
    if (request.outOfMemory) return { is: 'no-memory' };
    const data = construct ? construct(object) : '';
    if (data === null) return { is: 'construction-failed' };
    const variable = { object, id, data, owner };
    this.variables.set(addressOf(object, id), variable);
    return { is: 'new', variable };
  }
}

function addressOf(object: string, id: number): string {
  return `${id}\0${object}`;
}
