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
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-accepted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('AcceptedKeys', () => {
  it('remembers a key under its host and port, for its owner only', async () => {
    const path = join(folder, 'sub/known-hosts.json');
    await new AcceptedKeys(path).add('[db1]:2222', key);
    const known = await new AcceptedKeys(path).asKnownHosts();
    expect(checkHostKey([known], 'db1', 2222, key)).toMatchObject({
      verdict: 'match',
      at: { path },
    });
    expect(checkHostKey([known], 'db1', 22, key).verdict).toBe('unknown');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'sub'))).toEqual(['known-hosts.json']);
  });

  it('keeps all of what is accepted at once, and forgets one host’s only', async () => {
    const path = join(folder, 'known-hosts.json');
    const hosts = Array.from({ length: 20 }, (_, index) => `db${index}`);
    await Promise.all(hosts.map((host) => new AcceptedKeys(path).add(host, key)));
    const store = new AcceptedKeys(path);
    expect((await store.asKnownHosts()).text.split('\n').map((line) => line.split(' ')[0])).toEqual(
      hosts,
    );
    expect(await store.remove('db3')).toBe(1);
    expect(await store.remove('db3')).toBe(0);
    expect((await store.asKnownHosts()).text).not.toContain('db3 ');
    expect((await store.asKnownHosts()).text.split('\n')).toHaveLength(19);
    expect(readdirSync(folder)).toEqual(['known-hosts.json']);
  });

  it('sets a damaged file aside and says where', async () => {
    const path = join(folder, 'known-hosts.json');
    writeFileSync(path, '{"keys": [');
    const warnings: string[] = [];
    const store = new AcceptedKeys(path, (message) => warnings.push(message));
    expect((await store.asKnownHosts()).text).toBe('');
    const [aside = ''] = readdirSync(folder);
    expect(readFileSync(join(folder, aside), 'utf8')).toBe('{"keys": [');
    expect(warnings.join()).toContain(aside);
  });
});
