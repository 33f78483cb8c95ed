/** Loaded before the app: Playwright's own loader has taken every app's keyring away. */
const { app } = require('electron');

app.commandLine.removeSwitch('password-store');
app.commandLine.appendSwitch('password-store', 'gnome-libsecret');
