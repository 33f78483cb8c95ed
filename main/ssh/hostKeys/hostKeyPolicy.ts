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
