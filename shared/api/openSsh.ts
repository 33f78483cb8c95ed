/**
 * What a host's SSH configuration may hold that the built-in SSH (ssh2) can't do, and the system's
 * own OpenSSH can. Apart from the contract, since the command line has use for it without schemas.
 */

/**
 * Ways to reach a host or to log in: `proxy-command` · `user-certificate`: in a file or in ssh-agent ·
 * `host-authority`: of the host's keys only the `@cert-authority` is known · `security-key`: FIDO, in
 * a file or in ssh-agent · `gssapi`: asked for by the user's own configuration · `pkcs11` ·
 * `host-based` · `match-exec`.
 */
export const openSshAbilities = [
  'proxy-command',
  'user-certificate',
  'host-authority',
  'security-key',
  'gssapi',
  'pkcs11',
  'host-based',
  'match-exec',
] as const;
export type OpenSshAbility = (typeof openSshAbilities)[number];

/** A keyword of ssh_config(5) that the built-in SSH would have to drop, as the manual writes it. */
export type KeywordNeed = `keyword:${string}`;

export type OpenSshNeed = OpenSshAbility | KeywordNeed;

export const transportKinds = ['ssh2', 'openssh'] as const;
export type TransportKind = (typeof transportKinds)[number];

const words: Readonly<Record<OpenSshAbility, string>> = {
  'proxy-command': 'a ProxyCommand',
  'user-certificate': 'a user certificate',
  'host-authority': 'host keys known only through their authority (@cert-authority)',
  'security-key': 'a security key (FIDO)',
  gssapi: 'GSSAPI (Kerberos)',
  pkcs11: 'a PKCS#11 token',
  'host-based': 'host-based authentication',
  'match-exec': 'a Match exec block',
};

const keywordMark = 'keyword:';

function isKeyword(need: OpenSshNeed): need is KeywordNeed {
  return need.startsWith(keywordMark);
}

/** Abilities in the order of their list, then keywords; each once. */
export function sortedNeeds(needs: readonly OpenSshNeed[]): OpenSshNeed[] {
  const found = new Set(needs);
  const keywords = [...found].filter(isKeyword).sort();
  return [...openSshAbilities.filter((ability) => found.has(ability)), ...keywords];
}

/**
 * Whether ssh2 must not even try: without its ProxyCommand a host can't be reached, and a keyword that
 * restricts would be dropped. The other needs may fail later, or not at all.
 */
export function isInTheWay(need: OpenSshNeed): boolean {
  return need === 'proxy-command' || isKeyword(need);
}

/** `a ProxyCommand and a security key (FIDO)`. */
export function needsInWords(needs: readonly OpenSshNeed[]): string {
  const each = needs.map((need) =>
    isKeyword(need) ? need.slice(keywordMark.length) : words[need],
  );
  const last = each.at(-1) ?? '';
  return each.length < 2 ? last : `${each.slice(0, -1).join(', ')} and ${last}`;
}

/** Under which name a choice of transport is remembered: whoever logs in, it is the host's. */
export function choiceKey({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number | null;
}): string {
  return port === null ? host : `[${host}]:${port}`;
}

/** What was chosen under a key; null: nothing. A host may be called `constructor`. */
export function chosenUnder(
  key: string,
  choices: Readonly<Record<string, TransportKind>>,
): TransportKind | null {
  return Object.hasOwn(choices, key) ? (choices[key] ?? null) : null;
}
