/** This machine, and what becomes of its kernel log, with a `dmesg` that a test plays. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { openSource } from '../openSource';
import { wantsRootHere } from './liveSource';
import { openLocal } from './localSource';

const realPlatform = Object.getOwnPropertyDescriptor(process, 'platform');
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  if (realPlatform) Object.defineProperty(process, 'platform', realPlatform);
});

/** Has this script stand for `dmesg`; null: there is none. */
function playDmesg(script: string | null): void {
  const folder = temporaryFolder();
  if (script !== null) {
    writeFileSync(join(folder, 'dmesg'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  vi.stubEnv('PATH', folder);
}

async function read(log?: string) {
  const source = openLocal('local', log === undefined ? {} : { log });
  const sampled = await source.sample();
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return { source, readings: sampled.value };
}

const logProblems = ({ readings }: Awaited<ReturnType<typeof read>>) =>
  readings.problems.filter(({ path }) => path === '/dev/kmsg');

describe('this machine', () => {
  it('is live, and read with the rights that this program has', async () => {
    playDmesg('echo "[    1.000000] livepatch: enabling patch"');
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const before = Date.now();
    const { source, readings } = await read();
    expect(source).toMatchObject({ target: 'local', kind: 'local', live: true });
    expect(readings).toMatchObject({ target: 'local', source: 'local', privileged: false });
    expect(Date.parse(readings.takenAt ?? '')).toBeGreaterThanOrEqual(before);
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    expect((await read()).readings.privileged).toBe(true);
  });

  it('tells how long a round takes, once there was one', async () => {
    playDmesg('exit 0');
    const source = openLocal('local', {});
    expect(source.roundMs).toBeNull();
    await source.sample();
    expect(source.roundMs).toBeGreaterThan(0);
    expect(() => source.close()).not.toThrow();
  });

  it('is searched without a sample before', async () => {
    const source = openLocal('local', {});
    const search = await source.seek?.({ symbols: [], modules: [], prefixes: [] });
    expect(search).toMatchObject({ ok: true, value: { found: [] } });
  });

  it('is none where it does not run Linux', async () => {
    Object.defineProperty(process, 'platform', { ...realPlatform, value: 'darwin' });
    expect(await openLocal('local', {}).sample()).toMatchObject({
      ok: false,
      problem: { code: 'not-found', path: 'local', message: expect.stringContaining('Linux') },
    });
  });
});

describe('its kernel log', () => {
  it('is what dmesg prints, in the C locale', async () => {
    playDmesg('echo "[    1.000000] livepatch: $LC_ALL $KLPSCOPE_TEST"');
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    vi.stubEnv('KLPSCOPE_TEST', 'ours');
    const run = await read();
    expect(run.readings.files.get('/dev/kmsg')).toEqual({
      text: '[    1.000000] livepatch: C ours\n',
      truncated: false,
    });
    expect(run.readings.logPath).toBe('/dev/kmsg');
    expect(logProblems(run)).toEqual([]);
  });

  it.each([
    [
      'that may not be read',
      'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1',
      'permission-denied',
      ' (dmesg: read kernel buffer failed: Operation not permitted)',
    ],
    ['without a dmesg', null, 'invalid-content', ' (there is no dmesg here)'],
    ['that does not end', 'exec /usr/bin/yes livepatch', 'invalid-content', ''],
  ] as const)('%s is a problem, and the rest is read', async (_what, script, code, why) => {
    playDmesg(script);
    const run = await read();
    const [problem, ...more] = logProblems(run);
    expect(more).toEqual([]);
    expect(problem?.code).toBe(code);
    expect(problem?.message).toContain('The kernel log could not be read (');
    expect(problem?.message).toContain(why);
    expect(problem?.message).toContain('findings and reasons that it would tell are missing.');
    expect(run.readings.files.get('/proc/sys/kernel/osrelease')).toHaveProperty('text');
  });

  it('is the file that is named, beside which dmesg is not asked', async () => {
    const log = join(temporaryFolder(), 'saved.log');
    writeFileSync(log, '[    2.000000] livepatch: saved\n');
    playDmesg('echo "[    1.000000] livepatch: ours"');
    const run = await read(log);
    expect(run.readings.logPath).toBe(log);
    expect(run.readings.files.get(log)).toMatchObject({ text: expect.stringContaining('saved') });
    expect(run.readings.files.get('/dev/kmsg')).toBeUndefined();
    expect(logProblems(run)).toEqual([]);
  });
});

describe('root’s rights here', () => {
  it('take a shell of root’s where this program is not root’s, and they are wished for', () => {
    const euid = vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    expect(wantsRootHere({ sudo: true })).toBe(true);
    expect(wantsRootHere({ pkexec: true })).toBe(true);
    expect(wantsRootHere({ sudo: false, pkexec: false })).toBe(false);
    expect(wantsRootHere({})).toBe(false);
    euid.mockReturnValue(0);
    expect(wantsRootHere({ sudo: true, pkexec: true })).toBe(false);
  });

  it('are what this machine is opened with', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const target = { kind: 'local', text: 'local' } as const;
    const opened = (sudo: boolean) => {
      const source = openSource(target, { live: { sudo } });
      return source.ok && source.value.retry !== undefined;
    };
    expect([opened(true), opened(false)]).toEqual([true, false]);
  });
});
