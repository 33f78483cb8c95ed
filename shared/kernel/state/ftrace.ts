/**
 * Who redirects functions besides livepatches: ftrace lets one user at a time change where a
 * function continues (FTRACE_OPS_FL_IPMODIFY; Documentation/trace/ftrace-uses.rst).
 */
export interface FtraceState {
  /** sysctl kernel.ftrace_enabled. */
  enabled: boolean;
  /** Functions that a kprobe with a post handler redirects, by key. */
  readonly redirected: Set<string>;
  /** Functions that only a tracer or a plain kprobe is attached to, by key. */
  readonly traced: Set<string>;
}

export function newFtrace(): FtraceState {
  return { enabled: true, redirected: new Set(), traced: new Set() };
}

export function cloneFtrace({ enabled, redirected, traced }: FtraceState): FtraceState {
  return { enabled, redirected: new Set(redirected), traced: new Set(traced) };
}
