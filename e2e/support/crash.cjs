/**
 * Required by Electron before the app: ends the page's process once the page shows something, waits
 * for it to be there again, says on standard output what was told and shown, and ends the app.
 */
const { app, dialog } = require('electron');

const shownText = `new Promise((resolve) => {
  const look = () => {
    const isThere = document.querySelector('h1') !== null;
    if (isThere) resolve(document.body.innerText);
    else requestAnimationFrame(look);
  };
  look();
})`;

async function watch({ webContents }) {
  const told = [];
  dialog.showMessageBox = (_window, { message }) => told.push(message);
  await new Promise((resolve) => webContents.once('dom-ready', resolve));
  await webContents.executeJavaScript(shownText);
  const again = new Promise((resolve) => webContents.once('dom-ready', resolve));
  webContents.forcefullyCrashRenderer();
  await again;
  const shown = await webContents.executeJavaScript(shownText);
  process.stdout.write(JSON.stringify({ told, shown }), () => app.exit(0));
}

app.once('browser-window-created', (_event, window) => void watch(window));
