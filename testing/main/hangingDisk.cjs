/**
 * Required by a reader thread of a test before its program: a disk whose server is away. To ask what a
 * FIFO is does not return before somebody has written into it.
 */
const fs = require('node:fs');

const { lstatSync } = fs;

fs.lstatSync = (path, options) => {
  const stats = lstatSync(path, options);
  if (stats?.isFIFO()) fs.readFileSync(path);
  return stats;
};
