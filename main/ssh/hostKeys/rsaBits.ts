/** The size of an RSA key: RFC 4253, section 6.6. */
import { keyType } from './knownHosts';

/** @returns null for a key of any other type; 0 for a damaged one */
export function rsaBits(key: Buffer): number | null {
  if (keyType(key) !== 'ssh-rsa') return null;
  let at = 0;
  let modulus: Buffer = Buffer.alloc(0);
  // Its type, the exponent, and the modulus.
  for (let field = 0; field < 3; field += 1) {
    if (at + 4 > key.length) return 0;
    const start = at + 4;
    at = start + key.readUInt32BE(at);
    if (at > key.length) return 0;
    modulus = key.subarray(start, at);
  }
  const first = modulus.findIndex((byte) => byte !== 0);
  if (first === -1) return 0;
  return (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
}
