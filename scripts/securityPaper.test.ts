/**
 * SECURITY.md says which test holds each promise. A test that is renamed, moved or removed takes its
 * promise along, so the page is held against the sources.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/paths';

interface Promised {
  /** What is promised and by what, on one line. */
  readonly text: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

const fileOrTitle = /`([\w/.-]+\.(?:test\.tsx?|(?:story|lab)\.ts))`|“([^”]+)”/g;

/** Each item of the lists below "What is promised", with the tests that it names. */
function promisesOf(page: string): Promised[] {
  const [, promised = ''] = page.split('\n## What is promised\n');
  const [section = ''] = promised.split('\n## ');
  const items = section.split(/\n(?=- )/).filter((item) => item.startsWith('- '));
  return items.map((item) => {
    const [paragraph = ''] = item.split('\n\n');
    const text = paragraph.replace(/\s+/g, ' ');
    let last = '';
    const tests = [...text.matchAll(fileOrTitle)].flatMap(([, file, title]) => {
      last = file ?? last;
      return title === undefined ? [] : [{ file: last, title }];
    });
    return { text, tests };
  });
}

/** Whether a file of tests has that title, as a whole string. */
function hasTest(file: string, title: string): boolean {
  const path = join(root, file);
  if (file === '' || !existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((literal) => text.includes(literal));
}

const promises = promisesOf(readFileSync(join(root, 'SECURITY.md'), 'utf8'));

test('every promise names a test, and every test that is named is there', () => {
  expect(promises.length).toBeGreaterThan(20);
  expect(promises.filter(({ tests }) => tests.length === 0).map(({ text }) => text)).toEqual([]);
  const named = promises.flatMap(({ tests }) => tests);
  expect(named.filter(({ file, title }) => !hasTest(file, title))).toEqual([]);
});

test('a test that is not there is missed', () => {
  const page = (named: string) => `\n## What is promised\n\n- A promise. ${named}\n\n## Else\n`;
  const [known, renamed, elsewhere, none] = [
    '`scripts/securityPaper.test.ts` “a test that\n  is not there is missed”',
    '`scripts/securityPaper.test.ts` “a test of another title”',
    '`scripts/gone.test.ts` “a test that is not there is missed”',
    'Nothing holds it.',
  ].map((named) => promisesOf(page(named))[0]?.tests.map((each) => hasTest(each.file, each.title)));
  expect([known, renamed, elsewhere, none]).toEqual([[true], [false], [false], []]);
});
