/** How long a probe may take, and how much it may say. */

export interface SessionLimits {
  /** Milliseconds until the probe says its first word. */
  readonly startMs: number;
  /** Milliseconds that are left of a start's limit that has run out; none where absent. */
  readonly extend?: (limitMs: number) => number;
  /** Milliseconds for one answer. */
  readonly answerMs: number;
  /** Bytes of one answer as they come over the wire. */
  readonly answerBytes: number;
}

export const defaultLimits: SessionLimits = {
  startMs: 20_000,
  answerMs: 60_000,
  answerBytes: 16_777_216,
};
