/**
 * A small JSON file in the user's own folder: read with a schema, written at one stroke.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface JsonFileReading<T> {
  /** Null where the file is missing or makes no sense. */
  readonly value: T | null;
  /** One sentence where the file was there and made no sense; null otherwise. */
  readonly complaint: string | null;
}

/** What a file's content has to be; zod's schemas are such. */
export interface Shape<T> {
  /** @throws (an error whose message says what is wrong) for anything else */
  parse(content: unknown): T;
}

/**
 * Reads a file. One that makes no sense is moved aside under the name `….broken`, so that what the
 * user wrote into it is not lost when it's written next.
 */
export function readJsonFile<T>(path: string, shape: Shape<T>): JsonFileReading<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { value: null, complaint: null };
    return { value: null, complaint: `${path} cannot be read: ${messageOf(error)}` };
  }
  const complaint = (why: string): JsonFileReading<T> => {
    const aside = `${path}.broken`;
    try {
      renameSync(path, aside);
    } catch (error) {
      return { value: null, complaint: `${path} ${why}: ${messageOf(error)}` };
    }
    return { value: null, complaint: `${path} ${why}; it was kept as ${aside}` };
  };
  try {
    return { value: shape.parse(JSON.parse(text)), complaint: null };
  } catch (error) {
    return complaint(`has content that is not understood (${firstWords(error)})`);
  }
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part.
 *
 * @returns why it could not be written; null: it was
 */
export function writeJsonFile(path: string, value: unknown): string | null {
  const draft = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, path);
    return null;
  } catch (error) {
    if (existsSync(draft)) rmSync(draft);
    return `${path} cannot be written: ${messageOf(error)}`;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** zod's messages are long, and of many lines. */
function firstWords(error: unknown): string {
  return messageOf(error).replace(/\s+/g, ' ').slice(0, 300);
}
