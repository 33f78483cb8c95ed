/** Draws the window over the frame that index.html has put there. */
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { runCommand } from './commands/registry';
import { startFeed } from './state/feed';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

startFeed(runCommand);
createRoot(root).render(<App />);
