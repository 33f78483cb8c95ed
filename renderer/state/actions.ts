/** What a person can do, as plain functions: commands, buttons and drops all end up here. */
import type { DialogKind } from '../../shared/api/choices';
import type { Settings, Theme } from '../../shared/api/contract';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { problemHelp } from '../../shared/diagnosis/wording';
import { jsonText, visible } from '../../shared/base/text';
import { ask, tell } from './bridge';
import { addToast, announce, changeView, dropHost, selectedHost, useWindow } from './store';
import { freshView, type ViewId } from './views';

export function select(id: string | null): void {
  useWindow.setState({ selected: id, overlay: null });
  tell('window:shows', { host: id });
}

/** Runs what can fail only by a mistake of ours, and says so if it does. */
export function attempt(doing: Promise<unknown>): void {
  doing.catch((error: unknown) => {
    addToast({
      tone: 'stuck',
      title: 'That did not work',
      text: visible(error instanceof Error ? error.message : String(error)),
    });
  });
}

/** Opens TARGETs of the command line's contract and shows them; a refusal is shown as a notice. */
export function openTargets(targets: readonly string[]): void {
  attempt(openAll(targets));
}

async function openAll(targets: readonly string[]): Promise<void> {
  for (const target of targets) await open(target);
}

async function open(target: string): Promise<void> {
  const outcome = await ask('host:open', { target });
  if (outcome.ok) {
    select(outcome.id);
    return;
  }
  addToast({
    tone: 'stuck',
    title: `${visible(target)} was not opened`,
    text: `${visible(outcome.problem.message)} ${problemHelp(outcome.problem.code)}`.trim(),
  });
}

export function openByDialog(kind: DialogKind): void {
  attempt(ask('dialog:open', { kind }).then(openAll));
}

export function closeHost(id: string): void {
  tell('host:close', { id });
  dropHost(id);
  tell('window:shows', { host: useWindow.getState().selected });
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

export function copyStatus(): void {
  const host = selectedHost(useWindow.getState());
  if (host?.status) attempt(copyWithNotice(host.label, host.status));
}

async function copyWithNotice(label: string, status: StatusDocument): Promise<void> {
  await copy(`${jsonText(status, 2)}\n`, 'Status document');
  addToast({
    tone: 'plain',
    title: 'Status document copied',
    text: `The JSON of ${visible(label)} is in the clipboard.`,
  });
}

export function changeTheme(theme: Theme): void {
  attempt(changeSettings({ theme }));
}

let settingsAsked = 0;

/**
 * The change counts at once, so that a key pressed again before the main process has answered builds
 * on it; of several answers the last one stands.
 */
async function changeSettings(change: Partial<Settings>): Promise<void> {
  const asked = (settingsAsked += 1);
  const { settings: before } = useWindow.getState();
  if (before) useWindow.setState({ settings: { ...before, ...change } });
  const settings = await ask('settings:change', change);
  if (asked === settingsAsked) useWindow.setState({ settings });
}

/** @param zoom factor, 1 is 100 %; held between 0.5 and 3 */
export function changeZoom(zoom: number): void {
  const within = Math.min(3, Math.max(0.5, Math.round(zoom * 10) / 10));
  attempt(changeSettings({ zoom: within }));
}
