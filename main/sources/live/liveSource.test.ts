/** A live host before, while and after its code is loaded. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseTarget } from '../../../shared/api/target';
import { temporaryFolder } from '../../../testing/main/folders';
import { playServer } from '../../../testing/sshd/playedServer';
import { startRelay } from '../../../testing/sshd/relay';
import { unclaimedPort } from '../../../testing/sshd/server';
import { openSource } from '../openSource';
import type { Source, SourceOptions } from '../source';

const ends: (() => void)[] = [];
beforeEach(() => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'ssh_config'), 'IdentityAgent none\nIdentityFile none\n');
  vi.stubEnv('KLPSCOPE_SSH_CONFIG', join(folder, 'ssh_config'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('HOME', folder);
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllEnvs();
});

function open(text: string, options: SourceOptions = {}): Source {
  const target = parseTarget(text);
  if (!target.ok) throw new Error(target.problem.message);
  const source = openSource(target.value, options);
  if (!source.ok) throw new Error(source.problem.message);
  ends.push(() => source.value.close());
  return source.value;
}

it('is not connected to before it is read, whatever is asked of it', async () => {
  const server = await playServer();
  ends.push(() => server.stop());
  const source = open(`root@127.0.0.1:${server.port}`);
  expect(source).toMatchObject({ kind: 'ssh', live: true, roundMs: null, waitsForHuman: false });
  source.retry?.();
  source.cancel?.();
  source.close();
  expect(server.connections()).toHaveLength(0);
});

it('asks whoever is given, and waits for them where they must act', async () => {
  const server = await playServer();
  ends.push(() => server.stop());
  const asked: string[] = [];
  const ask = ({ kind }: { readonly kind: string }) => {
    asked.push(kind);
    return Promise.resolve(null);
  };
  const steps: string[] = [];
  const trace = (step: string) => steps.push(step);
  const target = `root@127.0.0.1:${server.port}`;
  const source = open(target, { ask, trace });
  expect(await source.sample()).toMatchObject({
    ok: false,
    problem: { code: 'host-key-unknown' },
  });
  expect(asked).toEqual(['host-key']);
  expect(source.waitsForHuman).toBe(true);
  expect(steps[0]).toBe(`${target}: connecting`);
  // Not again by itself, and again once somebody wants it.
  await source.sample();
  expect(asked).toHaveLength(1);
  source.retry?.();
  await source.sample();
  expect(asked).toHaveLength(2);
});

it('takes what is wished for the way to it', async () => {
  const server = await playServer({ login: (context) => context.reject(['publickey']) });
  ends.push(() => server.stop());
  const target = `root@127.0.0.1:${server.port}`;
  const source = open(target, { live: { acceptNew: true } });
  expect(await source.sample()).toMatchObject({
    ok: false,
    problem: { code: 'authentication-failed' },
  });
});

it('may be searched first of all, and says that it is not connected', async () => {
  const source = open(`root@127.0.0.1:${await unclaimedPort()}`);
  expect(await source.seek?.({ symbols: [], modules: [], prefixes: [] })).toMatchObject({
    ok: false,
    problem: { code: 'connection-lost' },
  });
  expect(await source.sample()).toMatchObject({ ok: false, problem: { code: 'unreachable' } });
});

it('that is closed stays so', async () => {
  const source = open(`root@127.0.0.1:${await unclaimedPort()}`);
  await source.sample();
  source.close();
  await expect
    .poll(async () => {
      const sampled = await source.sample();
      return sampled.ok ? '' : sampled.problem.message;
    })
    .toContain('was closed');
});

it('gives up connecting when it is told to, and closes what it had', async () => {
  const server = await playServer();
  const relay = await startRelay(server.port);
  ends.push(
    () => relay.stop(),
    () => server.stop(),
  );
  relay.halt();
  const source = open(`root@127.0.0.1:${relay.port}`);
  const sampling = source.sample();
  await expect.poll(() => relay.heldUp).toBeGreaterThan(0);
  source.cancel?.();
  expect(await sampling).toMatchObject({
    ok: false,
    problem: { code: 'connection-lost', message: expect.stringMatching(/was given up\.$/) },
  });
});
