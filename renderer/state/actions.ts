/** What a person can do, as plain functions: commands, buttons and drops all end up here. */
import type { Theme } from '../../shared/api/contract';
import { problemHelp } from '../../shared/diagnosis/wording';
import { visible } from '../../shared/readings/text';
import { ask, tell } from './bridge';
import { addToast, announce, changeView, dropHost, selectedHost, useWindow } from './store';
import { freshView, type ViewId } from './views';

export function select(id: string | null): void {
  useWindow.setState({ selected: id, overlay: null });
  tell('window:menu-state', { hostSelected: id !== null });
}

/** Opens a TARGET of the command line's contract and shows it; a refusal is shown as a notice. */
export async function openTarget(target: string): Promise<void> {
  const outcome = await ask('host:open', { target });
  if (outcome.ok) {
    select(outcome.id);
    return;
  }
  addToast({
    tone: 'stuck',
    title: `${visible(target)} was not opened`,
    text: `${visible(outcome.problem.message)} ${problemHelp(outcome.problem.code)}`.trim(),
    code: outcome.problem.code,
  });
}

export async function openByDialog(kind: 'file' | 'folder'): Promise<void> {
  const targets = await ask('dialog:open', { kind });
  for (const target of targets) await openTarget(target);
}

export function closeHost(id: string): void {
  tell('host:close', { id });
  dropHost(id);
  tell('window:menu-state', { hostSelected: useWindow.getState().selected !== null });
}

export function refresh(id: string): void {
  tell('host:refresh', { id });
}

export function togglePause(id: string): void {
  const host = useWindow.getState().hosts[id];
  if (host?.live === true) tell('host:pause', { id, paused: !host.paused });
}

/** Shows a view of a host, and in it what is named, as a link from another view does. */
export function show(id: string, view: ViewId, chosen?: string): void {
  const { views } = useWindow.getState();
  const before = views[id] ?? freshView;
  changeView(id, {
    view,
    detailOpen: chosen !== undefined,
    ...(chosen === undefined
      ? {}
      : {
          chosen: { ...before.chosen, [view]: chosen },
          filters: { ...before.filters, [view]: '' },
        }),
  });
}

/** Moves through the rail, `step` places down; over the ends it goes round. */
export function selectNeighbour(step: 1 | -1): void {
  const { order, selected } = useWindow.getState();
  const place = selected === null ? (step === 1 ? -1 : 0) : order.indexOf(selected);
  const next = order.at((place + step + order.length) % Math.max(1, order.length));
  if (next !== undefined) select(next);
}

export async function copy(text: string, what: string): Promise<void> {
  await ask('clipboard:write', { text });
  announce(`${what} copied`);
}

export async function copyStatus(): Promise<void> {
  const host = selectedHost(useWindow.getState());
  if (host?.status) {
    await copy(`${JSON.stringify(host.status, null, 2)}\n`, 'Status document');
    addToast({
      tone: 'plain',
      title: 'Status document copied',
      text: `The JSON of ${visible(host.label)} is in the clipboard.`,
      code: null,
    });
  }
}

export async function changeTheme(theme: Theme): Promise<void> {
  useWindow.setState({ settings: await ask('settings:change', { theme }) });
}

/** @param zoom factor, 1 is 100 %; held between 0.5 and 3 */
export async function changeZoom(zoom: number): Promise<void> {
  const within = Math.min(3, Math.max(0.5, Math.round(zoom * 10) / 10));
  useWindow.setState({ settings: await ask('settings:change', { zoom: within }) });
}
