/** What a user's configuration names and is no file is not waited for. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/main/folders';
import { readUserFile, readUserFileSync, whyNot } from './userFile';

/** What reading gives or why it gives nothing. */
const ways = {
  waiting: (path: string) => readUserFile(path).then((bytes) => bytes.toString(), whyNot),
  'at once': (path: string) => {
    try {
      return Promise.resolve(readUserFileSync(path).toString());
    } catch (error) {
      return Promise.resolve(whyNot(error));
    }
  },
};

describe.each(Object.entries(ways))('a file of the user’s, read %s', (_, read) => {
  it('is given whole', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'Host *\n');
    expect(await read(path)).toBe('Host *\n');
  });

  it('is none where it is a pipe, a folder or absent, and empty where it is the null device', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    mkdirSync(join(folder, 'folder'));
    expect(await read(join(folder, 'pipe'))).toBe('it is no file');
    expect(await read(join(folder, 'folder'))).toBe('EISDIR');
    expect(await read(join(folder, 'absent'))).toBe('ENOENT');
    expect(await read('/dev/zero')).toBe('it is no file');
    expect(await read('/dev/null')).toBe('');
  });
});
