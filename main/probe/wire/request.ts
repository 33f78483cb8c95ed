/** What is asked of the probe in one line. */
import type { Section } from './parts';

export interface ThreadId {
  readonly pid: number;
  readonly tid: number;
}

export interface ProbeRequest {
  readonly id: number;
  /** Beyond the livepatches themselves; see `program/probe.sh`. */
  readonly sections: readonly Section[];
  /** All threads, or the known blocking ones and their children. */
  readonly scan: 'full' | 'known';
  readonly known: readonly ThreadId[];
}

/**
 * Something apart from a sample: the stacks of all threads, some threads more closely, or which names are of
 * one function.
 */
export interface SideRequest {
  readonly id: number;
  readonly sections: readonly Section[];
  readonly about: 'seek' | 'look' | 'same';
  /** What is sought, folders of threads, or names; no word has a space or means anything to a shell. */
  readonly words: readonly string[];
}

export const threadKey = ({ pid, tid }: ThreadId) => `/proc/${pid}/task/${tid}`;

export function requestLine(request: ProbeRequest | SideRequest): string {
  if ('about' in request) return [request.id, request.about, ...request.words].join(' ');
  const { id, sections, scan, known } = request;
  return [id, sections.join('') || '-', scan, ...known.map(threadKey)].join(' ');
}
