/** Required by Electron before the app: its threads read a disk on which FIFOs hang. */
const path = require('node:path');
const threads = require('node:worker_threads');

const hook = path.join(__dirname, '../../testing/main/hangingDisk.cjs');

threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, { ...options, execArgv: ['--require', hook] });
  }
};
