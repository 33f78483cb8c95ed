import { useEffect, useRef } from 'react';
import './App.css';
import { visible } from '../shared/base/text';
import { useShortcuts } from './commands/keyboard';
import { ErrorBoundary } from './components/ErrorBoundary';
import { later } from './components/later';
import { oldest, useQuestions } from './state/questions';
import { Rail } from './rail/Rail';
import { isRecording } from './state/isRecording';
import { PaintedSignal } from './state/painted';
import { selectedHost, useWindow } from './state/store';
import { DropTarget } from './views/start/DropTarget';
import { StartView } from './views/start/StartView';
import { Toasts } from './components/Toasts';

const HostScreen = later(() => import('./views/host/HostScreen'));
const Overlays = later(() => import('./overlays/Overlays'));
const QuestionDialog = later(() => import('./connect/QuestionDialog'));

export function App() {
  const host = useWindow(selectedHost);
  const answered = useWindow((state) => state.info !== null);
  const theme = useWindow((state) => state.settings?.theme ?? 'system');
  const overlay = useWindow((state) => state.overlay);
  const asked = useQuestions(oldest);
  const main = useRef<HTMLElement>(null);
  useShortcuts();

  // The first host that is opened finds its code already there.
  useEffect(() => {
    const idle = requestIdleCallback(() => void HostScreen.fetch());
    return () => cancelIdleCallback(idle);
  }, []);

  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    const kinds =
      host === null ? [] : [host.isDemo ? 'demo' : null, isRecording(host) ? 'recording' : null];
    const words = kinds.filter((kind) => kind !== null).join(' ');
    const mark = words === '' ? '' : ` (${words})`;
    document.title = host === null ? 'Klpscope' : `${visible(host.label)}${mark} – Klpscope`;
  }, [host]);

  return (
    <div className="app">
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Rail />
      <main ref={main} className="app__main" tabIndex={-1}>
        {host !== null ? (
          <ErrorBoundary key={host.id}>
            <HostScreen host={host} />
          </ErrorBoundary>
        ) : answered ? (
          <>
            <StartView />
            <PaintedSignal host={null} />
          </>
        ) : null}
      </main>
      <Toasts />
      <DropTarget />
      <Announcer />
      {overlay === null ? null : <Overlays overlay={overlay} />}
      {asked === null ? null : <QuestionDialog key={asked.id} asked={asked} />}
    </div>
  );
}

/** Says changes of state to screen readers. */
function Announcer() {
  const announcement = useWindow((state) => state.announcement);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {announcement}
    </div>
  );
}
