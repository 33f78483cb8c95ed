/**
 * Where the app begins: tells the window's arguments from the command line's, and lets only one
 * window's process run.
 *
 * Everything in `main/app` keeps to what Electron has from version 33 on (the oldest that it is
 * developed and tested with) up to the version in package.json (which users get).
 */
import { app, Menu, nativeTheme, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { parseTarget } from '../../shared/api/target';
import { defaultConfigFile } from '../config/place';
import { startPage } from './window/address';
import { readInvocation, type WindowRequest } from './argv';
import { endOnBug } from './bugs';
import { runCommandLine } from './commandLine';
import { readInitialAppearance } from './window/initialAppearance';
import { fitsHandover, isRunningAlready } from './handover';
import { say } from './log';
import { declareScheme, serveWindowFiles } from './page/protocol';
import { cutOffFromNetwork, denyWhatIsNotNeeded } from './window/security';
import type { SettingsFiles } from './stores/settings';
import { configuredHosts } from '../ssh/config/configuredHosts';
import { targetOnStart } from './hosts/targets';
import { builtFiles, makeWindow } from './window/window';

const wrongUsage = 64;

function begin(): void {
  const invocation = readInvocation(ownArguments());
  if (invocation.kind === 'command') runCommandLine(invocation.args);
  else if (invocation.kind === 'wrong') refuse(invocation.message);
  else beginWindow(invocation.request);
}

function beginWindow(request: WindowRequest): void {
  const targets = request.targets.map((target) =>
    targetOnStart(target, process.cwd(), configuredHosts),
  );
  for (const target of targets) {
    const parsed = parseTarget(target);
    if (!parsed.ok) refuse(parsed.problem.message);
    else if (parsed.value.kind === 'input') {
      refuse('The window reads no standard input: klpscope status - does, and a file opens here.');
    }
  }
  void showWindow({ ...request, targets });
}

function refuse(message: string): never {
  say(`${message} (klpscope --help lists what there is)`);
  process.exit(wrongUsage);
}

/** In a checkout Electron is started on the application's folder, which stands before ours. */
function ownArguments(): string[] {
  const args = process.argv.slice(1);
  if (!process.defaultApp) return args;
  return args.slice(args.findIndex((arg) => !arg.startsWith('-')) + 1);
}

async function showWindow(request: WindowRequest): Promise<void> {
  // A picture is taken by a process of its own, whatever else is open.
  const isPicture = request.screenshot !== null;
  endOnBug(!isPicture);
  if (!isPicture && !canBeHandedOver(request.targets)) {
    refuse(
      'So many targets can’t be handed to the Klpscope that runs already: open them in several starts.',
    );
  }
  if (!isPicture && !app.requestSingleInstanceLock({ targets: request.targets })) {
    app.exit(0);
    return;
  }
  // It would undo `--no-sandbox`, without which Chromium does not run as root. The page and its
  // preload script are written for the sandbox either way.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // Else Electron makes its own before ours is there.
  Menu.setApplicationMenu(null);
  declareScheme();
  cutOffFromNetwork();
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  const walls = denyWhatIsNotNeeded();
  const files = {
    config: defaultConfigFile(),
    earlier: join(app.getPath('userData'), 'settings.json'),
  };
  const window = windowFor(request, files);
  const starting = startIn(window, request, files);
  serveWindowFiles(builtFiles.renderer, Promise.all([walls, starting]));
  void window.loadURL(startPage);
  const openMore = await starting;
  app.on('second-instance', (_event, _args, _folder, handover) => openMore(handover));
}

function canBeHandedOver(targets: readonly string[]): boolean {
  return (
    fitsHandover(process.argv, process.cwd(), targets) || !isRunningAlready(app.getPath('userData'))
  );
}

function windowFor(request: WindowRequest, files: SettingsFiles): BrowserWindow {
  const { theme, zoom } = readInitialAppearance(files);
  nativeTheme.themeSource = request.theme ?? theme;
  const isPicture = request.screenshot !== null;
  return makeWindow({
    preload: builtFiles.preload,
    placeFile: isPicture ? null : join(app.getPath('userData'), 'window.json'),
    size: request.size,
    zoom,
  });
}

/** Most of the program is loaded when the window is there already, beside the page's own process. */
async function startIn(window: BrowserWindow, request: WindowRequest, files: SettingsFiles) {
  const { startApplication } = await import('./application');
  return startApplication(window, request, files);
}

begin();
