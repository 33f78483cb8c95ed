/** What a person can do about live hosts: connect, and connect anew with other rights. */
import { create } from 'zustand';
import type { TransportKind } from '../../shared/api/openSsh';
import { parseTarget } from '../../shared/api/target';
import { ask, tell } from './bridge';
import { select } from './actions';
import { addToast } from './store';
import { countOf } from '../../shared/base/words';
import { visible } from '../../shared/base/text';

/** Hosts of the user's SSH configuration; null: not asked yet. */
export const useConfigured = create<{ readonly names: readonly string[] | null }>()(() => ({
  names: null,
}));

/** The configuration may have been edited since: it is read again. */
export async function loadConfigured(): Promise<void> {
  useConfigured.setState({ names: await ask('hosts:configured', undefined) });
}

/**
 * Opens `[user@]host[:port]` and shows it.
 *
 * @returns why it could not be opened; null: it was
 */
export async function connectTo(text: string, sudo: boolean): Promise<string | null> {
  const target = text.trim();
  const parsed = parseTarget(target);
  if (parsed.ok && parsed.value.kind !== 'ssh') {
    return `${visible(target)} is no host; one is written as [user@]host[:port].`;
  }
  const opened = await ask('host:open', { target, live: sudo ? { sudo } : {} });
  if (!opened.ok) return visible(opened.problem.message);
  select(opened.id);
  return null;
}

/** Connects anew, now; what is left out stays as it was chosen before. A transport is remembered. */
export function reconnect(
  id: string,
  live: {
    readonly sudo?: boolean;
    readonly pkexec?: boolean;
    readonly transport?: TransportKind;
  } = {},
): void {
  tell('host:retry', { id, live });
}

/** Gives up connecting anew; the host stays lost as it was. */
export function giveUp(id: string): void {
  tell('host:cancel', { id });
}

/** @param id an open host's; null: those of all hosts */
export async function forgetSecrets(id: string | null): Promise<void> {
  const count = await ask('secrets:forget', { id });
  addToast({
    tone: 'plain',
    title: count === 0 ? 'Nothing was remembered' : `Forgotten: ${countOf(count, 'secret')}`,
    text: 'Passwords and passphrases are asked for again.',
  });
}
