/**
 * Expected failures of reading a host: a closed set of codes.
 *
 * A problem is a value that travels beside what could be read. Exceptions are bugs.
 */

/** Every problem code of the status document's contract; extended only together with `docs/`. */
export const problemCodes = [
  'unreachable',
  'timeout',
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'no-agreement',
  'authentication-failed',
  'authentication-needed',
  'sudo-refused',
  'sudo-password-needed',
  'no-shell',
  'protocol-error',
  'connection-lost',
  'permission-denied',
  'not-found',
  'vanished',
  'truncated',
  'invalid-content',
  'too-large',
  'unsupported-format',
  'not-understood',
  'rebooted',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** What no second try can mend: a person has to decide, to answer, or to change something. */
const forHumans: ReadonlySet<ProblemCode> = new Set([
  'authentication-needed',
  'authentication-failed',
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'no-agreement',
  'no-shell',
  'sudo-password-needed',
  'sudo-refused',
]);

/** Whether trying again waits for somebody. */
export function isForHumans(code: ProblemCode): boolean {
  return forHumans.has(code);
}

/** Something that could not be read, or that read as nonsense. */
export interface Problem {
  readonly code: ProblemCode;
  /** Path on the host (`/proc/1/task/1/stack`), or of the target itself; null where none applies. */
  readonly path: string | null;
  /** One sentence for a person: what happened and, where something can be done, what. */
  readonly message: string;
}

/** A value, or the problem that stands in its place. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: ProblemCode, path: string | null, message: string): Result<never> {
  return { ok: false, problem: { code, path, message } };
}
