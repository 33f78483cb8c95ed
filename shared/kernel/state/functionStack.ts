/**
 * For every patched function the list of its implementations; the top one wins
 * (kernel/livepatch/patch.c, klp_ops and klp_ftrace_handler).
 */
import { keyOf, type FunctionState } from './livepatch';

/** State of a thread outside a transition, not switched, switched. */
export type PatchState = -1 | 0 | 1;

export class FunctionStacks {
  private constructor(private readonly stacks: Map<string, FunctionState[]>) {}

  static empty(): FunctionStacks {
    return new FunctionStacks(new Map());
  }

  clone(functions: ReadonlyMap<FunctionState, FunctionState>): FunctionStacks {
    const copies = [...this.stacks].map(([key, stack]) => {
      const copy = stack.map((one) => functions.get(one) ?? one);
      return [key, copy] as const;
    });
    return new FunctionStacks(new Map(copies));
  }

  /** Bottom first; empty where nobody patches the function. */
  of(key: string): readonly FunctionState[] {
    return this.stacks.get(key) ?? [];
  }

  keys(): string[] {
    return [...this.stacks.keys()];
  }

  push(implementation: FunctionState): void {
    const key = keyOf(implementation);
    const stack = this.stacks.get(key);
    if (stack) stack.push(implementation);
    else this.stacks.set(key, [implementation]);
    implementation.patched = true;
  }

  remove(implementation: FunctionState): void {
    const key = keyOf(implementation);
    const rest = this.of(key).filter((other) => other !== implementation);
    if (rest.length > 0) this.stacks.set(key, rest);
    else this.stacks.delete(key);
    implementation.patched = false;
  }

  /**
   * Whose code a thread runs when it calls the function: a livepatch's, or null for the original.
   * Only the top is asked whether it is in transition, so one in the middle changes nothing.
   */
  implementationFor(key: string, state: PatchState): FunctionState | null {
    const stack = this.of(key);
    const top = stack.at(-1);
    const chosen = top?.transition && state === 0 ? stack.at(-2) : top;
    return !chosen || chosen.nop ? null : chosen;
  }

  /**
   * The implementation that a thread must have left before it may run this one: what lies below it.
   * `null` is the original; `undefined`: there is nothing to look for.
   *
   * klp_check_stack_func takes the original where the stack holds one entry, else the next entry.
   * For the lowest of several (the removal of one in the middle was reversed) that is the list's
   * head, read as if it were a function: no address matches it.
   */
  below(implementation: FunctionState): FunctionState | null | undefined {
    const stack = this.of(keyOf(implementation));
    if (stack.length === 1) return null;
    const position = stack.indexOf(implementation);
    const below = stack[position - 1];
    if (!below) return undefined;
    return below.nop ? null : below;
  }
}
