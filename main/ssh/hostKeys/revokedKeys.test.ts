/** Lists and revocation lists as ssh-keygen writes them, and what comes of those that are damaged. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedKeys } from './hostCertificate';
import { revocationOf, tellAllOfCertificates } from './revokedKeys';
import { rsaBits } from './rsaBits';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-revoked-'));
  for (const name of ['ours', 'other', 'authority']) keygen('-t', 'ed25519', '-N', '', '-f', name);
  keygen('-s', 'authority', '-h', '-I', 'its name', '-n', 'db1', '-z', '7', 'ours.pub');
  keygen('-t', 'rsa', '-b', '1024', '-N', '', '-f', 'short');
});
afterAll(() => rmSync(folder, { recursive: true }));

function keygen(...args: string[]): void {
  execFileSync('ssh-keygen', ['-q', ...args], { cwd: folder, stdio: 'ignore' });
}

function lineOf(name: string): string {
  return readFileSync(join(folder, `${name}.pub`), 'utf8');
}

function wire(name: string): Buffer {
  return Buffer.from(lineOf(name).split(' ')[1] ?? '', 'base64');
}

let files = 0;

function fileOf(content: string | Uint8Array): string {
  const path = join(folder, `file-${(files += 1)}`);
  writeFileSync(path, content);
  return path;
}

/** A revocation list of these lines of its own format: ssh-keygen(1), KEY REVOCATION LISTS. */
function revocationList(lines: string, ...more: string[]): string {
  const path = join(folder, `krl-${(files += 1)}`);
  keygen('-k', '-f', path, ...more, fileOf(lines));
  return path;
}

const ours = () => wire('ours');
const revoked = (path: string) => ({ path, unreadable: null });

describe('a list of keys', () => {
  it('revokes what stands in it, beside comments and empty lines', async () => {
    const path = fileOf(`# stolen\n\n  ${lineOf('other')}\t${lineOf('ours')}`);
    expect(await revocationOf([path], ours())).toEqual(revoked(path));
    expect(await revocationOf([path], wire('authority'))).toBeNull();
  });

  it('revokes the key in a certificate, too', async () => {
    const path = fileOf(lineOf('ours-cert'));
    expect(await revocationOf([path], ours())).toEqual(revoked(path));
    expect(await revocationOf([path], wire('ours-cert'))).toEqual(revoked(path));
    expect(await revocationOf([path], wire('authority'))).toBeNull();
  });

  it.each([
    ['no key at all', 'one\n', 1],
    ['a key of another type than it says', '', 3],
    ['a key that is cut', '# x\nssh-ed25519 AAAA\n', 2],
  ])('that has %s revokes every key, and says where', async (_what, text, line) => {
    const other = lineOf('other');
    const written = text === '' ? `${other}# x\n${other.replace('ssh-ed25519', 'ssh-rsa')}` : text;
    const path = fileOf(written);
    expect(await revocationOf([path], ours())).toEqual({
      path,
      unreadable: `line ${line} is no public key`,
    });
  });

  it('that is not there revokes every key', async () => {
    const path = join(folder, 'absent');
    expect(await revocationOf([path], ours())).toEqual({ path, unreadable: 'ENOENT' });
  });

  it('is looked for in all files, in their order', async () => {
    const [none, first, second] = [lineOf('other'), lineOf('ours'), lineOf('ours')].map(fileOf);
    if (none === undefined || first === undefined || second === undefined) throw new Error('none');
    expect(await revocationOf([none, first, second], ours())).toEqual(revoked(first));
    expect(await revocationOf([none], ours())).toBeNull();
    expect(await revocationOf([], ours())).toBeNull();
  });
});

describe('a revocation list', () => {
  it.each(['', 'sha1: ', 'sha256: ', 'key: '])('of “%s” revokes that key alone', async (how) => {
    const path = revocationList(`${how}${lineOf('ours')}`);
    expect(await revocationOf([path], ours())).toEqual(revoked(path));
    expect(await revocationOf([path], wire('other'))).toBeNull();
  });

  it('may have several keys of each kind, and a comment', async () => {
    const lines = ['ours', 'other'].flatMap((name) =>
      ['', 'sha1: ', 'sha256: '].map((how) => `${how}${lineOf(name)}`),
    );
    const path = revocationList(lines.join(''), '-C', 'for a test');
    for (const name of ['ours', 'other']) {
      expect(await revocationOf([path], wire(name))).toEqual(revoked(path));
    }
    expect(await revocationOf([path], wire('authority'))).toBeNull();
  });

  it('of certificates is left to ssh, and still tells of keys', async () => {
    const path = revocationList('serial: 7\n', '-s', join(folder, 'authority.pub'));
    expect(await revocationOf([path], ours())).toBeNull();
    expect(await tellAllOfCertificates([path])).toBe(false);
    const keys = revocationList(lineOf('ours'));
    expect(await tellAllOfCertificates([keys, path])).toBe(false);
    expect(await tellAllOfCertificates([keys, fileOf(lineOf('ours'))])).toBe(true);
    // One that tells nothing revokes every key, and certificates with them.
    expect(await tellAllOfCertificates([join(folder, 'absent')])).toBe(true);
  });

  it('that is cut anywhere revokes every key', async () => {
    const whole = readFileSync(revocationList(lineOf('other')));
    const lengths = Array.from({ length: whole.length - 8 }, (_, more) => more + 8);
    const found = await Promise.all(
      lengths.map(async (length) => {
        const of = await revocationOf([fileOf(whole.subarray(0, length))], ours());
        return of?.unreadable ?? `nothing at ${length}`;
      }),
    );
    // Behind the head nothing need follow.
    const expected = lengths.map((length) =>
      length === headOf(whole) ? `nothing at ${length}` : 'it is damaged',
    );
    expect(found).toEqual(expected);
  });

  it('of another version, or with what is not known here, revokes every key', async () => {
    const whole = readFileSync(revocationList(lineOf('other')));
    const later = Buffer.from(whole);
    later.writeUInt32BE(2, 8);
    const strange = Buffer.from(whole);
    strange[headOf(whole)] = 99;
    // PROTOCOL.krl, section 5: a name, whether it is critical, and its content.
    const extension = (isCritical: number) =>
      Buffer.concat([
        whole,
        Buffer.from([255, 0, 0, 0, 10, 0, 0, 0, 1, 0x78, isCritical, 0, 0, 0, 0]),
      ]);
    const of = async (bytes: Buffer) => (await revocationOf([fileOf(bytes)], ours()))?.unreadable;
    expect(await of(later)).toBe('it is of version 2');
    expect(await of(strange)).toBe('it has a section that is not known here (99)');
    expect(await of(extension(1))).toBe('it has an extension that is not known here');
    expect(await of(extension(0))).toBeUndefined();
  });
});

/** Bytes before the first section: what it is, three numbers of 64 bits, and two texts. */
function headOf(krl: Buffer): number {
  const reserved = 8 + 4 + 24;
  const comment = reserved + 4 + krl.readUInt32BE(reserved);
  return comment + 4 + krl.readUInt32BE(comment);
}

describe('a certificate', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'])(
    'tells its key of type %s, and who has signed it',
    (type) => {
      const name = `host-${type}`;
      keygen('-t', type, '-N', '', '-f', name);
      keygen(
        '-s',
        'authority',
        '-h',
        '-I',
        'its name',
        '-n',
        'a,b',
        '-V',
        '+1d',
        '-O',
        'force-command=x',
        `${name}.pub`,
      );
      expect(signedKeys(wire(`${name}-cert`))).toEqual({
        key: wire(name),
        authority: wire('authority'),
      });
    },
  );

  it('is none that is cut, or of a type that is not known', () => {
    const whole = wire('ours-cert');
    const { length } = whole;
    // What follows the authority's key is its signature, of which nothing is read here.
    const needed = whole.indexOf(wire('authority')) + wire('authority').length;
    for (let end = 0; end < needed; end += 1) expect(signedKeys(whole.subarray(0, end))).toBeNull();
    expect(signedKeys(whole.subarray(0, length))).not.toBeNull();
    expect(signedKeys(ours())).toBeNull();
  });
});

describe('the size of an RSA key', () => {
  it.each(['1024', '2048', '3072'])('is as ssh-keygen has made it: %s', (bits) => {
    keygen('-t', 'rsa', '-b', bits, '-N', '', '-f', `rsa-${bits}`);
    expect(rsaBits(wire(`rsa-${bits}`))).toBe(Number(bits));
  });

  it('is none of another key, and 0 of one that is damaged anywhere', () => {
    expect(rsaBits(ours())).toBeNull();
    const key = wire('short');
    for (let end = 11; end < key.length; end += 1) expect(rsaBits(key.subarray(0, end))).toBe(0);
    const empty = Buffer.from(key);
    empty.fill(0, key.length - 129);
    expect(rsaBits(empty)).toBe(0);
  });

  it('counts bits, not bytes', () => {
    const key = Buffer.from(wire('short'));
    // The modulus begins with a zero for its sign: RFC 4251, section 5, mpint.
    key[key.length - 128] = 0b0001_0000;
    expect(rsaBits(key)).toBe(1021);
  });
});
