/** The one list of commands. */
import { viewNames, viewTitles } from '../../shared/api/choices';
import type { Theme } from '../../shared/api/contract';
import {
  attempt,
  changeTheme,
  changeZoom,
  closeHost,
  copyStatus,
  openByDialog,
  openTargets,
  refresh,
  select,
  selectNeighbour,
  show,
  togglePause,
} from '../state/actions';
import { forgetSecrets, reconnect } from '../state/connectActions';
import { liveKind } from '../state/liveKind';
import { selectedHost, useWindow, type Overlay, type WindowState } from '../state/store';
import { demoCommands } from '../player/demoCommands';
import { isStory } from '../state/isStory';
import { recordingCommands } from '../player/recordingCommands';
import type { Command } from '../state/command';
import { focusFilter } from './focus';

const always = () => true;
const withHost = (state: WindowState) => state.selected !== null;
const withStatus = (state: WindowState) => Boolean(selectedHost(state)?.status);

const isConnected = (state: WindowState) => {
  const host = selectedHost(state);
  return host !== null && liveKind(host) !== null;
};

function onHost(act: (id: string) => void): () => void {
  return () => {
    const { selected } = useWindow.getState();
    if (selected !== null) act(selected);
  };
}

function toggleOverlay(overlay: Overlay): () => void {
  return () =>
    useWindow.setState((state) => ({
      overlay: state.overlay?.kind === overlay.kind ? null : overlay,
    }));
}

function zoomBy(step: number): () => void {
  return () => changeZoom((useWindow.getState().settings?.zoom ?? 1) + step);
}

const themes: readonly { readonly id: Theme; readonly title: string }[] = [
  { id: 'system', title: 'Theme: follow the system' },
  { id: 'light', title: 'Theme: light' },
  { id: 'dark', title: 'Theme: dark' },
];

const transports = [
  { kind: 'ssh2', title: 'built-in' },
  { kind: 'openssh', title: 'the system’s OpenSSH' },
] as const;

export const commands: readonly Command[] = [
  {
    id: 'open.local',
    title: 'Open this machine',
    group: 'Open',
    shortcuts: ['Mod+L'],
    enabled: always,
    run: () => openTargets(['local']),
  },
  {
    id: 'open.file',
    title: 'Open a capture or recording …',
    group: 'Open',
    shortcuts: ['Mod+O'],
    enabled: always,
    run: () => openByDialog('file'),
  },
  {
    id: 'open.folder',
    title: 'Open a capture folder …',
    group: 'Open',
    shortcuts: ['Mod+Shift+O'],
    enabled: always,
    run: () => openByDialog('folder'),
  },
  {
    id: 'open.start',
    title: 'Start screen and samples',
    group: 'Open',
    shortcuts: ['Mod+Shift+S'],
    enabled: withHost,
    run: () => select(null),
  },
  {
    id: 'host.refresh',
    title: 'Read again',
    group: 'Host',
    shortcuts: ['F5', 'Mod+R'],
    enabled: withHost,
    run: onHost(refresh),
  },
  {
    id: 'host.pause',
    title: 'Pause or resume live reading',
    group: 'Host',
    shortcuts: ['Mod+P'],
    // A demo host is read as long as it is open; its story is what pauses.
    enabled: (state) => {
      const host = selectedHost(state);
      return host?.live === true && !isStory(host);
    },
    run: onHost(togglePause),
  },
  {
    id: 'host.close',
    title: 'Close',
    group: 'Host',
    shortcuts: ['Mod+W'],
    enabled: withHost,
    run: onHost(closeHost),
  },
  {
    id: 'host.forget-secrets',
    title: 'Forget remembered secrets of this host',
    group: 'Host',
    shortcuts: [],
    enabled: isConnected,
    run: onHost((id) => attempt(forgetSecrets(id))),
  },
  {
    id: 'secrets.forget',
    title: 'Forget all remembered secrets',
    group: 'Window',
    shortcuts: [],
    enabled: always,
    run: () => attempt(forgetSecrets(null)),
  },
  ...transports.map(({ kind, title }): Command => ({
    id: `host.${kind}`,
    title: `SSH of this host: ${title}`,
    group: 'Host',
    shortcuts: [],
    enabled: (state) => {
      const host = selectedHost(state);
      return host !== null && liveKind(host) === 'ssh';
    },
    run: onHost((id) => reconnect(id, { transport: kind })),
  })),
  {
    id: 'host.next',
    title: 'Next host',
    group: 'Host',
    shortcuts: ['Ctrl+Tab'],
    enabled: (state) => state.order.length > 0,
    run: () => selectNeighbour(1),
  },
  {
    id: 'host.previous',
    title: 'Previous host',
    group: 'Host',
    shortcuts: ['Ctrl+Shift+Tab'],
    enabled: (state) => state.order.length > 0,
    run: () => selectNeighbour(-1),
  },
  ...viewNames.map((view, index): Command => ({
    id: `view.${view}`,
    title: viewTitles[view].title,
    group: 'View',
    shortcuts: [`Mod+${index + 1}`],
    enabled: withStatus,
    run: onHost((id) => show(id, view)),
  })),
  {
    id: 'view.filter',
    title: 'Filter',
    group: 'View',
    shortcuts: ['Mod+F', '/'],
    enabled: withStatus,
    run: focusFilter,
  },
  {
    id: 'host.what-if',
    title: 'What if …',
    group: 'Host',
    shortcuts: ['Mod+I'],
    enabled: withStatus,
    run: onHost((host) => useWindow.setState({ overlay: { kind: 'what-if', host } })),
  },
  ...demoCommands,
  ...recordingCommands,
  {
    id: 'copy.status',
    title: 'Copy the status document as JSON',
    group: 'Copy',
    shortcuts: ['Mod+Shift+C'],
    enabled: withStatus,
    run: copyStatus,
  },
  ...themes.map((theme): Command => ({
    id: `theme.${theme.id}`,
    title: theme.title,
    group: 'Window',
    shortcuts: [],
    enabled: always,
    run: () => changeTheme(theme.id),
  })),
  {
    id: 'zoom.in',
    title: 'Larger',
    group: 'Window',
    shortcuts: ['Mod++', 'Mod+='],
    enabled: always,
    run: zoomBy(0.1),
  },
  {
    id: 'zoom.out',
    title: 'Smaller',
    group: 'Window',
    shortcuts: ['Mod+-'],
    enabled: always,
    run: zoomBy(-0.1),
  },
  {
    id: 'zoom.reset',
    title: 'Normal size',
    group: 'Window',
    shortcuts: ['Mod+0'],
    enabled: always,
    run: () => changeZoom(1),
  },
  {
    id: 'app.palette',
    title: 'Find a host, a file or a command',
    group: 'Help',
    shortcuts: ['Mod+K', 'Mod+Shift+P'],
    enabled: always,
    run: toggleOverlay({ kind: 'palette' }),
  },
  {
    id: 'app.shortcuts',
    title: 'Keyboard shortcuts',
    group: 'Help',
    shortcuts: ['?'],
    enabled: always,
    run: toggleOverlay({ kind: 'shortcuts' }),
  },
];

export function commandOf(id: string): Command | null {
  return commands.find((command) => command.id === id) ?? null;
}

/** Runs a command if it makes sense now. @returns whether it did */
export function runCommand(id: string): boolean {
  const command = commandOf(id);
  if (command === null || !command.enabled(useWindow.getState())) return false;
  command.run();
  return true;
}
