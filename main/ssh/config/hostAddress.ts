/** A host as the user names it, before the configuration says what applies to it. */
export interface HostAddress {
  readonly user: string | null;
  /** An alias of the configuration, a name or an address. */
  readonly host: string;
  readonly port: number | null;
}
