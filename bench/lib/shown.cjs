/**
 * Required by Electron before an application: says on standard output when its first window was
 * shown and when its page had painted a heading, in milliseconds since the epoch, and ends it then.
 */
const { app } = require('electron');

const headingPainted = `new Promise((resolve) => {
  const look = () => {
    const isThere = document.querySelector('h1') !== null;
    requestAnimationFrame(isThere ? () => requestAnimationFrame(resolve) : look);
  };
  look();
}).then(() => Date.now())`;

async function watch(window) {
  const shown = new Promise((resolve) => window.once('show', () => resolve(Date.now())));
  await new Promise((resolve) => window.webContents.once('dom-ready', resolve));
  const paintedAt = await window.webContents.executeJavaScript(headingPainted);
  const times = { shownAt: await shown, paintedAt };
  process.stdout.write(`${JSON.stringify(times)}\n`, () => app.exit(0));
}

app.once('browser-window-created', (_event, window) => void watch(window));
