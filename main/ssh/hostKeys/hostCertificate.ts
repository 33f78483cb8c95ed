/** What is in a host's certificate: OpenSSH's PROTOCOL.certkeys. */

export interface SignedKeys {
  /** The host's key itself, in the wire format of RFC 4253, section 6.6. */
  readonly key: Buffer;
  /** The key of the authority that signed it, in the same format. */
  readonly authority: Buffer;
}

/** Fields of the public key within a certificate of each type. */
const publicFields: ReadonlyMap<string, number> = new Map([
  ['ssh-rsa-cert-v01@openssh.com', 2],
  ['ssh-dss-cert-v01@openssh.com', 4],
  ['ssh-ed25519-cert-v01@openssh.com', 1],
  ['ecdsa-sha2-nistp256-cert-v01@openssh.com', 2],
  ['ecdsa-sha2-nistp384-cert-v01@openssh.com', 2],
  ['ecdsa-sha2-nistp521-cert-v01@openssh.com', 2],
  ['sk-ssh-ed25519-cert-v01@openssh.com', 2],
  ['sk-ecdsa-sha2-nistp256-cert-v01@openssh.com', 3],
]);

/** @param type as the key's first field names it */
export function isCertificate(type: string): boolean {
  return /-cert-v\d+@openssh\.com$/.test(type);
}

/** Null for anything but a certificate of a known type. */
export function signedKeys(certificate: Buffer): SignedKeys | null {
  let at = 0;
  const field = (): Buffer => {
    const length = certificate.readUInt32BE(at);
    const end = at + 4 + length;
    if (end > certificate.length) throw new RangeError('a field goes beyond the end');
    const bytes = certificate.subarray(at, end);
    at = end;
    return bytes;
  };
  try {
    const type = field().toString('latin1', 4);
    const count = publicFields.get(type);
    if (count === undefined) return null;
    // The nonce.
    field();
    const fields = Array.from({ length: count }, field);
    // The serial number, and whether it is a user's or a host's.
    at += 12;
    // Its name, and the names that it holds for.
    field();
    field();
    // From when until when.
    at += 16;
    // Critical options, extensions, and what is reserved.
    for (let index = 0; index < 3; index += 1) field();
    const authority = field().subarray(4);
    // The signature, which is the last.
    field();
    if (at !== certificate.length) return null;
    const plain = type.replace(
      /-cert-v01@openssh\.com$/,
      type.startsWith('sk-') ? '@openssh.com' : '',
    );
    const name = Buffer.from(plain, 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length);
    return { key: Buffer.concat([length, name, ...fields]), authority };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
