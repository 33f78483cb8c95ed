/** What the palette offers for what is typed: hosts, a target, samples, commands. */
import { parseTarget } from '../../shared/api/target';
import { visible } from '../../shared/base/text';
import { commands } from '../commands/registry';
import { openTargets, select } from '../state/actions';
import { summaryOf } from '../state/headline';
import { nameAmong } from '../state/names';
import type { WindowState } from '../state/store';

export interface PaletteEntry {
  readonly id: string;
  readonly kind: 'Host' | 'Connect' | 'Open' | 'Sample' | 'Demo' | 'Command';
  readonly title: string;
  readonly hint: string;
  readonly shortcut: string | null;
  readonly run: () => void;
}

/**
 * How well typed text fits a title: every word has to occur, a word's beginning counts most.
 * Null where it does not fit.
 */
export function fitOf(title: string, typed: string): number | null {
  const text = title.toLowerCase();
  let fit = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const place = text.indexOf(word);
    if (place < 0) return null;
    const beginsWord = place === 0 || /[^a-z0-9]/.test(text[place - 1] ?? ' ');
    fit += (beginsWord ? 100 : 0) + Math.max(0, 50 - place);
  }
  return fit;
}

/** The TARGET that a text means, and whether it reads like one rather than like words. */
export function targetOf(typed: string): { readonly target: string; readonly isSure: boolean } {
  const parsed = parseTarget(typed);
  return { target: typed, isSure: parsed.ok && parsed.value.kind !== 'ssh' };
}

/** @param configured hosts of the user's SSH configuration */
export function paletteEntries(
  state: WindowState,
  typed: string,
  configured: readonly string[] = [],
): readonly PaletteEntry[] {
  const text = typed.trim();
  const fitting = [
    ...hostEntries(state),
    ...configured.map(connectEntry),
    ...commandEntries(state),
    ...sampleEntries(state),
    ...demoEntries(state),
  ]
    .map((entry) => ({ entry, fit: fitOf(`${entry.title} ${entry.hint} ${entry.kind}`, text) }))
    .filter(({ fit }) => fit !== null)
    .sort((a, b) => (b.fit ?? 0) - (a.fit ?? 0))
    .map(({ entry }) => entry);
  if (text === '') return fitting;
  const { target, isSure } = targetOf(text);
  return isSure ? [targetEntry(target), ...fitting] : [...fitting, targetEntry(target)];
}

function targetEntry(target: string): PaletteEntry {
  return {
    id: 'target',
    kind: 'Open',
    title: `Open ${visible(target)}`,
    hint: 'a host, local, dir:FOLDER or a capture file',
    shortcut: null,
    run: () => openTargets([target]),
  };
}

function connectEntry(name: string): PaletteEntry {
  return {
    id: `connect ${name}`,
    kind: 'Connect',
    title: `Connect to ${visible(name)}`,
    hint: 'SSH configuration',
    shortcut: null,
    run: () => openTargets([name]),
  };
}

function hostEntries({ hosts, order }: WindowState): readonly PaletteEntry[] {
  return order.flatMap((id) => {
    const host = hosts[id];
    if (host === undefined) return [];
    return {
      id: `host ${id}`,
      kind: 'Host' as const,
      title: nameAmong(host, Object.values(hosts)),
      hint: summaryOf(host).word,
      shortcut: null,
      run: () => select(id),
    };
  });
}

function commandEntries(state: WindowState): readonly PaletteEntry[] {
  return commands
    .filter((command) => command.id !== 'app.palette' && command.enabled(state))
    .map((command) => ({
      id: command.id,
      kind: 'Command' as const,
      title: command.title,
      hint: '',
      shortcut: command.shortcuts[0] ?? null,
      run: () => command.run(),
    }));
}

function sampleEntries({ info }: WindowState): readonly PaletteEntry[] {
  return (info?.samples ?? []).map((sample) => ({
    id: `sample ${sample.id}`,
    kind: 'Sample' as const,
    title: visible(sample.title),
    hint: 'sample state',
    shortcut: null,
    run: () => openTargets([sample.target]),
  }));
}

function demoEntries({ info }: WindowState): readonly PaletteEntry[] {
  return (info?.demos ?? []).map((demo) => ({
    id: demo.target,
    kind: 'Demo' as const,
    title: demo.title,
    hint: demo.isFleet ? 'host of the demo fleet' : 'demo host',
    shortcut: null,
    run: () => openTargets([demo.target]),
  }));
}
