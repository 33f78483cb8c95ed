/**
 * Secrets that a person wished to be remembered: one file, in which each is encrypted by the
 * system's keyring.
 */
import { z } from 'zod';
import type { Remembering } from '../../../shared/api/contract';
import { readJsonFile, writeJsonFile } from '../../config/jsonFile';

export const secretKinds = ['passphrase', 'password', 'sudo-password'] as const;
export type SecretKind = (typeof secretKinds)[number];

/** What a secret opens. */
export interface SecretName {
  /** As the host was opened: another port or user is another host. */
  readonly target: string;
  readonly kind: SecretKind;
  /** `USER@HOST`, which may be a host on the way; of a passphrase the key's file. */
  readonly of: string;
}

/** What encrypts: Electron's `safeStorage`. */
export interface Cipher {
  /** Whether it encrypts in earnest; asked for each time, as a keyring may be locked later. */
  readonly remembering: () => Remembering;
  encrypt(text: string): Buffer;
  /** Null: it was encrypted with another key. */
  decrypt(encrypted: Buffer): string | null;
}

const fileSchema = z.strictObject({
  secrets: z.array(
    z.strictObject({
      target: z.string(),
      kind: z.enum(secretKinds),
      of: z.string(),
      encrypted: z.base64(),
    }),
  ),
});
type Entry = z.infer<typeof fileSchema>['secrets'][number];

export interface SecretStore {
  remembering(): Remembering;
  read(name: SecretName): string | null;
  write(name: SecretName, secret: string): void;
  /** @returns how many were forgotten */
  forget(which: (name: SecretName) => boolean): number;
}

/** @param report is told in one sentence what is wrong with the file */
export function openSecretStore(
  path: string,
  cipher: Cipher,
  report: (warning: string) => void,
): SecretStore {
  const { value, warning } = readJsonFile(path, fileSchema);
  if (warning !== null) report(warning);
  let entries: readonly Entry[] = value?.secrets ?? [];

  function keep(next: readonly Entry[]): void {
    entries = next;
    const failure = writeJsonFile(path, { secrets: entries });
    if (failure !== null) report(failure);
  }

  function forget(which: (name: SecretName) => boolean): number {
    const left = entries.filter((entry) => !which(entry));
    const forgotten = entries.length - left.length;
    if (forgotten > 0) keep(left);
    return forgotten;
  }

  return {
    remembering: cipher.remembering,
    read(name) {
      const entry = entries.find((each) => isSame(each, name));
      if (!entry || cipher.remembering() !== 'offered') return null;
      const secret = cipher.decrypt(Buffer.from(entry.encrypted, 'base64'));
      if (secret === null) {
        forget((each) => isSame(each, name));
        report(
          `A remembered secret of ${name.target} can no longer be decrypted; it was forgotten`,
        );
      }
      return secret;
    },
    write({ target, kind, of }, secret) {
      if (cipher.remembering() !== 'offered') return;
      const encrypted = cipher.encrypt(secret).toString('base64');
      const others = entries.filter((each) => !isSame(each, { target, kind, of }));
      keep([...others, { target, kind, of, encrypted }]);
    },
    forget,
  };
}

function isSame(one: SecretName, other: SecretName): boolean {
  return one.target === other.target && one.kind === other.kind && one.of === other.of;
}
