/** Loaded before a program (`node -r`): leaves its peak memory, in KiB, in the file that it is told. */
'use strict';
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const file = process.env.KLPSCOPE_PEAK_FILE;
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
