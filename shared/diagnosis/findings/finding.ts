import type { FindingCode, RemedyCode, Severity } from '../codes';

/** Something worth knowing about a host. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What it is about: a livepatch, `object:function`, an object, a module; null for the host. */
  readonly subject: string | null;
  readonly message: string;
  /** Paths and log lines that prove it. */
  readonly evidence: readonly string[];
  readonly remedies: readonly RemedyCode[];
}
