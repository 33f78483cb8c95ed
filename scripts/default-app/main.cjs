/**
 * What runs when Electron is started on an application's folder: `electron [options] DIR [args]`.
 * Stands in for Electron's own `default_app.asar`, which packaged builds come without.
 */
const { app } = require('electron');
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const args = process.argv.slice(1);
let target;
while (args.length > 0 && target === undefined) {
  const arg = args.shift();
  if (arg === '--version' || arg === '-v') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (arg === '-r' || arg === '--require') {
    Module._load(path.resolve(args.shift()), null, false);
  } else if (!arg.startsWith('-')) {
    target = path.resolve(arg);
  }
}
if (target === undefined) {
  console.error('Usage: electron [options] APPLICATION [arguments]');
  process.exit(64);
}

const manifest = path.join(target, 'package.json');
const settings = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
const entry = Module._resolveFilename(target, null, true);
const name = settings.productName ?? settings.name;
if (name) app.setName(name);
if (settings.version) app.setVersion(settings.version);
if (settings.desktopName) app.setDesktopName(settings.desktopName);
app.setAppPath(existsSync(manifest) ? target : path.dirname(entry));
Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true });

const isModule = entry.endsWith('.mjs') || (settings.type === 'module' && !entry.endsWith('.cjs'));
if (isModule) {
  import(pathToFileURL(entry).href).catch((error) => {
    console.error(error);
    app.exit(1);
  });
} else {
  // CommonJS is loaded at once, so that it may still register schemes before `ready`.
  Module._load(entry, null, true);
}
