/** Whether a public key is all there: RFC 4253 (section 6.6), 5656, 8709, OpenSSH's PROTOCOL.u2f. */
import { isCertificate, signedKeys } from './hostCertificate';
import { keyType } from './knownHosts';

/** Lengths in bytes of the fields behind the type; null: any. */
const fieldsOf: ReadonlyMap<string, readonly (number | null)[]> = new Map([
  ['ssh-ed25519', [32]],
  ['ssh-rsa', [null, null]],
  ['ssh-dss', [null, null, null, null]],
  // The curve's name, and a point that isn't compressed.
  ['ecdsa-sha2-nistp256', [8, 65]],
  ['ecdsa-sha2-nistp384', [8, 97]],
  ['ecdsa-sha2-nistp521', [8, 133]],
  ['sk-ssh-ed25519@openssh.com', [32, null]],
  ['sk-ecdsa-sha2-nistp256@openssh.com', [8, 65, null]],
]);

/** @param key in the wire format; one of a type that is not known here is none */
export function isWholeKey(key: Buffer): boolean {
  const type = keyType(key);
  if (isCertificate(type)) return signedKeys(key) !== null;
  const fields = fieldsOf.get(type);
  if (fields === undefined) return false;
  let at = 4 + type.length;
  for (const expected of fields) {
    if (at + 4 > key.length) return false;
    const length = key.readUInt32BE(at);
    if (length === 0 || (expected !== null && length !== expected)) return false;
    at += 4 + length;
  }
  return at === key.length;
}
