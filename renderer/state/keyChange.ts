/** What the message of a refused host key says, in parts (main/ssh/hostKeys/hostKeys.ts words it). */
export interface KeyChange {
  readonly now: { readonly type: string; readonly fingerprint: string };
  readonly known: { readonly fingerprint: string; readonly place: string };
}

/** Null where the message has another form, as OpenSSH's own client words it. */
export function keyChangeOf(message: string): KeyChange | null {
  const form =
    /now (?<type>\S+) (?<now>SHA256:\S+), known is (?<known>SHA256:\S+) \((?<place>.+?)\)\. /;
  const parts = form.exec(message)?.groups;
  const { type, now, known, place } = parts ?? {};
  if (type === undefined || now === undefined || known === undefined || place === undefined) {
    return null;
  }
  return { now: { type, fingerprint: now }, known: { fingerprint: known, place } };
}

/** The message without what `keyChangeOf` and `removalOf` take out of it. */
export function withoutKeys(message: string): string {
  if (keyChangeOf(message) === null || removalOf(message) === null) return message;
  return message.replace(/: now .*$/u, '. Somebody may be listening in.');
}

/** The command that removes the old key, if the message names one that is safe to paste. */
export function removalOf(message: string): string | null {
  const command =
    /(?:ssh-keygen -R '[^'\p{C}]+' -f '[^'\p{C}]+'|klpscope forget-key '[^'\p{C}]+')/u.exec(
      message,
    );
  return command?.[0] ?? null;
}
