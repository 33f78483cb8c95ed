/** Parts of a status document for tests, written after the contract of the design (section 4). */
import type {
  Blocker,
  Finding,
  PatchEntry,
  StatusDocument,
  TransitionEntry,
} from '../../shared/report/statusDocument';

export const settled: StatusDocument = {
  format: 'klpscope/status',
  version: 1,
  target: 'dir:/captures/db1',
  source: 'directory',
  takenAt: null,
  host: { name: 'db1', kernel: '6.12.117', bootId: null, uptimeSeconds: 120 },
  livepatch: { supported: true, tainted: true },
  coverage: { privileged: null, threadsRead: null, threadsDenied: null, threadsVanished: null },
  order: 'inferred',
  patches: [],
  functions: [],
  transitionState: 'none',
  transition: null,
  blockers: [],
  ghosts: [],
  findings: [],
  problems: [],
};

export function patch(name: string, change: Partial<PatchEntry> = {}): PatchEntry {
  return {
    name,
    enabled: true,
    inTransition: false,
    replace: false,
    stackOrder: null,
    forced: null,
    objects: [
      {
        name: 'vmlinux',
        loaded: true,
        patched: true,
        functions: [{ name: 'cmdline_proc_show', sympos: 1, nop: false }],
      },
    ],
    ...change,
  };
}

export function transition(change: Partial<TransitionEntry> = {}): TransitionEntry {
  return {
    patch: 'livepatch_b',
    direction: 'patching',
    threads: { total: 812, done: 809, blocking: 3, undefined: 0 },
    hiddenBlockersPossible: false,
    ...change,
  };
}

export function blocker(tid: number, change: Partial<Blocker> = {}): Blocker {
  return {
    pid: tid,
    tid,
    comm: 'cat',
    cmdline: 'cat /dev/klp_busy_d',
    state: 'D',
    kthread: false,
    uid: 1000,
    unit: null,
    stack: [{ function: 'klp_busy_wait_d', offset: 0x91, size: 0xd0, module: 'klp_busy' }],
    reason: {
      code: 'sleeping-on-function',
      object: 'klp_busy',
      function: 'klp_busy_wait_d',
      symbol: 'klp_busy_wait_d',
      frame: 0,
      certainty: 'certain',
    },
    remedies: ['let-it-return', 'reverse'],
    ...change,
  };
}

/** A thread beyond the first 200: counted, and nothing else. */
export function unseenBlocker(tid: number): Blocker {
  return blocker(tid, {
    comm: null,
    cmdline: null,
    state: null,
    kthread: null,
    uid: null,
    stack: null,
    reason: {
      code: 'unknown',
      object: null,
      function: null,
      symbol: null,
      frame: null,
      certainty: 'unknown',
    },
    remedies: [],
  });
}

export function finding(code: Finding['code'], change: Partial<Finding> = {}): Finding {
  return {
    code,
    severity: 'warning',
    subject: 'livepatch_b',
    message: `About ${code}.`,
    evidence: [],
    remedies: [],
    ...change,
  };
}
