/** What `getent` says of a name, the real one and one that a test plays. */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { lookupUntil } from './lookup';

afterEach(() => void vi.unstubAllEnvs());

interface Found {
  readonly error: NodeJS.ErrnoException | null;
  readonly addresses: string | LookupAddress[];
  readonly family: number | undefined;
}

function lookUp(name: string, options: LookupOptions = { all: true }): Promise<Found> {
  return new Promise((resolve) => {
    lookupUntil(new AbortController().signal)(name, options, (error, addresses, family) =>
      resolve({ error, addresses, family }),
    );
  });
}

/** Has this program asked instead, and no other one found. */
function playGetent(script: string): void {
  const folder = temporaryFolder();
  const path = join(folder, 'getent');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', folder);
}

it('asks the system', async () => {
  expect(await lookUp('localhost', { all: true, family: 4 })).toMatchObject({
    error: null,
    addresses: [{ address: '127.0.0.1', family: 4 }],
  });
});

it('gives each address once, in the order of the system, or the first alone', async () => {
  playGetent(
    `printf '%s\\n' '10.0.0.2 STREAM db1' '10.0.0.2 DGRAM' '::1 STREAM' '10.0.0.1 STREAM' ''`,
  );
  const all = [
    { address: '10.0.0.2', family: 4 },
    { address: '::1', family: 6 },
    { address: '10.0.0.1', family: 4 },
  ];
  expect(await lookUp('db1')).toEqual({ error: null, addresses: all, family: undefined });
  expect(await lookUp('db1', {})).toEqual({ error: null, addresses: '10.0.0.2', family: 4 });
});

it.each([
  [4, 'ahostsv4'],
  [6, 'ahostsv6'],
  [0, 'ahosts'],
  [undefined, 'ahosts'],
] as const)('asks for addresses of family %s in %s', async (family, database) => {
  playGetent(`[ "$*" = "${database} db1" ] && echo 10.0.0.1 STREAM`);
  const options = family === undefined ? { all: true } : { all: true, family };
  expect((await lookUp('db1', options)).addresses).toHaveLength(1);
});

it('knows no name that the system does not know, and none that would be an option', async () => {
  const unknown = { error: { code: 'ENOTFOUND' }, addresses: [] };
  playGetent('exit 2');
  expect(await lookUp('db1')).toMatchObject(unknown);
  playGetent('echo 10.0.0.1 STREAM');
  expect(await lookUp('--help')).toMatchObject(unknown);
  playGetent('exit 0');
  expect(await lookUp('db1', {})).toMatchObject({ error: { code: 'ENOTFOUND' } });
});

it('says of another failure what it was, and not that the name is unknown', async () => {
  playGetent('exit 3');
  const { error } = await lookUp('db1');
  expect(error?.code).toBeUndefined();
  expect(error?.message).toContain('getent ahosts db1');
});

it('asks the resolver of this process where there is no getent', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  expect(await lookUp('127.0.0.1')).toMatchObject({
    error: null,
    addresses: [{ address: '127.0.0.1', family: 4 }],
  });
});
