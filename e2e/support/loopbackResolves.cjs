/** Loaded before the app: addresses of loopback resolve, so that its other walls stand alone. */
const { app } = require('electron');

const append = app.commandLine.appendSwitch.bind(app.commandLine);
app.commandLine.appendSwitch = (name, value) =>
  append(name, name === 'host-resolver-rules' ? `${value}, EXCLUDE 127.0.0.1` : value);
