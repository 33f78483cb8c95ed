import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryVariable } from '../../testing/main/memoryFolder';
import { skipping } from '../../testing/main/skipping';
import { cannotSeparate, makeNet } from '../../testing/sshd/netns';
import { beginTraces, type RunTraces } from './leftovers';

let traces: RunTraces;
let temporary = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  for (const name of ['TMPDIR', memoryVariable, 'KLPSCOPE_TEST_RUN']) {
    vi.stubEnv(name, process.env[name]);
  }
  traces = beginTraces({ graceMs: 300 });
  temporary = process.env['TMPDIR'] ?? '';
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  traces.remove();
  vi.unstubAllEnvs();
});

/** A process that waits for the end of its input; resolves once it runs under its own name. */
async function start(
  argv: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<ChildProcess> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

const waiting = ['sh', '-c', 'echo here; read line'];
const bare = { env: { PATH: process.env['PATH'] } };

test('nothing is left where nothing was done', async () => {
  expect(await traces.clear()).toEqual({ files: [], processes: [], networks: [] });
});

test('what lies in the folders of the run is told and removed, but for what runners keep', async () => {
  const memory = process.env[memoryVariable] ?? '';
  writeFileSync(join(temporary, 'forgotten'), '');
  mkdirSync(join(memory, 'klpscope-root-x/proc'), { recursive: true });
  mkdirSync(join(temporary, 'tsx-0'));
  const { files } = await traces.clear();
  expect(files).toEqual([join(temporary, 'forgotten'), join(memory, 'klpscope-root-x')]);
  expect(await traces.clear()).toEqual({ files: [], processes: [], networks: [] });
});

test.each([
  ['by its variables', () => start(waiting, { env: process.env })],
  ['by its arguments', () => start([...waiting, temporary], bare)],
  ['by its place', () => start(waiting, { ...bare, cwd: temporary })],
  [
    'by a file that it has open',
    () => start(['sh', '-c', 'exec 9>"$0"; echo here; read line', join(temporary, 'log')], bare),
  ],
])('a process is told and ended: %s', async (_, begin) => {
  const child = await begin();
  const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)));
  const { processes } = await traces.clear();
  expect(processes).toEqual([expect.stringMatching(new RegExp(`^${child.pid} sh -c `))]);
  expect(await ended).toBe('SIGKILL');
});

test('a process of somebody else’s is left alone', async () => {
  const child = await start(waiting, bare);
  expect((await traces.clear()).processes).toEqual([]);
  expect(child.exitCode ?? child.signalCode).toBeNull();
});

test.skipIf(skipping(import.meta.filename, cannotSeparate()))(
  'a network of the run’s is told and removed, and no other',
  async () => {
    const ours = makeNet();
    vi.stubEnv('KLPSCOPE_TEST_RUN', '/tmp/klpscope-run-another');
    const another = makeNet();
    vi.stubEnv('KLPSCOPE_TEST_RUN', temporary);
    const { networks } = await traces.clear();
    expect(networks).toHaveLength(1);
    expect(() => ours.remove()).toThrow(/No such file/);
    another.remove();
    expect((await traces.clear()).networks).toEqual([]);
  },
);
