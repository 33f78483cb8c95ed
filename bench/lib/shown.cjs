/**
 * Required by Electron before an application: says on standard output when its first window was
 * shown and when its page had painted what KLPSCOPE_BENCH_AWAITED selects, in milliseconds since the epoch, and
 * ends it then.
 */
const { app } = require('electron');

const awaited = JSON.stringify(process.env.KLPSCOPE_BENCH_AWAITED);
const painted = `new Promise((resolve) => {
  const look = () => {
    const isThere = document.querySelector(${awaited}) !== null;
    requestAnimationFrame(isThere ? () => requestAnimationFrame(resolve) : look);
  };
  look();
}).then(() => Date.now())`;

async function watch(window) {
  const shown = new Promise((resolve) => window.once('show', () => resolve(Date.now())));
  await new Promise((resolve) => window.webContents.once('dom-ready', resolve));
  const paintedAt = await window.webContents.executeJavaScript(painted);
  const times = { shownAt: await shown, paintedAt };
  process.stdout.write(`${JSON.stringify(times)}\n`, () => app.exit(0));
}

app.once('browser-window-created', (_event, window) => void watch(window));
