import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { skipping } from '../../testing/main/skipping';
import { searchFolders, watchProcesses } from './secretSearch';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-search-'));
  mkdirSync(join(folder, 'profile/Local Storage'), { recursive: true });
  writeFileSync(join(folder, 'profile/settings.json'), '{"theme": "dark"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Not the mark of other tests, which a whole run would find here. */
const mark = 'Planted9bQ2';
const secret = `${mark}-password`;

test.each([
  ['as it is', Buffer.from(`password=${secret}\n`)],
  ['in UTF-16, as Chromium stores', Buffer.from(`\0${secret}`, 'utf16le')],
  ['in the second piece of a recording', Buffer.concat([gzipSync('x\n'), gzipSync(secret)])],
  [
    'in an archive that was cut off',
    gzipSync(`${secret}${randomBytes(4096).toString('hex')}`).subarray(0, 4096),
  ],
  ...[0, 1, 2].map((offset): [string, Buffer] => [
    `in base64 behind ${offset} bytes`,
    Buffer.from(Buffer.from('x'.repeat(offset) + secret).toString('base64')),
  ]),
])('a secret that was written %s is found', async (_how, content) => {
  expect(await searchFolders([folder, join(folder, 'none')], mark)).toEqual({
    files: 1,
    found: [],
  });
  const path = join(folder, 'profile/Local Storage/000003.log');
  writeFileSync(path, content);
  expect(await searchFolders([folder], mark)).toEqual({ files: 2, found: [path] });
});

const elsewhere = process.platform === 'linux' ? undefined : 'not Linux: there is no /proc';
test.skipIf(skipping(import.meta.filename, elsewhere))(
  'a secret among arguments or variables of a process is seen',
  async () => {
    const watch = watchProcesses(mark);
    const children = [
      spawn('sh', ['-c', 'read line', secret], { stdio: ['pipe', 'ignore', 'ignore'] }),
      spawn('sleep', ['30'], { env: { ...process.env, PASSWORD: secret } }),
    ];
    await expect
      .poll(() => [...watch.found].sort())
      .toEqual(expect.arrayContaining(['cmdline of sh', 'environ of sleep']));
    expect(watch.looks).toBeGreaterThan(0);
    watch.stop();
    for (const child of children) child.kill();
  },
);
