import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultSettings, openSettings } from './settings';

let folder = '';
let complaints: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-settings-'));
  complaints = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (forThisRun = {}) =>
  openSettings(join(folder, 'settings.json'), forThisRun, (complaint) =>
    complaints.push(complaint),
  );
const stored = (): unknown => JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));

test('without a file the defaults hold, and none is written', () => {
  expect(open().current()).toEqual(defaultSettings);
  expect(readdirSync(folder)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a change is kept for the next start, and leaves no draft behind', () => {
  expect(open().change({ theme: 'dark' })).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(open().current()).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

test("what the command line asks for holds for the run and isn't written", () => {
  const settings = open({ theme: 'dark' });
  expect(settings.current().theme).toBe('dark');
  settings.change({ zoom: 2 });
  expect(settings.current()).toEqual({ ...defaultSettings, theme: 'dark', zoom: 2 });
  expect(stored()).toEqual({ ...defaultSettings, zoom: 2 });
  settings.change({ theme: 'light' });
  expect(settings.current().theme).toBe('light');
  expect(stored()).toEqual({ ...defaultSettings, theme: 'light', zoom: 2 });
});

test('a file with fewer settings than this version knows is understood', () => {
  writeFileSync(join(folder, 'settings.json'), '{ "zoom": 1.5 }');
  expect(open().current()).toEqual({ ...defaultSettings, zoom: 1.5 });
  expect(complaints).toEqual([]);
});

test.each(['', '{ "zoom": ', '[]', '{ "zoom": 99 }', '{ "colour": "red" }'])(
  'a file with %j is reported and kept aside',
  (content) => {
    writeFileSync(join(folder, 'settings.json'), content);
    const settings = open();
    expect(settings.current()).toEqual(defaultSettings);
    expect(complaints).toEqual([expect.stringContaining('settings.json.broken')]);
    settings.change({ zoom: 2 });
    expect(readFileSync(join(folder, 'settings.json.broken'), 'utf8')).toBe(content);
  },
);

test('a file that cannot be read or written is reported, and the settings still hold', () => {
  const settings = openSettings(join(folder, 'file/settings.json'), {}, (complaint) =>
    complaints.push(complaint),
  );
  writeFileSync(join(folder, 'file'), 'in the way');
  expect(settings.change({ zoom: 2 }).zoom).toBe(2);
  expect(complaints).toEqual([expect.stringContaining('cannot be written')]);
});
