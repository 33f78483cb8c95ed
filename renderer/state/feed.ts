/** Lets the main process fill the store: its first answer, then every change. */
import { headlineOfHost, headlineText, summaryOf } from './headline';
import { ask, listen } from './bridge';
import { dropQuestion, hearQuestion } from './questions';
import { select } from './actions';
import { addToast, announce, changeView, dropHost, putHost, useWindow } from './store';
import { visible } from '../../shared/base/text';
import type { Host } from '../../shared/api/contract';

/**
 * @param runCommand what a chosen entry of the native menu does
 * @returns a function that ends all subscriptions
 */
export function startFeed(runCommand: (id: string) => void): () => void {
  const ends = [
    listen('host:changed', (host) => {
      say(useWindow.getState().hosts[host.id] ?? null, host);
      putHost(host);
    }),
    listen('host:closed', ({ id }) => dropHost(id)),
    listen('host:select', ({ id }) => select(id)),
    listen('settings:changed', (settings) => useWindow.setState({ settings })),
    listen('question:asked', hearQuestion),
    listen('question:withdrawn', ({ id }) => dropQuestion(id)),
    listen('command:run', ({ id }) => runCommand(id)),
  ];
  void begin();
  return () => ends.forEach((end) => end());
}

async function begin(): Promise<void> {
  const info = await ask('app:info', undefined);
  // What was told while this answer was on its way is newer; the answer knows the order.
  const known = useWindow.getState().hosts;
  useWindow.setState({ info, settings: info.settings, order: [] });
  for (const text of info.notices) {
    addToast({ tone: 'stuck', title: 'A file of Klpscope’s own', text: visible(text) });
  }
  for (const host of [...info.hosts, ...Object.values(known)]) putHost(host);
  if (info.selected === null) return;
  if (info.view !== null) changeView(info.selected, { view: info.view });
  select(info.selected);
}

/** Says aloud what a sighted person would notice: a host's state in words has changed. */
function say(before: Host | null, after: Host): void {
  const { selected } = useWindow.getState();
  if (after.id === selected) {
    const sentence = headlineText(headlineOfHost(after));
    if (before === null || headlineText(headlineOfHost(before)) !== sentence) announce(sentence);
    return;
  }
  const { tone, word } = summaryOf(after);
  if (before !== null && summaryOf(before).tone !== tone) announce(`${after.label}: ${word}`);
}
