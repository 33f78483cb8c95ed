/** Puts the parts together: one window, its open hosts, and what the window may ask. */
import { app, clipboard, nativeTheme, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ask, liveRequestSchema, Settings } from '../../shared/api/contract';
import { parseTarget } from '../../shared/api/target';
import type { PassedOn } from '../reader/calls';
import { createReaderPool } from '../reader/readerPool';
import { AcceptedKeys } from '../ssh/hostKeys/acceptedKeys';
import { hasPkexec } from '../ssh/rights/localRights';
import type { WindowRequest } from './argv';
import { demoHosts } from './hosts/demos';
import { chooseRecordingFile, chooseTargets } from './window/dialogs';
import { createHosts, type LiveChoice } from './hosts/hosts';
import { createReportedHosts } from './hosts/reportedHosts';
import { answerRequests, tell } from './page/ipc';
import { waitBeforeQuitting } from './quitting';
import { say } from './log';
import { enableHostEntries, setUpMenu } from './window/menu';
import { recoverFromCrash } from './recovery';
import { createQuestions } from './questions';
import { createRememberedSecrets } from './stores/rememberedSecrets';
import { readSamples } from './hosts/samples';
import { endWithScreenshot } from './window/screenshot';
import { keyringCipher } from './stores/secretCipher';
import { openSecretStore } from './stores/secretStore';
import { openSettings, type SettingsFiles } from './stores/settings';
import { configuredHosts } from '../ssh/config/configuredHosts';
import { absoluteTarget } from './hosts/targets';
import { createTransportChoices } from './hosts/transportChoices';

/** What a second process hands to the first: as many targets as a first start would open. */
const handoverSchema = z.strictObject({ targets: z.array(z.string()) });

/**
 * Brings the window to life.
 *
 * @param files the user's settings; need not be there
 * @returns opens further targets, as a second start hands them over, and brings the window forward
 */
export async function startApplication(
  window: BrowserWindow,
  request: WindowRequest,
  files: SettingsFiles,
): Promise<(handover: unknown) => void> {
  const notices: string[] = [];
  const report = (warning: string): void => {
    if (notices.includes(warning)) return;
    say(warning);
    notices.push(warning);
  };
  // Read here first: a broken file has to be reported in the window, which a reader thread can't do.
  await new AcceptedKeys(files.config, report).asKnownHosts();
  const settings = await openSettings(
    files,
    request.theme === null ? {} : { theme: request.theme },
    report,
  );
  const secretsFile = join(app.getPath('userData'), 'secrets.json');
  const secrets = createRememberedSecrets(openSecretStore(secretsFile, keyringCipher, report));
  const questions = createQuestions(
    {
      asked: (question) => tell(window, 'question:asked', question),
      withdrawn: (id) => tell(window, 'question:withdrawn', { id }),
    },
    (question) => secrets.offer(question),
  );
  const choices = createTransportChoices(settings, (changed) =>
    tell(window, 'settings:changed', changed),
  );
  const readers = createReaderPool();
  const reported = createReportedHosts((host) => tell(window, 'host:changed', host));
  const hosts = createHosts({
    open: (target, live, id) => {
      questions.withdraw(id);
      const transport = live.transport ?? choices.of(target);
      const ask = secrets.answering(target.text, choices.hearing(questions.askFor(id)));
      return readers.open(target, { ...live, transport }, ask);
    },
    settledInterval: () => settings.current().interval * 1000,
    changed(host) {
      secrets.heard(host);
      reported.changed(host);
    },
    closed: (id) => {
      questions.withdraw(id);
      reported.closed(id);
      tell(window, 'host:closed', { id });
    },
  });
  waitBeforeQuitting(
    [
      { isOpen: () => settings.isWriting(), end: () => settings.written() },
      { isOpen: () => hosts.isClosing(), end: () => hosts.closeAll() },
    ],
    () => readers.isStuck(),
  );
  let selected: string | null = null;
  const open = (targets: readonly string[]): void => {
    for (const target of targets) {
      const opened = hosts.open(target);
      if (opened.ok) selected = opened.value;
      else say(`${target}: ${opened.problem.message}`);
    }
  };
  open(request.targets);

  const painted =
    request.screenshot === null ? null : endWithScreenshot(window, request.screenshot);
  const apply = (changed: Settings): Settings => {
    nativeTheme.themeSource = changed.theme;
    window.webContents.setZoomFactor(changed.zoom);
    return changed;
  };

  const passOn =
    <N extends PassedOn>(name: N) =>
    ({ id, ...argument }: Ask<N>) =>
      hosts.ask(id, name, argument);

  answerRequests(window, {
    'app:info': () => {
      // The page listens now; what was asked before it did is lost to it.
      questions.tellAgain();
      reported.show(selected, null);
      return {
        version: app.getVersion(),
        electron: process.versions.electron,
        platform: process.platform,
        settings: settings.current(),
        notices: notices.splice(0),
        hasPkexec: process.geteuid?.() !== 0 && hasPkexec(),
        samples: readSamples(),
        demos: demoHosts,
        hosts: hosts.list().map((host) => reported.of(host)),
        selected,
        view: request.view,
      };
    },
    'host:open': ({ target, live = {} }) => {
      const opened = hosts.open(absoluteTarget(target, app.getPath('home')), given(live));
      return opened.ok ? { ok: true, id: opened.value } : opened;
    },
    'host:close': ({ id }) => hosts.close(id),
    'host:refresh': ({ id }) => hosts.get(id)?.refresh(),
    'host:pause': ({ id, paused }) => hosts.get(id)?.setPaused(paused),
    'host:files': passOn('host:files'),
    'host:file': passOn('host:file'),
    'host:what-if': passOn('host:what-if'),
    'demo:control': passOn('demo:control'),
    'recording:moments': passOn('recording:moments'),
    'dialog:open': ({ kind }) => chooseTargets(window, kind),
    'clipboard:write': ({ text }) => clipboard.writeText(text),
    'settings:change': (part) => apply(settings.change(part)),
    'hosts:configured': () => Promise.resolve(configuredHosts()),
    'host:retry': ({ id, live }) => {
      const target = parseTarget(hosts.get(id)?.target ?? '');
      if (target.ok && live.transport) choices.remember(target.value, live.transport);
      hosts.retry(id, given(live));
    },
    'host:cancel': ({ id }) => {
      questions.withdraw(id);
      hosts.get(id)?.cancel();
    },
    'secrets:forget': ({ id }) => {
      if (id === null) return secrets.forget(null);
      const host = hosts.get(id);
      return host === undefined ? 0 : secrets.forget(host.target);
    },
    'recording:move-to': ({ id, index }) => hosts.get(id)?.moveTo(index),
    'host:record': async ({ id, on }) => {
      const session = hosts.get(id);
      if (session === undefined) return;
      const file = on ? await chooseRecordingFile(window, session.host().label) : null;
      // Cancelled: what was goes on.
      if (!on || file !== null) await session.record(file);
    },
    'question:answer': ({ id, answers }) => questions.answer(id, answers),
    'window:painted': ({ host: id }) => {
      const host = id === null ? null : (hosts.get(id)?.host() ?? null);
      const isExpected = selected === null ? id === null : host?.id === selected;
      if (isExpected && host?.phase !== 'loading') painted?.(host);
    },
    'window:shows': ({ host: id }) => {
      enableHostEntries(id !== null);
      reported.show(id, id === null ? null : (hosts.get(id)?.host() ?? null));
    },
  });
  // Not sooner: what the page waits for comes first.
  window.webContents.once('dom-ready', () =>
    setUpMenu((id) => tell(window, 'command:run', { id })),
  );
  recoverFromCrash(window);
  window.on('hide', () => hosts.setVisible(false));
  window.on('minimize', () => hosts.setVisible(false));
  window.on('show', () => hosts.setVisible(true));
  window.on('restore', () => hosts.setVisible(true));
  window.on('closed', () => void hosts.closeAll());

  return (handover) => {
    // The program is about to end.
    if (window.isDestroyed()) return;
    const parsed = handoverSchema.safeParse(handover);
    if (!parsed.success) say('a second start handed over what is no list of targets');
    const targets = parsed.success ? parsed.data.targets : [];
    open(targets);
    if (targets.length > 0 && selected !== null) tell(window, 'host:select', { id: selected });
    if (window.isMinimized()) window.restore();
    window.focus();
  };
}

/** Options without those that were left open. */
function given({ sudo, pkexec, transport }: z.infer<typeof liveRequestSchema>): LiveChoice {
  return {
    ...(sudo === undefined ? {} : { sudo }),
    ...(pkexec === undefined ? {} : { pkexec }),
    ...(transport === undefined ? {} : { transport }),
  };
}
