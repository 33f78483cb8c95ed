import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { readInitialAppearance } from '../window/initialAppearance';
import { defaultSettings, openSettings } from './settings';

let folder = '';
let warnings: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-settings-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => ({
  config: join(folder, 'klpscope.json'),
  earlier: join(folder, 'settings.json'),
});
const open = (forThisRun = {}) =>
  openSettings(files(), forThisRun, (warning) => warnings.push(warning));
const stored = (): unknown => JSON.parse(readFileSync(files().config, 'utf8'));
const write = (content: object) => writeFileSync(files().config, JSON.stringify(content));
const head = { format: 'klpscope/config', version: 1 };

test('without a file the defaults hold, and none is written', async () => {
  expect((await open()).current()).toEqual(defaultSettings);
  expect(readdirSync(folder)).toEqual([]);
  expect(warnings).toEqual([]);
});

test('a change is kept for the next start, and leaves neither draft nor lock behind', async () => {
  const settings = await open();
  expect(settings.change({ theme: 'dark' })).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(settings.isWriting()).toBe(true);
  await settings.written();
  expect(settings.isWriting()).toBe(false);
  expect((await open()).current()).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(readdirSync(folder)).toEqual(['klpscope.json']);
});

test("what the command line asks for holds for the run and isn't written", async () => {
  const settings = await open({ theme: 'dark' });
  expect(settings.current().theme).toBe('dark');
  settings.change({ zoom: 2 });
  await settings.written();
  expect(settings.current()).toEqual({ ...defaultSettings, theme: 'dark', zoom: 2 });
  expect(stored()).toEqual({ ...head, settings: { zoom: 2 } });
  settings.change({ theme: 'light' });
  await settings.written();
  expect(settings.current().theme).toBe('light');
  expect(stored()).toEqual({ ...head, settings: { zoom: 2, theme: 'light' } });
});

test('of changes that follow each other the last one stays', async () => {
  const settings = await open();
  for (const zoom of [1.1, 1.25, 1.5, 2]) settings.change({ zoom });
  await settings.written();
  expect(stored()).toEqual({ ...head, settings: { zoom: 2 } });
});

test('a file with fewer settings than this version knows is understood', async () => {
  write({ ...head, settings: { zoom: 1.5 } });
  expect((await open()).current()).toEqual({ ...defaultSettings, zoom: 1.5 });
  expect(readInitialAppearance(files())).toEqual({ theme: 'system', zoom: 1.5 });
  expect(warnings).toEqual([]);
});

test('host keys that are accepted while the app runs are kept, and so are its settings', async () => {
  const settings = await open();
  await new AcceptedKeys(files().config).add('db1', Buffer.from('a key'));
  settings.change({ theme: 'dark' });
  await settings.written();
  await new AcceptedKeys(files().config).add('db2', Buffer.from('a key'));
  expect(stored()).toMatchObject({
    settings: { theme: 'dark' },
    hostKeys: [{ host: 'db1' }, { host: 'db2' }],
  });
});

test('what a newer version added is kept', async () => {
  write({ ...head, colours: [1], settings: { zoom: 2, font: 'large' }, hostKeys: [] });
  const settings = await open();
  settings.change({ theme: 'dark' });
  await settings.written();
  expect(stored()).toEqual({
    ...head,
    colours: [1],
    settings: { zoom: 2, font: 'large', theme: 'dark' },
    hostKeys: [],
  });
});

test.each(['', '{ "zoom": ', '[]', '{}', JSON.stringify({ ...head, settings: { zoom: 99 } })])(
  'a file with %j is reported and kept aside',
  async (content) => {
    writeFileSync(files().config, content);
    writeFileSync(files().earlier, '{ "theme": "dark" }');
    expect(readInitialAppearance(files())).toMatchObject({ zoom: 1 });
    const settings = await open();
    expect(settings.current()).toEqual(defaultSettings);
    const aside = `${files().config}.broken`;
    expect(warnings).toEqual([expect.stringContaining(`it was kept as ${aside}`)]);
    settings.change({ zoom: 2 });
    await settings.written();
    expect(stored()).toEqual({ ...head, settings: { zoom: 2 }, hostKeys: [] });
    expect(readFileSync(aside, 'utf8')).toBe(content);
  },
);

test('a file of a newer version is neither used nor changed, and settings still hold', async () => {
  const newer = { ...head, version: 2, settings: { zoom: 2 } };
  write(newer);
  expect(readInitialAppearance(files())).toEqual({ theme: 'system', zoom: 1 });
  const settings = await open();
  expect(settings.change({ theme: 'dark' })).toEqual({ ...defaultSettings, theme: 'dark' });
  await settings.written();
  expect(stored()).toEqual(newer);
  expect(warnings[0]).toContain('was written by a newer Klpscope (version 2');
});

test('settings of the first layout are taken over once, then left alone', async () => {
  writeFileSync(files().earlier, '{ "zoom": 1.5, "theme": "dark" }');
  expect(readInitialAppearance(files())).toEqual({ theme: 'dark', zoom: 1.5 });
  const settings = await open();
  expect(settings.current()).toMatchObject({ zoom: 1.5, theme: 'dark' });
  settings.change({ theme: 'light' });
  await settings.written();
  expect(stored()).toEqual({ ...head, settings: { zoom: 1.5, theme: 'light' } });
  writeFileSync(files().earlier, 'no longer looked at');
  expect((await open()).current()).toMatchObject({ zoom: 1.5, theme: 'light' });
  expect(readInitialAppearance(files())).toEqual({ theme: 'light', zoom: 1.5 });
  expect(readFileSync(files().earlier, 'utf8')).toBe('no longer looked at');
  expect(warnings).toEqual([]);
});

test('a file that cannot be read or written is reported, and the settings still hold', async () => {
  const config = join(folder, 'file/klpscope.json');
  const settings = await openSettings({ ...files(), config }, {}, (warning) =>
    warnings.push(warning),
  );
  writeFileSync(join(folder, 'file'), 'in the way');
  expect(settings.change({ zoom: 2 }).zoom).toBe(2);
  await settings.written();
  expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
});
