/** Several processes and threads at one file. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeConfig, readConfig } from './configFile';
import { whileLocked } from './lock';
import { defaultConfigFile } from './place';
import { configSchema, type Config } from './schema';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-config-'));
  path = join(folder, 'klpscope.json');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const withZoom = (config: Config): Config => ({ ...config, settings: { zoom: 2 } });
const stored = () => configSchema.parse(JSON.parse(readFileSync(path, 'utf8')));

/** A program that accepts keys of as many hosts as are named, and changes the settings between. */
async function buildWriter(): Promise<string> {
  const source = join(folder, 'writer.ts');
  const from = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  writeFileSync(
    source,
    `import { AcceptedKeys } from ${from('../ssh/hostKeys/acceptedKeys')};
    import { changeConfig } from ${from('configFile')};
    const [path = '', ...hosts] = process.argv.slice(2);
    const keys = new AcceptedKeys(path, (warning) => { throw new Error(warning); });
    for (const host of hosts) {
      await keys.add(host, Buffer.from('a key'));
      await changeConfig(path, (config) => {
        const settings = config.settings ?? {};
        const transports = { ...settings.transports, [host]: 'ssh2' as const };
        return { ...config, settings: { ...settings, transports } };
      });
    }`,
  );
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: source,
      outDir: join(folder, 'built'),
      rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
    },
  });
  return join(folder, 'built/writer.mjs');
}

test('nothing is lost of what processes and threads write at the same time', async () => {
  const writer = await buildWriter();
  const hosts = (name: string) => Array.from({ length: 10 }, (_, index) => `${name}-${index}`);
  const processes = ['p1', 'p2', 'p3'].map((name) =>
    spawn(process.execPath, [writer, path, ...hosts(name)], { stdio: 'inherit' }),
  );
  const threads = ['t1', 't2', 't3'].map(
    (name) => new Worker(writer, { argv: [path, ...hosts(name)] }),
  );
  const endings = [...processes, ...threads].map(
    (each) =>
      new Promise<unknown>((resolve, reject) => {
        each.once('error', reject);
        each.once('exit', resolve);
      }),
  );
  expect(await Promise.all(endings)).toEqual([0, 0, 0, 0, 0, 0]);
  const all = ['p1', 'p2', 'p3', 't1', 't2', 't3'].flatMap(hosts).sort();
  const { hostKeys, settings } = stored();
  expect(hostKeys?.map(({ host }) => host).sort()).toEqual(all);
  expect(Object.keys(settings?.transports ?? {}).sort()).toEqual(all);
  expect(readdirSync(folder).filter((name) => name.startsWith('klpscope.json'))).toEqual([
    'klpscope.json',
  ]);
});

test('a change that is given way to comes after, and the caller need not be quick', async () => {
  writeFileSync(`${path}.lock`, 'another');
  const change = changeConfig(path, withZoom);
  expect(existsSync(path)).toBe(false);
  rmSync(`${path}.lock`);
  expect(await change).toEqual({ isKept: true, warning: null });
  expect(stored().settings).toEqual({ zoom: 2 });
});

test('a lock that a process left behind is broken, by all who wait for it only once', async () => {
  writeFileSync(`${path}.lock`, 'another');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(`${path}.lock`, longAgo, longAgo);
  const names = ['a', 'b', 'c', 'd'];
  const changes = names.map((name) =>
    changeConfig(path, (config) => ({ ...config, settings: { ...config.settings, [name]: 1 } })),
  );
  for (const change of await Promise.all(changes)) {
    expect(change).toEqual({ isKept: true, warning: null });
  }
  expect(Object.keys(stored().settings ?? {}).sort()).toEqual(names);
  expect(readdirSync(folder)).toEqual(['klpscope.json']);
});

test('a lock that was taken for left behind and is another’s by now stays', async () => {
  const lock = `${path}.lock`;
  const locked = await whileLocked(path, () => {
    expect(readFileSync(lock, 'utf8')).toContain(`${process.pid} `);
    writeFileSync(lock, 'another');
    return 'done';
  });
  expect(locked).toEqual({ ok: true, value: 'done' });
  expect(readFileSync(lock, 'utf8')).toBe('another');
});

test('a lock is given back where what was done under it fails', async () => {
  const failing = whileLocked(path, () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock is nobody else’s to read, and so is the file', async () => {
  const modeOf = (file: string) => statSync(file).mode & 0o777;
  await whileLocked(path, () => expect(modeOf(`${path}.lock`)).toBe(0o600));
  const inside = join(folder, 'made', 'klpscope.json');
  await changeConfig(inside, withZoom);
  expect([modeOf(join(folder, 'made')), modeOf(inside)]).toEqual([0o700, 0o600]);
});

test('a lock that was left by a process with another clock is broken, too', async () => {
  writeFileSync(`${path}.lock`, 'another');
  const inAnHour = new Date(Date.now() + 3_600_000);
  utimesSync(`${path}.lock`, inAnHour, inAnHour);
  expect(await changeConfig(path, withZoom)).toEqual({ isKept: true, warning: null });
});

test('what an edit returns unchanged is not written', async () => {
  await changeConfig(path, withZoom);
  const longAgo = new Date(1_000_000);
  utimesSync(path, longAgo, longAgo);
  expect(await changeConfig(path, (config) => config)).toEqual({ isKept: true, warning: null });
  expect(statSync(path).mtimeMs).toBe(1_000_000);
  expect(await changeConfig(join(folder, 'none.json'), (config) => config)).toMatchObject({
    isKept: true,
  });
  expect(readdirSync(folder)).toEqual(['klpscope.json']);
});

test('a file of a newer version is neither used nor changed, and that is said', async () => {
  const newer = JSON.stringify({ format: 'klpscope/config', version: 2, settings: { zoom: 9 } });
  writeFileSync(path, newer);
  const warning = expect.stringContaining('written by a newer Klpscope (version 2, here 1)');
  expect(await changeConfig(path, withZoom)).toEqual({ isKept: false, warning });
  const read = await readConfig(path);
  expect(read).toMatchObject({ warning, config: { settings: {}, hostKeys: [] } });
  expect(readFileSync(path, 'utf8')).toBe(newer);
});

test('a change of a broken file sets it aside, is kept and warned about', async () => {
  writeFileSync(path, '{ "format": "klpscope/config", "version": 1, "hostKeys": 7 }');
  const { isKept, warning } = await changeConfig(path, withZoom);
  expect(isKept).toBe(true);
  expect(warning).toMatch(/content that is not understood \(.*\); it was kept as .*\.broken$/);
  expect(warning).not.toMatch(/\n/);
  expect(stored().settings).toEqual({ zoom: 2 });
});

test('what only a newer version knows in a file of this one is kept', async () => {
  const file = { format: 'klpscope/config', version: 1, newThing: [1], settings: { newer: true } };
  writeFileSync(path, JSON.stringify(file));
  await changeConfig(path, (config) => ({
    ...config,
    settings: { ...config.settings, zoom: 2 },
  }));
  expect(stored()).toEqual({ ...file, settings: { newer: true, zoom: 2 } });
});

test('a symbolic link stays one, and what it leads to is read, written and set aside', async () => {
  const [elsewhere, link] = [join(folder, 'dotfiles'), join(folder, 'link.json')];
  mkdirSync(elsewhere);
  const real = join(elsewhere, 'real.json');
  symlinkSync('dotfiles/real.json', link);
  symlinkSync('link.json', path);
  expect(await changeConfig(path, withZoom)).toEqual({ isKept: true, warning: null });
  expect(configSchema.parse(JSON.parse(readFileSync(real, 'utf8'))).settings).toEqual({ zoom: 2 });
  expect(readdirSync(elsewhere)).toEqual(['real.json']);
  writeFileSync(real, 'broken');
  expect((await readConfig(path)).warning).toContain('real.json.broken');
  expect(readFileSync(`${real}.broken`, 'utf8')).toBe('broken');
  // Whoever comes by another way waits as well.
  writeFileSync(`${real}.lock`, 'another');
  const change = changeConfig(link, (config) => ({ ...config, settings: { zoom: 3 } }));
  expect(configSchema.parse(JSON.parse(readFileSync(real, 'utf8'))).settings).not.toEqual({
    zoom: 3,
  });
  rmSync(`${real}.lock`);
  expect(await change).toEqual({ isKept: true, warning: null });
  expect(configSchema.parse(JSON.parse(readFileSync(real, 'utf8'))).settings).toEqual({ zoom: 3 });
  for (const each of [path, link]) expect(lstatSync(each).isSymbolicLink()).toBe(true);
});

test('a second broken file is set aside beside the first', async () => {
  for (const content of ['first', 'second']) {
    writeFileSync(path, content);
    expect((await readConfig(path)).warning).toContain('it was kept as');
    expect(await readConfig(path)).toMatchObject({ warning: null });
  }
  const asides = readdirSync(folder).filter((name) => name.includes('.broken'));
  const contents = asides.map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(contents.sort()).toEqual(['first', 'second']);
});

test('a broken file that another process is about to mend stays where it is', async () => {
  writeFileSync(path, 'broken');
  writeFileSync(`${path}.lock`, 'another');
  const reading = readConfig(path);
  writeFileSync(path, '{ "format": "klpscope/config", "version": 1, "settings": { "zoom": 2 } }');
  rmSync(`${path}.lock`);
  expect(await reading).toMatchObject({ config: { settings: { zoom: 2 } }, warning: null });
  expect(readdirSync(folder)).toEqual(['klpscope.json']);
});

test('a file that can’t be read is not overwritten', async () => {
  const content = join(folder, 'folder');
  const inside = join(content, 'kept');
  await changeConfig(inside, withZoom);
  const { isKept, warning } = await changeConfig(content, withZoom);
  expect(isKept).toBe(false);
  expect(warning).toContain(`${content} cannot be read`);
  expect(existsSync(inside)).toBe(true);
});

test.each([
  ['/config', '/config/klpscope/klpscope.json'],
  ['relative', join(homedir(), '.config/klpscope/klpscope.json')],
  ['', join(homedir(), '.config/klpscope/klpscope.json')],
])('XDG_CONFIG_HOME=%s means %s', (value, expected) => {
  vi.stubEnv('XDG_CONFIG_HOME', value);
  expect(defaultConfigFile()).toBe(expected);
});
