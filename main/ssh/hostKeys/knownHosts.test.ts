/** What sshd(8) says of known_hosts; keys and hashes are made by ssh-keygen. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkHostKey,
  fingerprint,
  keyType,
  knownKeyTypes,
  whatIsKnown,
  wildcard,
} from './knownHosts';

const folder = mkdtempSync(join(tmpdir(), 'klpscope-known-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeKey(name: string, type: string) {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  const line = readFileSync(`${path}.pub`, 'utf8').trim();
  return { path, line, wire: Buffer.from(line.split(' ')[1] ?? '', 'base64') };
}

const one = makeKey('one', 'ed25519');
const two = makeKey('two', 'ed25519');
const curve = makeKey('curve', 'ecdsa');

const inFile = (...lines: string[]) => [{ path: '/known', text: lines.join('\n') }];
const verdict = (lines: string[], host = 'db1', port = 22, key = one.wire) =>
  checkHostKey(inFile(...lines), host, port, key).verdict;

describe('checkHostKey', () => {
  it('finds a plain name, among several, and says where', () => {
    const files = inFile('# comment', '', `web1,db1,10.0.0.1 ${one.line}`);
    expect(checkHostKey(files, 'db1', 22, one.wire)).toEqual({
      verdict: 'match',
      at: {
        path: '/known',
        line: 3,
        keyType: 'ssh-ed25519',
        fingerprint: fingerprint(one.wire),
      },
    });
  });

  it('finds names that ssh-keygen has hashed, with and without a port', () => {
    const path = join(folder, 'hashed');
    writeFileSync(path, `db1 ${one.line}\n[db1]:2222 ${two.line}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
    const files = [{ path, text: readFileSync(path, 'utf8') }];
    expect(files[0]?.text).not.toContain('db1');
    expect(checkHostKey(files, 'db1', 22, one.wire).verdict).toBe('match');
    expect(checkHostKey(files, 'db1', 2222, two.wire).verdict).toBe('match');
    expect(checkHostKey(files, 'db1', 2222, one.wire).verdict).toBe('mismatch');
    expect(checkHostKey(files, 'db2', 22, one.wire).verdict).toBe('unknown');
  });

  it('tells a changed key from one of another type', () => {
    expect(verdict([`db1 ${two.line}`])).toBe('mismatch');
    expect(verdict([`db1 ${curve.line}`])).toBe('other-key-type');
    expect(verdict([`db1 ${two.line}`, `db1 ${one.line}`])).toBe('match');
  });

  it('lets no line outweigh @revoked, in whichever file it stands', () => {
    const files = [
      { path: '/a', text: `db1 ${one.line}` },
      { path: '/b', text: `@revoked * ${one.line}` },
    ];
    expect(checkHostKey(files, 'db1', 22, one.wire)).toMatchObject({
      verdict: 'revoked',
      at: { path: '/b', line: 1 },
    });
  });

  it('says that only an authority is known', () => {
    expect(verdict([`@cert-authority *.example.com ${two.line}`], 'db1.example.com')).toBe(
      'ca-only',
    );
    expect(verdict([`@cert-authority *.example.com ${one.line}`], 'db1.example.com')).toBe(
      'ca-only',
    );
  });

  it('looks in several files, hashed and plain, for names and ports', () => {
    const path = join(folder, 'hashed-too');
    writeFileSync(path, `[db1]:2222 ${one.line}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
    const files = [
      { path: '/plain', text: `db1 ${two.line}\n[db1]:* ${curve.line}` },
      { path, text: readFileSync(path, 'utf8') },
    ];
    expect(checkHostKey(files, 'db1', 2222, one.wire)).toMatchObject({
      verdict: 'match',
      at: { path, line: 1 },
    });
    expect(checkHostKey(files, 'db1', 2222, curve.wire).verdict).toBe('match');
    expect(checkHostKey(files, 'db1', 22, one.wire).verdict).toBe('mismatch');
    expect(checkHostKey(files, 'db1', 22, curve.wire).verdict).toBe('other-key-type');
  });

  it('says what is known of a host, whichever key it shows', () => {
    const known = (lines: string[], port = 22) => whatIsKnown(inFile(...lines), 'db1', port);
    expect(known([])).toBe('nothing');
    expect(known([`db1 ${two.line}`])).toBe('keys');
    expect(known([`@cert-authority db* ${two.line}`, `db1 ${one.line}`])).toBe('keys');
    expect(known([`@cert-authority db* ${two.line}`])).toBe('authority');
    // As OpenSSH does, under the name without the port as well.
    expect(known([`@cert-authority db* ${two.line}`], 2222)).toBe('authority');
    expect(known([`@cert-authority db*,!db1 ${two.line}`])).toBe('nothing');
    expect(known([`@revoked db1 ${two.line}`])).toBe('nothing');
  });

  it('obeys wildcards, negation and ports', () => {
    expect(verdict([`db? ${one.line}`])).toBe('match');
    expect(verdict([`db*,!db1 ${one.line}`])).toBe('unknown');
    expect(verdict([`db1 ${one.line}`], 'db1', 2222)).toBe('unknown');
    expect(verdict([`[db1]:2222 ${one.line}`], 'db1', 2222)).toBe('match');
    expect(verdict([`[db1]:2222 ${one.line}`], 'db1', 22)).toBe('unknown');
    expect(verdict([`DB1 ${one.line}`], 'Db1')).toBe('match');
  });

  it('skips lines that are damaged', () => {
    const lines = ['db1', 'db1 ssh-ed25519', 'db1 ssh-ed25519 AAAA', `@unknown db1 ${one.line}`];
    expect(verdict([...lines, `db1 ssh-rsa ${one.line.split(' ')[1]}`])).toBe('unknown');
  });

  it('prints fingerprints as ssh-keygen does', () => {
    const listed = execFileSync('ssh-keygen', ['-l', '-f', `${one.path}.pub`]).toString();
    expect(listed.split(' ')[1]).toBe(fingerprint(one.wire));
  });

  it('names the types that are known', () => {
    const files = inFile(`db1 ${curve.line}`, `db1 ${one.line}`, `@revoked db1 ${two.line}`);
    expect(knownKeyTypes(files, 'db1', 22)).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519']);
  });
});

describe('wildcard', () => {
  it('takes no exponential time', () => {
    // Whoever tries all ways to share out the text never ends.
    expect(wildcard('*a'.repeat(200) + 'b', 'a'.repeat(5000))).toBe(false);
  });
});

describe('names', () => {
  it('are the same in capitals, and another at another port', () => {
    expect(verdict([`DB1,[Web]:2222 ${one.line}`], 'db1')).toBe('match');
    expect(verdict([`db1 ${one.line}`], 'DB1')).toBe('match');
    expect(verdict([`[web]:2222 ${one.line}`], 'WEB', 2222)).toBe('match');
    expect(verdict([`[web]:2222 ${one.line}`], 'web')).toBe('unknown');
  });

  it('are refused by a pattern that excludes them, wherever it stands', () => {
    expect(verdict([`!db1,* ${one.line}`])).toBe('unknown');
    expect(verdict([`*,!db1 ${one.line}`])).toBe('unknown');
    expect(verdict([`*,!db2 ${one.line}`])).toBe('match');
    expect(verdict([`!db2 ${one.line}`])).toBe('unknown');
  });

  it('that are hashed may have a damaged hash, which is nobody’s', () => {
    for (const hashed of ['|1|', '|1|AAAA', '|1|AAAA|', '|1|AAAA|AAAA', '|2|AAAA|AAAA']) {
      expect(verdict([`${hashed} ${one.line}`])).toBe('unknown');
    }
  });

  it.each([
    ['db?', 'db1', true],
    ['db?', 'db', false],
    ['db?', 'db12', false],
    ['*', '', true],
    ['*.example.org', 'a.b.example.org', true],
    ['*.example.org', 'example.org', false],
    ['a*b*c', 'aXbXbYc', true],
    ['a*b*c', 'aXbXbY', false],
    ['**', 'x', true],
    ['', '', true],
    ['', 'x', false],
    ['a', 'ab', false],
    ['ab', 'a', false],
  ])('%j matches %j: %s', (pattern, name, isMatch) => {
    expect(wildcard(pattern, name)).toBe(isMatch);
  });
});

describe('a line', () => {
  it('with a marker that nobody knows, or a key of another type than it says, is none', () => {
    expect(verdict([`@strange db1 ${one.line}`])).toBe('unknown');
    expect(verdict([`db1 ${one.line.replace('ssh-ed25519', 'ssh-rsa')}`])).toBe('unknown');
    for (const text of [
      'db1',
      'db1 ssh-ed25519',
      '@revoked',
      '@revoked db1',
      'db1 ssh-ed25519 !',
    ]) {
      expect(verdict([text])).toBe('unknown');
    }
  });

  it('that is put out of use names nobody', () => {
    expect(verdict([`#web1,db1 ${one.line}`])).toBe('unknown');
    expect(verdict([`# db1 ${one.line}`])).toBe('unknown');
  });

  it('may be indented, have tabs and a comment, and end like one of Windows', () => {
    expect(verdict([`  db1\t${one.line.replace(' ', '\t \t')} a comment\r`])).toBe('match');
  });

  it('that revokes counts for the very key of the very host', () => {
    expect(verdict([`@revoked db1 ${one.line}`, `db1 ${one.line}`])).toBe('revoked');
    expect(verdict([`@revoked db2 ${one.line}`, `db1 ${one.line}`])).toBe('match');
    expect(verdict([`@revoked db1 ${two.line}`, `db1 ${one.line}`])).toBe('match');
    expect(verdict([`@revoked db1 ${two.line}`])).toBe('unknown');
  });

  it('of an authority tells nothing of a host that has keys of its own', () => {
    const authority = `@cert-authority db1 ${two.line}`;
    expect(verdict([authority])).toBe('ca-only');
    expect(verdict([authority], 'db1', 2222)).toBe('ca-only');
    expect(verdict([`@cert-authority [db1]:2222 ${two.line}`])).toBe('unknown');
    expect(verdict([authority, `db1 ${curve.line}`])).toBe('other-key-type');
    expect(whatIsKnown(inFile(authority), 'db1', 22)).toBe('authority');
    expect(whatIsKnown(inFile(authority, `db1 ${one.line}`), 'db1', 22)).toBe('keys');
    expect(whatIsKnown(inFile(`@revoked db1 ${one.line}`), 'db1', 22)).toBe('nothing');
    expect(knownKeyTypes(inFile(authority), 'db1', 22)).toEqual([]);
  });
});

it.each([
  [Buffer.alloc(3), ''],
  [Buffer.from([0, 0, 0, 0]), ''],
  [Buffer.from([0, 0, 0, 2, 0x61]), ''],
  [Buffer.from([0, 0, 0, 1, 0x61]), 'a'],
  [Buffer.concat([Buffer.from([0, 0, 0, 64]), Buffer.alloc(64, 'a')]), 'a'.repeat(64)],
  [Buffer.concat([Buffer.from([0, 0, 0, 65]), Buffer.alloc(65, 'a')]), ''],
])('the type of a key is its first field: %#', (key, type) => {
  expect(keyType(key)).toBe(type);
});
