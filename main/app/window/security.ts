/**
 * What the window may not do, said once for every page that Electron ever makes: leave its own
 * address, open others, embed one, ask for rights, or reach a network.
 */
import { app, session, type WebContents } from 'electron';
import { say } from '../log';
import { appOrigin } from './address';

/** Before `ready`: Chromium finds no host by name. (SSH does not go through it.) */
export function cutOffFromNetwork(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/**
 * A port that only root could listen on, and nobody does. Whatever a page tried over TCP (WebRTC
 * does not go through `webRequest`) would have to go through it, to loopback too.
 */
const deadEnd = { proxyRules: '127.0.0.1:1', proxyBypassRules: '<-loopback>' };

/** Before the first window. @returns when the page may load */
export function denyWhatIsNotNeeded(): Promise<void> {
  app.on('web-contents-created', (_event, contents) => confine(contents));
  const { defaultSession } = session;
  // For each language Chromium would fetch a dictionary, even where no window checks spelling.
  defaultSession.setSpellCheckerLanguages([]);
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.on('will-download', (event) => event.preventDefault());
  defaultSession.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*'] },
    (_request, answer) => answer({ cancel: true }),
  );
  return defaultSession.setProxy(deadEnd);
}

function confine(contents: WebContents): void {
  // WebRTC sends UDP around every other wall: by a proxy or not at all, and there is none for UDP.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.on('will-navigate', (event) => {
    event.preventDefault();
    say(`refused to go to ${event.url}`);
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    say(`refused to open ${url}`);
    return { action: 'deny' };
  });
}

/** Whether a frame shows a page of ours; `origin` as Electron gives it. */
export function isOwnOrigin(origin: string): boolean {
  return origin === appOrigin;
}
