/**
 * Where the app begins: tells the window's arguments from the command line's, and lets only one
 * window's process run.
 *
 * Everything in `main/app` keeps to what Electron has from version 33 on (the oldest that it is
 * developed and tested with) up to the version in package.json (which users get).
 */
import { app, Menu } from 'electron';
import { z } from 'zod';
import { parseTarget } from '../../shared/api/target';
import { startApplication } from './application';
import { readInvocation, type WindowRequest } from './argv';
import { endOnBug } from './bugs';
import { runCommandLine } from './commandLine';
import { say } from './log';
import { declareScheme } from './protocol';
import { cutOffFromNetwork } from './security';
import { absoluteTarget } from './targets';

const wrongUsage = 64;

/** What a second process hands to the first. */
const handoverSchema = z.strictObject({ targets: z.array(z.string().max(4096)).max(100) });

function begin(): void {
  const invocation = readInvocation(ownArguments());
  if (invocation.kind === 'command') runCommandLine(invocation.args);
  else if (invocation.kind === 'wrong') refuse(invocation.message);
  else beginWindow(invocation.request);
}

function beginWindow(request: WindowRequest): void {
  const targets = request.targets.map((target) => absoluteTarget(target, process.cwd()));
  for (const target of targets) {
    const parsed = parseTarget(target);
    if (!parsed.ok) refuse(parsed.problem.message);
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
  const openMore = startApplication(request);
  app.on('second-instance', (_event, _args, _folder, handover) => {
    const parsed = handoverSchema.safeParse(handover);
    openMore(parsed.success ? parsed.data.targets : []);
  });
}

begin();
