import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AcceptedKeys } from './acceptedKeys';
import { checkHostKey } from './knownHosts';

/** An ed25519 public key in the wire format: its type and 32 bytes, each with its length. */
const key = Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]);

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-accepted-'));
  path = join(folder, 'klpscope.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function hostsOf(store: AcceptedKeys): Promise<(string | undefined)[]> {
  const { text } = await store.asKnownHosts();
  return text.split('\n').map((line) => line.split(' ')[0]);
}

describe('AcceptedKeys', () => {
  it('remembers a key under its host and port, for its owner only', async () => {
    const below = join(folder, 'sub/klpscope.json');
    await new AcceptedKeys(below).add('[db1]:2222', key);
    const known = await new AcceptedKeys(below).asKnownHosts();
    expect(checkHostKey([known], 'db1', 2222, key)).toMatchObject({
      verdict: 'match',
      at: { path: below },
    });
    expect(checkHostKey([known], 'db1', 22, key).verdict).toBe('unknown');
    expect(statSync(below).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'sub'))).toEqual(['klpscope.json']);
  });

  it('keeps all of what is accepted at once, and forgets one host’s only', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => `db${index}`);
    await Promise.all(hosts.map((host) => new AcceptedKeys(path).add(host, key)));
    const store = new AcceptedKeys(path);
    expect(await hostsOf(store)).toEqual(hosts);
    expect(await store.remove('db3')).toBe(1);
    expect(await store.remove('db3')).toBe(0);
    expect(await hostsOf(store)).toEqual(hosts.filter((host) => host !== 'db3'));
    expect(readdirSync(folder)).toEqual(['klpscope.json']);
  });

  it('sets a damaged file aside and says where, once', async () => {
    writeFileSync(path, '{"hostKeys": [');
    const warnings: string[] = [];
    const store = new AcceptedKeys(path, (message) => warnings.push(message));
    expect((await store.asKnownHosts()).text).toBe('');
    await store.add('db1', key);
    expect(readFileSync(`${path}.broken`, 'utf8')).toBe('{"hostKeys": [');
    expect(warnings).toEqual([expect.stringContaining(`it was kept as ${path}.broken`)]);
    expect(await hostsOf(store)).toEqual(['db1']);
  });

  it('says that a key can’t be kept or forgotten, and goes on', async () => {
    const newer = '{ "format": "klpscope/config", "version": 7 }';
    writeFileSync(path, newer);
    const warnings: string[] = [];
    const store = new AcceptedKeys(path, (message) => warnings.push(message));
    await store.add('db1', key);
    expect(await store.remove('db1')).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('written by a newer Klpscope (version 7')]);
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });

  it('takes the keys of the first layout over with the first change, then leaves them alone', async () => {
    const acceptedAt = '2026-01-02T03:04:05.000Z';
    const keys = [{ host: 'db1', key: key.toString('base64'), acceptedAt }];
    const earlier = JSON.stringify({ format: 'klpscope/known-hosts', version: 1, keys });
    writeFileSync(join(folder, 'known-hosts.json'), earlier);
    const store = new AcceptedKeys(path);
    expect(await hostsOf(store)).toEqual(['db1']);
    await store.add('db2', key);
    expect(await hostsOf(store)).toEqual(['db1', 'db2']);
    expect(await store.remove('db1')).toBe(1);
    expect(await hostsOf(store)).toEqual(['db2']);
    expect(readFileSync(join(folder, 'known-hosts.json'), 'utf8')).toBe(earlier);
  });
});
