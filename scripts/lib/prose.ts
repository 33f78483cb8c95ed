/**
 * Sentences that claim something about a host stand in `shared/words`, each with what it stands on. What
 * else is prose in the rooms that speak of hosts is a label, help or a problem, and is listed in
 * `words.json`: to list one is to say that it claims nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { z } from 'zod';

/** Rooms that speak of hosts. */
const watched = [
  'shared/diagnosis',
  'shared/report',
  'shared/whatif',
  'shared/history',
  'shared/model',
  'renderer',
  'main/cli',
  'main/reader',
] as const;

/** File to the texts that may stand there. */
export type Listed = Readonly<Record<string, readonly string[]>>;

export function readListed(root: string): Listed {
  const text = readFileSync(join(root, 'words.json'), 'utf8');
  return z.record(z.string(), z.array(z.string())).parse(JSON.parse(text));
}

export function watchedFiles(root: string): string[] {
  return watched
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) =>
        posix.join(room, name),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .sort();
}

/** What stands in a text for a value that is put in. */
const hole = '{}';

/** All prose of a file, once each: three words or more, a value that is put in being one. */
export function proseIn(path: string, text: string): string[] {
  const found = new Set<string>();
  walk(parseSync(path, text).program, (prose) => {
    if (isProse(prose)) found.add(prose.replaceAll(/\s+/g, ' ').trim());
  });
  return [...found].sort();
}

function isProse(text: string): boolean {
  const words = text.match(/\{\}|[\p{L}’']+/gu) ?? [];
  const isStyle = /__|--|minmax\(|:not\(|^[\w-]+(?: [\w]+-[\w-]+)+$/.test(text);
  return words.length >= 3 && /\p{L}{2}/u.test(text) && /\s/.test(text.trim()) && !isStyle;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Names of modules and of style classes are no prose. */
const silent: ReadonlySet<string> = new Set(['ImportDeclaration', 'ImportExpression']);

function walk(value: unknown, tell: (prose: string) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, tell);
    return;
  }
  if (!isNode(value) || silent.has(value.type)) return;
  if (
    value.type === 'JSXAttribute' &&
    isNode(value['name']) &&
    value['name']['name'] === 'className'
  )
    return;
  if (value.type === 'Literal' && typeof value['value'] === 'string') tell(value['value']);
  if (value.type === 'JSXText' && typeof value['value'] === 'string') tell(value['value']);
  if (value.type === 'TemplateLiteral') tell(textOfTemplate(value));
  if (value.type === 'JSXElement' || value.type === 'JSXFragment') tell(textOfElement(value));
  for (const [key, part] of Object.entries(value)) {
    if (key !== 'type') walk(part, tell);
  }
}

function textOfTemplate({ quasis }: Node): string {
  return (Array.isArray(quasis) ? quasis : [])
    .map((part: unknown) => {
      const raw = isNode(part) ? part['value'] : null;
      return typeof raw === 'object' && raw !== null && 'raw' in raw ? String(raw.raw) : '';
    })
    .join(hole);
}

/** A sentence may be cut by marks and values within it. */
function textOfElement({ children }: Node): string {
  const parts: unknown[] = Array.isArray(children) ? children : [];
  const isSentence = parts.some(
    (part) => isNode(part) && part.type === 'JSXText' && /\p{L}/u.test(String(part['value'])),
  );
  if (!isSentence) return '';
  return parts
    .map((part) => (isNode(part) && part.type === 'JSXText' ? String(part['value']) : hole))
    .join('');
}

/** What stands where it may not, a line each, and what is listed and stands nowhere. */
export function unlisted(listed: Listed, file: string, text: string): string[] {
  const allowed = new Set(listed[file] ?? []);
  return proseIn(file, text)
    .filter((prose) => !allowed.has(prose))
    .map((prose) => `${file}: “${prose}”`);
}
