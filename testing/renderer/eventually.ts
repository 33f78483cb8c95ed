import { configure } from '@testing-library/react';
import { vi } from 'vitest';

/** How long a test waits for what it has to see: long enough for a machine that is busy. */
const patience = 30_000;
configure({ asyncUtilTimeout: patience });

/** Waits until a check holds. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: patience });
}
