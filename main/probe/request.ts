/** What is asked of the probe in one line. */
export type Section = 'h' | 'm' | 'f' | 'l' | 'o' | 'd' | 'n';

export interface ThreadId {
  readonly pid: number;
  readonly tid: number;
}

export interface ProbeRequest {
  readonly id: number;
  /** Beyond the livepatches themselves; see `probeText.ts`. */
  readonly sections: readonly Section[];
  /** All threads, or the known blocking ones and their children. */
  readonly scan: 'full' | 'known';
  readonly known: readonly ThreadId[];
}

export const threadKey = ({ pid, tid }: ThreadId) => `/proc/${pid}/task/${tid}`;

export function requestLine({ id, sections, scan, known }: ProbeRequest): string {
  return [id, sections.join('') || '-', scan, ...known.map(threadKey)].join(' ');
}
