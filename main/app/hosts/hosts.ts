/** The targets that are open in the window, in the order of their opening. */
import type { Host } from '../../../shared/api/contract';
import { parseTarget, type Target } from '../../../shared/api/target';
import { targetTraits } from '../../../shared/api/targetTraits';
import type { Result } from '../../../shared/base/problem';
import { notOpen, type CallAnswer, type CallAsk, type PassedOn } from '../../reader/calls';
import type { Reader } from '../../reader/readerPool';
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
  get(id: string): HostSession | undefined;
  /** Passes on what the window asks about a host that may have been closed meanwhile. */
  ask<N extends PassedOn>(id: string, name: N, argument: CallAsk<N>): Promise<CallAnswer<N>>;
  /** Opens a target, or answers the id of the one that is open already and reads it again. */
  open(target: string, live?: LiveChoice): Result<string>;
  /** Connects anew; options that are left out stay as they were. */
  retry(id: string, live: LiveChoice): void;
  close(id: string): void;
  setVisible(visible: boolean): void;
  /** Resolves when recordings that were being made are whole. */
  closeAll(): Promise<void>;
  /** Whether a host is still being closed. */
  isClosing(): boolean;
}

export function createHosts(environment: HostsEnvironment): Hosts {
  const sessions = new Map<string, HostSession>();
  const openedAs = new Map<string, { readonly target: Target; readonly live: LiveChoice }>();
  let opened = 0;
  let isVisible = true;
  const leaving = new Set<Promise<void>>();

  function leave(session: HostSession): void {
    const closed = session.close();
    leaving.add(closed);
    void closed.then(() => leaving.delete(closed));
  }

  function retry(id: string, live: LiveChoice): void {
    const before = openedAs.get(id);
    const session = sessions.get(id);
    if (before === undefined || session === undefined) return;
    // The same options: this reader is kept, since it holds the answers given and need not ask again.
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
    get: (id) => sessions.get(id),
    ask: async (id, name, argument) =>
      (await sessions.get(id)?.ask(name, argument)) ?? notOpen[name],
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
    close(id) {
      const session = sessions.get(id);
      if (session === undefined) return;
      sessions.delete(id);
      openedAs.delete(id);
      leave(session);
      environment.closed(id);
    },
    setVisible(visible) {
      isVisible = visible;
      for (const session of sessions.values()) session.setVisible(visible);
    },
    async closeAll() {
      for (const session of sessions.values()) leave(session);
      sessions.clear();
      await Promise.all(leaving);
    },
    isClosing: () => leaving.size > 0,
  };
}

/** Whether this choice asks for something else than the one before. */
function isOther(before: LiveChoice = {}, choice: LiveChoice): boolean {
  return (
    (choice.sudo !== undefined && choice.sudo !== (before.sudo ?? false)) ||
    (choice.pkexec !== undefined && choice.pkexec !== (before.pkexec ?? false)) ||
    (choice.transport !== undefined && choice.transport !== (before.transport ?? null))
  );
}

/** Last part of a path; the target itself where it names no path. */
function shortName(target: string): string {
  const parts = target.replace(/^[a-z-]+:/, '').split(/[\\/]+/);
  return parts.findLast((part) => part !== '') ?? target;
}
