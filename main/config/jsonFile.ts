/**
 * A small JSON file in the user's own folder: read with a schema, written at one stroke.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { behindLinks } from './links';

/** What a file's content has to be; zod's schemas are such. */
export interface Shape<T> {
  /** @throws (an error whose message says what is wrong) for anything else */
  parse(content: unknown): T;
}

/** What there is at a path; `why` goes behind the path to make a sentence. */
export type Found<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string };

export function lookAtJsonFile<T>(path: string, shape: Shape<T>): Found<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unreadable', why: `cannot be read: ${messageOf(error)}` };
  }
  try {
    return { kind: 'value', value: shape.parse(JSON.parse(text)) };
  } catch (error) {
    return { kind: 'broken', why: `has content that is not understood (${firstWords(error)})` };
  }
}

/**
 * Moves a broken file aside under the name `….broken`, so that what the user wrote into it is not
 * lost when it's written next. One that was put there before stays.
 *
 * @returns one sentence that says so
 */
export function setAside(path: string, why: string): string {
  const place = behindLinks(path);
  const usual = `${place}.broken`;
  const aside = existsSync(usual) ? `${usual}-${Date.now()}` : usual;
  try {
    renameSync(place, aside);
  } catch (error) {
    return `${path} ${why}: ${messageOf(error)}`;
  }
  return `${path} ${why}; it was kept as ${aside}`;
}

export interface JsonFileReading<T> {
  /** Null where the file is missing or makes no sense. */
  readonly value: T | null;
  /** One sentence where the file was there and made no sense; null otherwise. */
  readonly warning: string | null;
}

/** Reads a file, and sets aside one that makes no sense. */
export function readJsonFile<T>(path: string, shape: Shape<T>): JsonFileReading<T> {
  const found = lookAtJsonFile(path, shape);
  switch (found.kind) {
    case 'value':
      return { value: found.value, warning: null };
    case 'missing':
      return { value: null, warning: null };
    case 'unreadable':
      return { value: null, warning: `${path} ${found.why}` };
    case 'broken':
      return { value: null, warning: setAside(path, found.why) };
  }
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part. A symbolic link stays
 * one: what it leads to is written.
 *
 * @returns why it could not be written; null: it was
 */
export function writeJsonFile(path: string, value: unknown): string | null {
  const place = behindLinks(path);
  const draft = `${place}.${process.pid}-${threadId}.new`;
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, place);
    return null;
  } catch (error) {
    if (existsSync(draft)) rmSync(draft);
    return `${path} cannot be written: ${messageOf(error)}`;
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** zod's messages are long, and of many lines. */
function firstWords(error: unknown): string {
  return messageOf(error).replace(/\s+/g, ' ').slice(0, 300);
}
