import { readFile } from 'node:fs/promises';
import type { ZodType } from 'zod';

/** Reads a JSON file and insists on what is needed of it. */
export async function readJson<Value>(file: string, shape: ZodType<Value>): Promise<Value> {
  return shape.parse(JSON.parse(await readFile(file, 'utf8')));
}
