/**
 * Which threads would not switch at once: those that sleep in code that the transition to come is to
 * leave (kernel/livepatch/transition.c, klp_check_stack), and those whose stack can't be relied on.
 */
import { implementationsToLeave, type Implementation } from '../diagnosis/implementations';
import { reasonOf } from '../diagnosis/reasons';
import { remediesFor } from '../diagnosis/remedies';
import { unwindBreakers } from '../diagnosis/stackForms';
import { ReadingsReader } from '../model/reader';
import type { BlockingThread, ThreadDetails } from '../model/systemState';
import { nothingRead, readDetails } from '../model/transition';
import { threadPath } from '../readings/paths';
import type { FileReading } from '../readings/readings';
import type { FoundStack, SoughtCode, StackSearch } from '../readings/stackSearch';
import type { Blocker, Reason, StatusDocument } from '../report/statusDocument';
import type { WhatIf, WhatIfAction } from './document';
import { lookedUp } from './lookedUp';
import { comingPatch } from './replacing';
import { supposed } from './supposed';

/** Code that must not be on a thread's stack when the action is carried out. */
export function codeToLeave(status: StatusDocument, action: WhatIfAction): Implementation[] {
  const { patches, order, transition } = status;
  const equalNames = lookedUp(status);
  switch (action.do) {
    case 'force':
      return [];
    case 'replace': {
      const coming = comingPatch(status, action.functions);
      return implementationsToLeave({
        patches: [...patches, coming],
        order,
        transition: { patch: coming.name, direction: 'patching' },
        equalNames,
      });
    }
    case 'disable':
    case 'reverse': {
      const isBack = transition?.patch === action.patch && transition.direction === 'unpatching';
      const direction = isBack ? 'patching' : 'unpatching';
      return implementationsToLeave({
        patches,
        order,
        transition: { patch: action.patch, direction },
        equalNames,
      });
    }
  }
}

/** What has to be looked for on all stacks; null where no thread has to switch. */
export function soughtFor(status: StatusDocument, action: WhatIfAction): SoughtCode | null {
  if (action.do === 'force') return null;
  const left = codeToLeave(supposed(status, action), action).filter(({ isLeft }) => isLeft);
  const originals = left.filter(({ patch }) => patch === null);
  return {
    symbols: [...new Set(originals.flatMap(({ names }) => names))],
    modules: [...new Set(left.map(({ patch }) => patch).filter((patch) => patch !== null))],
    prefixes: unwindBreakers,
  };
}

type Blocking = Pick<WhatIf, 'wouldBlock' | 'unchecked' | 'running'>;

/** @param search null: no stacks were looked at */
export function blockingOf(
  status: StatusDocument,
  action: WhatIfAction,
  search: StackSearch | null,
): Blocking {
  if (action.do === 'force') return { wouldBlock: [], unchecked: 0, running: 0 };
  // A capture may lack its threads: that says nothing of the host.
  if (!search || search.threads === 0) return { wouldBlock: [], unchecked: null, running: null };
  const code = codeToLeave(status, action);
  const reasons = reasonsFor(code);
  // Who has not switched is where a reversed transition leads.
  const arrived = new Set(status.blockers.map(({ tid }) => tid));
  const running = search.running.filter(({ tid }) => !arrived.has(tid)).length;
  return {
    wouldBlock: search.found
      .filter(({ tid }) => !arrived.has(tid))
      .map((found) => blockerOf(status, found, reasons, search.files))
      .filter((blocker) => blocker !== null),
    unchecked: search.unread + running,
    running,
  };
}

/**
 * Asleep or stopped, a thread switches if only its stack allows: nothing else about it matters, and
 * thousands that sleep in the same place do so for one reason.
 */
function reasonsFor(code: readonly Implementation[]): (thread: BlockingThread) => Reason {
  const known = new Map<string, Reason>();
  return ({ pid, tid, details }) => {
    const frames = details?.stack ?? [];
    const key = frames.map(({ function: name, module }) => `${name} ${module}`).join('\n');
    const before = known.get(key);
    if (before) return before;
    const reason = reasonOf({ pid, tid, details: { ...nothingRead, stack: frames } }, code, null);
    known.set(key, reason);
    return reason;
  };
}

function blockerOf(
  status: StatusDocument,
  { pid, tid, frames }: FoundStack,
  reasonFor: (thread: BlockingThread) => Reason,
  files: ReadonlyMap<string, FileReading>,
): Blocker | null {
  const read = detailsOf(pid, tid, files);
  const details = { ...(read ?? nothingRead), stack: read?.stack ?? frames };
  const thread = { pid, tid, details };
  const reason = reasonFor(thread);
  if (reason.code !== 'sleeping-on-function' && reason.code !== 'unreliable-stack') return null;
  const remedies = remediesFor(thread, reason, { ...status, unusedObjects: [] });
  return {
    pid,
    tid,
    comm: details.comm,
    cmdline: details.cmdline,
    state: details.state,
    kthread: details.kthread,
    uid: details.uid,
    unit: details.unit,
    stack: read ? details.stack.map((frame) => ({ ...frame })) : null,
    reason: { ...reason, frame: read ? reason.frame : null },
    remedies,
  };
}

/** Null where only its stack was looked at. */
function detailsOf(
  pid: number,
  tid: number,
  files: ReadonlyMap<string, FileReading>,
): ThreadDetails | null {
  const path = threadPath(pid, tid);
  if (!files.has(`${path}/comm`)) return null;
  const reader = new ReadingsReader({
    target: '',
    source: 'directory',
    takenAt: null,
    privileged: null,
    files,
    folders: new Map(),
    threads: null,
    logPath: null,
    torn: false,
    problems: [],
  });
  return readDetails(reader, path, `/proc/${pid}`);
}
