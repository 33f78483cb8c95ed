import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readInitialAppearance } from './initialAppearance';
import { say } from '../log';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-look-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const usual = { theme: 'system', zoom: 1 };

function look(config: unknown, earlier?: unknown) {
  const files = { config: join(folder, 'c.json'), earlier: join(folder, 'e.json') };
  const write = (path: string, content: unknown) =>
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  if (config !== undefined) write(files.config, config);
  if (earlier !== undefined) write(files.earlier, earlier);
  return readInitialAppearance(files);
}

const dark = { theme: 'dark', zoom: 2 };

test('the settings show before anything else is there', () => {
  expect(look({ version: 1, settings: dark })).toEqual(dark);
});

test('without settings in it, or without the file, the earlier one holds', () => {
  expect(look({ version: 1 }, dark)).toEqual(dark);
  rmSync(join(folder, 'c.json'));
  expect(look(undefined, dark)).toEqual(dark);
});

test('a file with settings outweighs the earlier one', () => {
  expect(look({ version: 1, settings: { theme: 'light' } }, dark)).toEqual({
    theme: 'light',
    zoom: 1,
  });
});

test.each([
  [undefined],
  ['{ "broken'],
  ['null'],
  [[]],
  [{ version: 2, settings: dark }],
  [{ version: 1, settings: 'dark' }],
  [{ version: 1, settings: { theme: 'pink', zoom: 'x' } }],
])('what makes no sense is passed over: %j', (config) => {
  expect(look(config)).toEqual(usual);
});

test.each([
  [0.5, 0.5],
  [3, 3],
  [0.49, 1],
  [3.01, 1],
])('a zoom of %f shows as %f', (zoom, shown) => {
  expect(look({ version: 1, settings: { zoom } }).zoom).toBe(shown);
});

test('what a host said is one line on standard error, with its control characters spelled out', () => {
  const written: string[] = [];
  const spy = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => written.push(String(text)) > 0);
  say('a\u001b[2J\nb\u0085c\u2028d\u007f');
  spy.mockRestore();
  expect(written).toEqual(['klpscope: a\\u001b[2J\\u000ab\\u0085c\\u2028d\\u007f\n']);
});
