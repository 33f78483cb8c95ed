import type { Ask } from '../questions';
import type { AcceptedKeys } from './acceptedKeys';

/** What a configuration says of host keys, beside which files to look in: ssh_config(5). */
export interface HostKeyPolicy {
  /** StrictHostKeyChecking: what becomes of a key that nobody knows. */
  readonly newKeys: 'asked' | 'refused' | 'accepted';
  /** RevokedHostKeys. */
  readonly revokedFiles: readonly string[];
  /** RequiredRSASize: bits of an RSA key, a host's or one to log in with. */
  readonly leastRsaBits: number;
  /** HashKnownHosts: what is saved in known_hosts tells no names. */
  readonly hashesNames: boolean;
  /** CheckHostIP: another key known under the host's address is a changed one. */
  readonly checksAddress: boolean;
}

/** Of a configuration that says nothing. */
export const usualPolicy: HostKeyPolicy = {
  newKeys: 'asked',
  revokedFiles: [],
  // OpenSSH's own least (SSH_RSA_MINIMUM_MODULUS_SIZE).
  leastRsaBits: 1024,
  hashesNames: false,
  checksAddress: false,
};

/** What decides whether the key of a host is accepted. */
export interface HostKeyRules {
  /** The user's files and the system's, in the order of OpenSSH. */
  readonly files: readonly string[];
  readonly accepted: AcceptedKeys;
  /** `--accept-new`: unknown keys are accepted and kept. */
  readonly acceptNew: boolean;
  readonly policy: HostKeyPolicy;
  readonly ask: Ask;
}
