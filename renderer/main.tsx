/** Entry of the window. The first paint waits for nothing: data, dialogs and host views come later. */
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './theme/components.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { runCommand } from './commands/registry';
import { startFeed } from './state/feed';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

startFeed(runCommand);
createRoot(root).render(<App />);
