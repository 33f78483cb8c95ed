/** Hosts in real reader threads: one that is held up, one that dies, one that records. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { eventually } from '../../testing/shared/eventually';
import { root } from '../../scripts/lib/paths';
import { parseTarget } from '../../shared/api/target';
import { hostFolder, temporaryFolder } from '../../testing/main/folders';
import { nodeBundle } from '../../vite.bundle';
import { threadSets } from './placement';
import { createReaderPool, type Reader } from './readerPool';
import { workerOf, type StartThread, type ThreadPort } from './readerThread';

let built = '';
/** The reader's program as it is built for the window, on a disk on which FIFOs hang. */
let program: StartThread = () => {
  throw new Error('not built yet');
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-test-'));
  built = folder;
  const input = { reader: join(root, 'main/reader/reader.ts') };
  await build({ ...nodeBundle(folder, input), configFile: false, logLevel: 'error' });
  const entry = join(folder, 'entry.cjs');
  const parts = [join(root, 'testing/main/hangingDisk.cjs'), './reader.cjs'];
  writeFileSync(entry, parts.map((part) => `require(${JSON.stringify(part)});\n`).join(''));
  program = workerOf(entry);
});
afterAll(() => rmSync(built, { recursive: true }));

let ports: ThreadPort[] = [];
let ended: Promise<void>[] = [];
let readers: Reader[] = [];

/** The same, and its threads are known. */
const start: StartThread = (given, hearer) => {
  ended.push(
    new Promise((resolve) => {
      const port = program(given, {
        ...hearer,
        ended() {
          hearer.ended();
          resolve();
        },
      });
      ports.push(port);
    }),
  );
  const port = ports.at(-1);
  if (!port) throw new Error('no thread');
  return port;
};

afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.close()));
  await Promise.all(ended);
  vi.unstubAllEnvs();
  [ports, ended, readers] = [[], [], []];
});

const { open } = createReaderPool(start, { ...threadSets, files: { most: 2, movesOn: true } });

function read(text: string): Reader {
  const target = parseTarget(text);
  if (!target.ok) throw new Error(target.problem.message);
  const reader = open(target.value);
  readers.push(reader);
  return reader;
}

const saved = (name: string) =>
  hostFolder({
    'proc/sys/kernel/hostname': `${name}\n`,
    'sys/kernel/livepatch/': '',
  });

/** Whoever waits for the FIFO goes on, and finds a file there from now on. */
async function letAnswer(fifo: string, text: string): Promise<void> {
  const answered = `${fifo}.answered`;
  writeFileSync(answered, text);
  // Refused as long as nobody waits for it.
  const pipe = await eventually(() => openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  renameSync(answered, fifo);
  closeSync(pipe);
}

test('a disk that never answers holds up its own host and no other one', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'ssh_config');
  writeFileSync(config, '');
  vi.stubEnv('KLPSCOPE_SSH_CONFIG', config);
  mkdirSync(join(folder, 'proc/sys/kernel'), { recursive: true });
  mkdirSync(join(folder, 'sys/kernel/livepatch'), { recursive: true });
  const fifo = join(folder, 'proc/sys/kernel/hostname');
  execFileSync('mkfifo', [fifo]);
  let isAnswered = false;
  const held = read(`dir:${folder}`)
    .ask('sample', null)
    .then((sample) => {
      isAnswered = true;
      return sample;
    });
  // More than have a thread of their own: one of them shares that of the host which is held up.
  const names = ['db1', 'db2', 'db3'];
  const others = [
    ...names.map((name) => read(`dir:${saved(name)}`)),
    read('demo'),
    read('ada@127.0.0.1:1'),
  ];
  try {
    for (let round = 0; round < 5; round += 1) {
      const samples = await Promise.all(others.map((reader) => reader.ask('sample', null)));
      expect(samples).toMatchObject([
        ...names.map((name) => ({ ok: true, value: { host: { name } } })),
        { ok: true, demo: { playing: true } },
        { ok: false, problem: { code: 'unreachable' } },
      ]);
    }
    expect(isAnswered).toBe(false);
  } finally {
    await letAnswer(fifo, 'db0\n');
  }
  // What is read once the disk answers again is shown like any other.
  expect(await held).toMatchObject({ ok: true, value: { host: { name: 'db0' } } });
});

test('an archive on such a disk holds up no other host either, though it is read piece by piece', async () => {
  const archive = join(temporaryFolder(), 'db0.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', saved('db0'), '.']);
  const held = read(archive);
  expect(await held.ask('sample', null)).toMatchObject({ value: { host: { name: 'db0' } } });
  await held.close();
  const fifo = `${archive}.held`;
  execFileSync('mkfifo', [fifo]);
  let isAnswered = false;
  const again = read(archive)
    .ask('sample', null)
    .then((sample) => {
      isAnswered = true;
      return sample;
    });
  const names = ['db1', 'db2', 'db3'];
  const others = names.map((name) => read(`dir:${saved(name)}`));
  try {
    const samples = await Promise.all(others.map((reader) => reader.ask('sample', null)));
    expect(samples).toMatchObject(names.map((name) => ({ value: { host: { name } } })));
    expect(isAnswered).toBe(false);
  } finally {
    await letAnswer(fifo, '');
  }
  expect(await again).toMatchObject({ ok: true, value: { host: { name: 'db0' } } });
});

test('a thread that dies takes along its own hosts, which come back by their next call', async () => {
  const [a, b, demo] = [saved('a'), saved('b'), 'demo'].map((text) =>
    read(text === 'demo' ? text : `dir:${text}`),
  );
  if (!a || !b || !demo) throw new Error('nothing to read');
  await Promise.all([a, b, demo].map((reader) => reader.ask('sample', null)));
  const { length } = ports;
  ports[0]?.terminate();
  await ended[0];
  expect(await a.ask('sample', null)).toMatchObject({ ok: true, value: { host: { name: 'a' } } });
  expect(ports).toHaveLength(length + 1);
  expect(await b.ask('host:file', { path: '/proc/sys/kernel/hostname' })).toBe('b\n');
  expect(await demo.ask('demo:control', { command: { do: 'pause' } })).toEqual({ ok: true });
  expect(await demo.ask('sample', null)).toMatchObject({ demo: { playing: false } });
});

test('a recording is whole when its host has been closed', async () => {
  const file = join(temporaryFolder(), 'x.klprec');
  const reader = read('demo');
  await reader.ask('sample', null);
  expect(await reader.ask('record', { file })).toMatchObject({ file, moments: 1 });
  expect(await reader.ask('sample', null)).toMatchObject({ recorder: { moments: 2 } });
  await reader.close();
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  expect(lines.at(-1)).toContain('"end":"done"');
});
