/**
 * The closed sets of what a diagnosis can say. Each is part of the status document's contract: a new
 * code is a new row here and in `docs/status-document.md`.
 */

/** Why a thread blocks a transition. */
export const reasonCodes = [
  'sleeping-on-function',
  'running',
  'unreliable-stack',
  'stopped',
  'uninterruptible',
  'kthread-not-switching',
  'waiting-to-return',
  'unknown',
] as const;

/** What may help. */
export const remedyCodes = [
  'wait',
  'wait-for-signal',
  'write-signal',
  'let-it-return',
  'stop-tracer',
  'unload-object',
  'reverse',
  'force',
  'remove-module',
  'load-object',
  'reboot',
  'become-privileged',
  'ask-vendor',
] as const;

/** What is worth knowing about a host. */
export const findingCodes = [
  'transition-in-progress',
  'transition-stalled',
  'no-visible-blocker',
  'overlap',
  'object-not-loaded',
  'object-not-patched',
  'patches-nothing',
  'replace-in-progress',
  'leftover-module',
  'pinned-module',
  'partial-view',
  'not-supported',
  'tainted-without-livepatch',
  'was-forced',
  'load-refused',
  'incompatible-livepatch',
  'ftrace-conflict',
  'duplicate-shadow-variable',
  'shadow-allocation-failed',
  'owner-unknown',
  'shadow-leak',
  'other-live-patching',
  'shadowed-fix',
  'kernel-warning',
  'function-not-reached',
  'other-consumer',
] as const;

export const severities = ['info', 'warning', 'error'] as const;
export type ReasonCode = (typeof reasonCodes)[number];
export type RemedyCode = (typeof remedyCodes)[number];
export type FindingCode = (typeof findingCodes)[number];
export type Severity = (typeof severities)[number];
