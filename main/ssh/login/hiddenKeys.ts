/**
 * Key files that tell nothing without their passphrase, not even the public key: PEM as OpenSSH wrote
 * it before 7.8, and PKCS #8. OpenSSH's own format has the public key in the clear.
 */
import { createPrivateKey } from 'node:crypto';

/** RFC 1421 in the files of OpenSSL's `traditional` format; RFC 5958, EncryptedPrivateKeyInfo. */
const encrypted = /^(?:Proc-Type: *4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----)/m;

export function holdsHiddenKey(text: Buffer): boolean {
  return encrypted.test(text.toString('latin1'));
}

/** The key in the format that ssh2 reads; null: the passphrase is wrong, or it is no such file. */
export function openHiddenKey(text: Buffer, passphrase: string): string | null {
  if (!holdsHiddenKey(text)) return null;
  try {
    const key = createPrivateKey({ key: text, passphrase });
    switch (key.asymmetricKeyType) {
      case 'rsa':
        return key.export({ type: 'pkcs1', format: 'pem' }).toString();
      case 'ec':
        return key.export({ type: 'sec1', format: 'pem' }).toString();
      default:
        return key.export({ type: 'pkcs8', format: 'pem' }).toString();
    }
  } catch {
    return null;
  }
}
