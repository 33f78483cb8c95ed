import { vi } from 'vitest';

/** Milliseconds: long enough for a machine that is busy. A test ends as soon as it has seen what it waits for. */
export const patience = 120_000;

/** Waits until a check holds. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: patience });
}
