/** The least that Electron can do: one window with one heading. */
const { app, BrowserWindow } = require('electron');

async function begin() {
  await app.whenReady();
  const window = new BrowserWindow({ width: 1440, height: 900 });
  await window.loadURL('data:text/html,<h1>Empty</h1>');
}

void begin();
