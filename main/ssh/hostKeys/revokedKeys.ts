/**
 * Keys that must never be accepted: ssh_config(5), RevokedHostKeys. A file is a list of public keys,
 * or a key revocation list of ssh-keygen's (OpenSSH's PROTOCOL.krl). As in OpenSSH, a file that can't
 * be read, or understood as a whole, revokes every key.
 */
import { createHash } from 'node:crypto';
import { readUserFile, whyNot } from '../userFile';
import { isCertificate, signedKeys } from './hostCertificate';
import { keyType } from './knownHosts';
import { isWholeKey } from './wholeKey';

/** Why a key is refused. */
export interface Revocation {
  readonly path: string;
  /** Why the file tells nothing; null: the key is revoked in it. */
  readonly unreadable: string | null;
}

/** @returns null: no file revokes it */
export async function revocationOf(
  paths: readonly string[],
  key: Buffer,
): Promise<Revocation | null> {
  for (const path of paths) {
    const list = await readRevoked(path);
    if (typeof list === 'string') return { path, unreadable: list };
    if (list.holds(key)) return { path, unreadable: null };
  }
  return null;
}

/**
 * Whether these files can be judged for certificates as well; serial numbers and names of certificates
 * are left to `ssh`.
 */
export async function tellAllOfCertificates(paths: readonly string[]): Promise<boolean> {
  const lists = await Promise.all(paths.map(readRevoked));
  return lists.every((list) => typeof list === 'string' || !list.hasCertificates);
}

interface RevokedList {
  holds(key: Buffer): boolean;
  /** Certificates by serial number or name. */
  readonly hasCertificates: boolean;
}

/** @returns why it tells nothing, where it does */
async function readRevoked(path: string): Promise<RevokedList | string> {
  let bytes: Buffer;
  try {
    bytes = await readUserFile(path);
  } catch (error) {
    return whyNot(error);
  }
  const isKrl = bytes.subarray(0, krlMagic.length).equals(krlMagic);
  return isKrl ? readKrl(bytes) : readKeys(bytes.toString('latin1'));
}

function readKeys(text: string): RevokedList | string {
  const keys = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/[ \t]+/);
    const [type = '', encoded = ''] = words;
    if (type === '' || type.startsWith('#')) continue;
    const key = Buffer.from(encoded, 'base64');
    // A line that is cut short would revoke nothing.
    const isWhole = isBase64(encoded) && keyType(key) === type && isWholeKey(key);
    if (!isWhole) return `line ${index + 1} is no public key`;
    keys.add(key.toString('base64'));
    // A certificate in the list stands for its key: sshkey_equal_public() of sshkey.c.
    const plain = isCertificate(type) ? signedKeys(key)?.key : undefined;
    if (plain) keys.add(plain.toString('base64'));
  }
  return { holds: (key) => keys.has(key.toString('base64')), hasCertificates: false };
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

const krlMagic = Buffer.from('SSHKRL\n\0', 'latin1');

/** PROTOCOL.krl, section 1. */
const sections = { certificates: 1, key: 2, sha1: 3, sha256: 5, extension: 255 } as const;

function readKrl(bytes: Buffer): RevokedList | string {
  const keys = new Set<string>();
  const hashes = { sha1: new Set<string>(), sha256: new Set<string>() };
  let hasCertificates = false;
  try {
    const reader = new Reader(bytes, krlMagic.length);
    const version = reader.number();
    if (version !== 1) return `it is of version ${version}`;
    // Its own version, when it was made, and flags; what is reserved, and a comment.
    reader.skip(24);
    reader.string();
    reader.string();
    while (!reader.isAtEnd) {
      const type = reader.byte();
      const section = new Reader(reader.string());
      switch (type) {
        case sections.certificates:
          hasCertificates = true;
          if (!isCertificateSection(section)) return 'it is damaged';
          break;
        case sections.key:
          while (!section.isAtEnd) keys.add(section.string().toString('base64'));
          break;
        case sections.sha1:
          while (!section.isAtEnd) hashes.sha1.add(section.string(20).toString('base64'));
          break;
        case sections.sha256:
          while (!section.isAtEnd) hashes.sha256.add(section.string(32).toString('base64'));
          break;
        case sections.extension:
          section.string();
          if (section.byte() !== 0) return 'it has an extension that is not known here';
          break;
        default:
          return `it has a section that is not known here (${type})`;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return 'it is damaged';
    throw error;
  }
  return {
    holds: (key) =>
      keys.has(key.toString('base64')) ||
      (['sha1', 'sha256'] as const).some((hash) =>
        hashes[hash].has(createHash(hash).update(key).digest('base64')),
      ),
    hasCertificates,
  };
}

/** Subsections of certificates, and of how many bytes each entry is; null: of any number. */
const certificateParts: ReadonlyMap<number, number | null> = new Map([
  // Serial numbers, ranges of them, a bitmap of them, and names.
  [0x20, 8],
  [0x21, 16],
  [0x22, null],
  [0x23, null],
]);

/** PROTOCOL.krl, section 2: whether all of it is known here, though what it revokes is left to `ssh`. */
function isCertificateSection(section: Reader): boolean {
  // The authority's key, and what is reserved.
  section.string();
  section.string();
  while (!section.isAtEnd) {
    const entry = certificateParts.get(section.byte());
    const { length } = section.string();
    if (entry === undefined || (entry !== null && length % entry !== 0)) return false;
  }
  return true;
}

/** Fields of RFC 4251, section 5; a RangeError where they go beyond the end. */
class Reader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    return this.take(1).readUInt8(0);
  }

  number(): number {
    return this.take(4).readUInt32BE(0);
  }

  /** @param length that it must have; absent: any */
  string(length?: number): Buffer {
    const taken = this.take(this.number());
    if (length !== undefined && taken.length !== length) throw new RangeError('of another length');
    return taken;
  }

  skip(length: number): void {
    this.take(length);
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('a field goes beyond the end');
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
