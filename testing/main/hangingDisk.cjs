/**
 * Required by a reader thread of a test before its program: a disk whose server is away. To ask what a
 * FIFO is, or to read a file beside which a FIFO `NAME.held` lies, does not return before somebody has
 * written into the FIFO.
 */
const fs = require('node:fs');

const { lstatSync, readSync } = fs;

fs.lstatSync = (path, options) => {
  const stats = lstatSync(path, options);
  if (stats?.isFIFO()) fs.readFileSync(path);
  return stats;
};

fs.readSync = (file, ...others) => {
  const held = `${fs.readlinkSync(`/proc/self/fd/${file}`)}.held`;
  if (fs.existsSync(held) && lstatSync(held).isFIFO()) fs.readFileSync(held);
  return readSync(file, ...others);
};
