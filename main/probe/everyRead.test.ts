/**
 * Every row of the list of what is read, on a fabricated host that has each of these files: whoever
 * reads brings all of them. A row that is added is missed here by each reader that does not know it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTarget } from '../../shared/api/target';
import type { Result } from '../../shared/base/problem';
import { livepatchRoot, moduleRoot, threadPath } from '../../shared/readings/paths';
import {
  lists,
  reads,
  rowOf,
  type FileRow,
  type Place,
  type Way,
} from '../../shared/readings/reads';
import type { Readings } from '../../shared/readings/readings';
import { blockingThreads } from '../../shared/readings/threads';
import { skipping } from '../../testing/main/skipping';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
} from '../../testing/sshd/fabricatedRoot';
import { probe } from '../../testing/sshd/probedHost';
import { openSource } from '../sources/openSource';
import { captureScript } from './program/captureScript';

const samples = join(import.meta.dirname, '../../samples/linux-6.12');
const impossible = skipping(import.meta.filename, cannotFabricate());

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

async function readFrom(target: string): Promise<Readings> {
  const source = valueOf(openSource(valueOf(parseTarget(target))));
  return valueOf(await source.sample());
}

/** What is enough of a reading; on a busy machine some parts come with a later one. */
type IsWhole = (readings: Readings) => boolean;

const throughProbe = async (argv: readonly string[], isWhole: IsWhole): Promise<Readings> => {
  const host = await probe(argv);
  let readings = await host.read();
  for (let more = 0; more < 600 && !isWhole(readings); more += 1) {
    await pause(100);
    readings = await host.read();
  }
  host.live.close();
  return readings;
};

/** How a host is read, by whoever does. */
const readers: Readonly<
  Record<string, (root: FabricatedRoot, isWhole: IsWhole) => Promise<Readings>>
> = {
  'collect, of its files': (root) => readFrom(`dir:${root.path}`),
  'the probe, with busybox only': (root, isWhole) =>
    throughProbe([...root.busyboxOnly, 'sh'], isWhole),
  'the probe, in dash with GNU tools': (root, isWhole) =>
    throughProbe([...root.ownPrograms, 'dash'], isWhole),
  'the probe, in bash with GNU tools': (root, isWhole) =>
    throughProbe([...root.ownPrograms, 'bash'], isWhole),
  'the capture script, and collect of its archive': (root) => readFrom(capture(root)),
};

/** @returns the archive */
function capture(root: FabricatedRoot): string {
  writeFileSync(join(root.path, 'capture.sh'), captureScript);
  const [program = '', ...args] = root.busyboxOnly;
  execFileSync(program, [...args, 'sh', '/capture.sh', '/out.tar.gz']);
  return join(root.path, 'out.tar.gz');
}

/** Where the files of the list lie on a host, by their folders. */
type Folders = ReadonlyMap<string, string>;

function pathsIn(folders: Folders, isWanted: (row: FileRow) => boolean): [string, number][] {
  return Object.entries(reads).flatMap(([place, rows]) =>
    Object.entries<FileRow>(rows)
      .filter(([, row]) => isWanted(row))
      .map(([name, { limit }]): [string, number] => [
        join('/', folders.get(place) ?? place, name),
        limit,
      ]),
  );
}

const listPaths = Object.values(lists).map(({ places: [first], limit }): [string, number] => [
  first,
  limit,
]);

function isOfPresence(path: string): boolean {
  const row = rowOf(path);
  return row !== null && 'way' in row && row.way === 'presence';
}

function missingFrom({ files }: Readings, paths: readonly [string, number][]): string[] {
  return paths.flatMap(([path]) => {
    const reading = files.get(path);
    // A file that was not asked for at all must not pass for an empty one.
    const isThere = reading && 'text' in reading && (reading.text !== '' || isOfPresence(path));
    return isThere ? [] : [path];
  });
}

describe.skipIf(impossible)('a host in a transition, with every file that is read', () => {
  let root: FabricatedRoot;
  let folders: Folders;

  // One for each: the last test fills the files with what no kernel says.
  beforeEach(async () => {
    root = fabricateRoot(join(samples, '04-stalled-patching.tar.gz'));
    const { threads } = await readFrom(`dir:${root.path}`);
    if (!threads) throw new Error('no threads');
    const [{ pid, tid } = { pid: 0, tid: 0 }] = blockingThreads(threads, true);
    const byPlace: Readonly<Record<Place, string>> = {
      livepatch: join(livepatchRoot, 'lp_busy'),
      object: join(livepatchRoot, 'lp_busy', objectOf('lp_busy')),
      module: join(moduleRoot, 'lp_busy'),
      thread: threadPath(pid, tid),
      process: `/proc/${pid}`,
      host: '/',
    };
    folders = new Map(Object.entries(byPlace));
    for (const [path] of [...pathsIn(folders, () => true), ...listPaths]) {
      const file = join(root.path, path);
      if (existsSync(file) && readFileSync(file, 'utf8') !== '') continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '1\n');
    }
  });
  afterEach(() => root.remove());

  function objectOf(patch: string): string {
    const entries = readdirSync(join(root.path, livepatchRoot, patch), { withFileTypes: true });
    const object = entries.find((entry) => entry.isDirectory());
    if (!object) throw new Error(`${patch} patches nothing`);
    return object.name;
  }

  /** That a host has threads with a state is looked at only where it has no livepatches. */
  const isReadHere = (row: FileRow) => row.way !== 'presence' || !isOfHost(row);
  const isOfHost = (row: FileRow) => Object.values<FileRow>(reads.host).includes(row);

  it.each(Object.entries(readers))('is read whole by %s', async (_, read) => {
    const paths = [...pathsIn(folders, isReadHere), ...listPaths];
    const readings = await read(root, (one) => missingFrom(one, paths).length === 0);
    expect(paths.length).toBeGreaterThan(25);
    expect(missingFrom(readings, paths)).toEqual([]);
    expect(readings.problems).toEqual([]);
  });

  it.each(Object.entries(readers).filter(([name]) => name.startsWith('the probe')))(
    'is told of whoever sits on patched functions, and of nobody else, by %s',
    async (_, read) => {
      const [first, second] = readdirSync(
        join(root.path, livepatchRoot, 'lp_busy', objectOf('lp_busy')),
        { withFileTypes: true },
      ).flatMap((entry) => (entry.isDirectory() ? [entry.name.replace(/,.*/, '')] : []));
      const others = Array.from({ length: 500 }, (__, n) => `other_${n} (1)             \n`).join(
        '',
      );
      const direct = `${first} [m] (2) R   D   M \n\tdirect-->bpf_trampoline_1+0x0/0x9\n`;
      const redirected = 'stray (1)   I     M \n';
      const texts = {
        enabled_functions: `${others}${direct}${others}${redirected}`,
        touched_functions: `${others}${second} (0)         M \n`,
        kprobes: `0  k  other+0x0    \n0  k  ${first}+0x4    [FTRACE]\n`,
      };
      for (const [name, text] of Object.entries(texts)) {
        const [place] = Object.entries(lists).flatMap(([list, { places }]) =>
          list === name ? [places[0]] : [],
        );
        writeFileSync(join(root.path, place ?? ''), text);
      }
      const { files } = await read(root, () => true);
      const linesOf = ([place]: readonly [string, ...string[]]) => {
        const reading = files.get(place);
        return reading && 'text' in reading ? reading.text.split('\n').filter(Boolean) : [];
      };
      const enabled = linesOf(lists.enabled_functions.places);
      expect(enabled.slice(0, 2)).toEqual(direct.split('\n').slice(0, 2));
      expect(enabled).toContain('stray (1)   I     M ');
      expect(enabled.length).toBeLessThan(6);
      expect(linesOf(lists.touched_functions.places)).toEqual([`${second} (0)         M `]);
      expect(linesOf(lists.kprobes.places)).toEqual([`0  k  ${first}+0x4    [FTRACE]`]);
    },
  );

  it('is captured with no less of a file than is read of it', () => {
    // These decide what is captured at all.
    const kept: ReadonlySet<Way> = new Set(['twice', 'every', 'presence']);
    const long = [...pathsIn(folders, ({ way }) => !kept.has(way)), ...listPaths];
    for (const [path, limit] of long) {
      writeFileSync(join(root.path, path), 'x'.repeat(limit + 1));
    }
    const listed = execFileSync('tar', ['-tvf', capture(root)]).toString();
    const sizes = new Map(
      [...listed.matchAll(/^\S+ +\S+ +(\d+) \S+ \S+ \.(.*)$/gm)].map(
        ([, size, path]): [string, number] => [path ?? '', Number(size)],
      ),
    );
    const short = long.filter(([path, limit]) => !((sizes.get(path) ?? 0) >= limit));
    expect(short).toEqual([]);
  });
});

describe.skipIf(impossible)('a host without livepatches', () => {
  it.each(Object.entries(readers))('tells %s what its kernel can', async (_, read) => {
    const root = fabricateRoot(join(samples, '01-none.tar.gz'));
    rmSync(join(root.path, livepatchRoot), { recursive: true, force: true });
    const paths = Object.entries<FileRow>(reads.host);
    for (const [path] of paths) {
      if (!existsSync(join(root.path, path))) {
        mkdirSync(join(root.path, dirname(path)), { recursive: true });
        writeFileSync(join(root.path, path), '-1\n');
      }
    }
    const all = paths.map(([path, { limit }]): [string, number] => [path, limit]);
    const readings = await read(root, (one) => missingFrom(one, all).length === 0);
    root.remove();
    expect(missingFrom(readings, all)).toEqual([]);
  });
});
