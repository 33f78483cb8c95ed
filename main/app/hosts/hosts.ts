/** The targets that are open in the window, in the order of their opening. */
import type {
  DemoCommand,
  DemoOutcome,
  Host,
  Moments,
  RawFile,
} from '../../../shared/api/contract';
import { parseTarget, type Target } from '../../../shared/api/target';
import { targetTraits } from '../../../shared/api/targetTraits';
import type { Result } from '../../../shared/base/problem';
import type { WhatIf, WhatIfAction } from '../../../shared/whatif/document';
import { noDemo, type Reader } from '../../reader/readerClient';
import type { LiveRequest } from '../../sources/source';
import { startSession, type HostSession, type SessionEnvironment } from './hostSession';

export type LiveChoice = Partial<Pick<LiveRequest, 'sudo' | 'pkexec' | 'transport'>>;

export interface HostsEnvironment extends SessionEnvironment {
  /** @param id of the open host, under which questions about it are asked */
  open(target: Target, live: LiveChoice, id: string): Reader;
  closed(id: string): void;
}

export interface Hosts {
  list(): Host[];
  get(id: string): Host | null;
  /** Opens a target, or answers the id of the one that is open already and reads it again. */
  open(target: string, live?: LiveChoice): Result<string>;
  /** Connects anew; options that are left out stay as they were. */
  retry(id: string, live: LiveChoice): void;
  /** Gives up connecting anew. */
  cancel(id: string): void;
  close(id: string): void;
  refresh(id: string): void;
  setPaused(id: string, paused: boolean): void;
  setVisible(visible: boolean): void;
  control(id: string, command: DemoCommand): Promise<DemoOutcome>;
  seek(id: string, index: number): Promise<void>;
  moments(id: string): Promise<Moments | null>;
  record(id: string, file: string | null): Promise<void>;
  files(id: string): Promise<RawFile[]>;
  /** Null: it is not open any more. */
  whatIf(id: string, action: WhatIfAction): Promise<Result<WhatIf> | null>;
  file(id: string, path: string): Promise<string | null>;
  closeAll(): void;
}

export function createHosts(environment: HostsEnvironment): Hosts {
  const sessions = new Map<string, HostSession>();
  const openedAs = new Map<string, { readonly target: Target; readonly live: LiveChoice }>();
  let opened = 0;
  let isVisible = true;

  function retry(id: string, live: LiveChoice): void {
    const before = openedAs.get(id);
    const session = sessions.get(id);
    if (before === undefined || session === undefined) return;
    // The same reader knows what was answered before, and asks for less.
    if (!isOther(before.live, live)) {
      session.reconnect();
      return;
    }
    const now = { target: before.target, live: { ...before.live, ...live } };
    openedAs.set(id, now);
    session.readThrough(environment.open(now.target, now.live, id));
  }

  return {
    list: () => [...sessions.values()].map((session) => session.host()),
    get: (id) => sessions.get(id)?.host() ?? null,
    open(text, live = {}) {
      const target = parseTarget(text);
      if (!target.ok) return target;
      const same = [...sessions.values()].find((session) => session.target === text);
      if (same !== undefined) {
        // Asked for with other rights than it has: it is connected to anew.
        if (isOther(openedAs.get(same.id)?.live, live)) retry(same.id, live);
        else same.refresh();
        return { ok: true, value: same.id };
      }
      const first = {
        id: `host-${(opened += 1)}`,
        target: text,
        label: shortName(text),
        live: targetTraits[target.value.kind].isLive,
        isDemo: targetTraits[target.value.kind].isStory,
      };
      const reader = environment.open(target.value, live, first.id);
      openedAs.set(first.id, { target: target.value, live });
      sessions.set(first.id, startSession(first, reader, isVisible, environment));
      return { ok: true, value: first.id };
    },
    retry,
    cancel: (id) => sessions.get(id)?.cancel(),
    close(id) {
      const session = sessions.get(id);
      if (session === undefined) return;
      sessions.delete(id);
      openedAs.delete(id);
      session.close();
      environment.closed(id);
    },
    refresh: (id) => sessions.get(id)?.refresh(),
    setPaused: (id, paused) => sessions.get(id)?.setPaused(paused),
    setVisible(visible) {
      isVisible = visible;
      for (const session of sessions.values()) session.setVisible(visible);
    },
    control: async (id, command) => (await sessions.get(id)?.control(command)) ?? noDemo,
    seek: async (id, index) => sessions.get(id)?.seek(index),
    moments: async (id) => (await sessions.get(id)?.moments()) ?? null,
    record: async (id, file) => sessions.get(id)?.record(file),
    files: async (id) => (await sessions.get(id)?.files()) ?? [],
    whatIf: async (id, action) => (await sessions.get(id)?.whatIf(action)) ?? null,
    file: async (id, path) => (await sessions.get(id)?.file(path)) ?? null,
    closeAll() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
}

/** Whether something is wished for that was not. */
function isOther(before: LiveChoice = {}, wished: LiveChoice): boolean {
  return (
    (wished.sudo !== undefined && wished.sudo !== (before.sudo ?? false)) ||
    (wished.pkexec !== undefined && wished.pkexec !== (before.pkexec ?? false)) ||
    (wished.transport !== undefined && wished.transport !== (before.transport ?? null))
  );
}

/** Last part of a path; the target itself where it names no path. */
function shortName(target: string): string {
  const parts = target.replace(/^[a-z-]+:/, '').split(/[\\/]+/);
  return parts.findLast((part) => part !== '') ?? target;
}
