/** What a process that was killed leaves: its folder of askpass programs, and those that still run. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { skipping } from '../../../testing/main/skipping';
import { makeAskpassFolder, removeAbandonedFolders } from './askpassFolders';
import { askpassScripts } from './askpassScripts';

const lacking = process.platform === 'linux' ? undefined : 'there is no /proc';

/** As proc(5) has it. */
function beganOf(pid: number | undefined): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
}

describe.skipIf(skipping(import.meta.filename, lacking))('a folder of askpass programs', () => {
  let temporary = '';
  let owner: ChildProcess;
  beforeEach(() => {
    temporary = temporaryFolder();
    vi.stubEnv('TMPDIR', temporary);
    owner = spawn('sleep', ['600']);
  });
  afterEach(async () => {
    await end();
    vi.unstubAllEnvs();
  });

  async function end(): Promise<void> {
    if (owner.exitCode !== null || owner.signalCode !== null) return;
    const ended = new Promise((resolve) => owner.once('close', resolve));
    owner.kill('SIGKILL');
    await ended;
  }

  /** As the owner would have made it. */
  function folderOfOwner(change: (name: string) => string = (name) => name): string {
    const own = basename(makeAskpassFolder());
    const theirs = own.replace(
      `-${process.pid}-${beganOf(process.pid)}-`,
      `-${owner.pid}-${beganOf(owner.pid)}-`,
    );
    expect(theirs).not.toBe(own);
    const path = join(temporary, change(theirs));
    mkdirSync(path);
    writeFileSync(join(path, 'config'), '');
    return path;
  }

  it('is removed once its process is gone, and no other is', async () => {
    const own = makeAskpassFolder();
    const abandoned = folderOfOwner();
    const elsewhere = folderOfOwner((name) =>
      name.replace(/askpass-[0-9a-f]{8}/, 'askpass-00000000'),
    );
    const nobodys = join(temporary, 'klpscope-askpass-a1B2c3');
    mkdirSync(nobodys);
    const target = join(temporary, 'target');
    mkdirSync(target);
    const link = `${abandoned}link`;
    symlinkSync(target, link);
    removeAbandonedFolders();
    expect(existsSync(abandoned)).toBe(true);
    await end();
    removeAbandonedFolders();
    expect(existsSync(abandoned)).toBe(false);
    for (const path of [own, elsewhere, nobodys, link, target]) expect(existsSync(path)).toBe(true);
  });

  it('is removed where another process has the number by now', () => {
    const abandoned = folderOfOwner((name) => name.replace(`-${beganOf(owner.pid)}-`, '-1-'));
    removeAbandonedFolders();
    expect(existsSync(abandoned)).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)('is left alone where it is another user’s', async () => {
    const theirs = folderOfOwner();
    chownSync(theirs, 65_534, 65_534);
    await end();
    removeAbandonedFolders();
    expect(existsSync(theirs)).toBe(true);
  });

  /** The folder's program as it is, with a pipe that nobody but the owner would open. */
  function programIn(folder: string, name: keyof typeof askpassScripts): string {
    const program = join(folder, name);
    writeFileSync(program, askpassScripts[name], { mode: 0o700 });
    execFileSync('mkfifo', [join(folder, 'question')]);
    return program;
  }

  function start(program: string, words: readonly string[]) {
    const child = spawn(program, words, { stdio: 'ignore' });
    const ended = new Promise((resolve) => {
      child.once('close', (status, signal) => resolve(signal ?? status));
    });
    return { pid: child.pid, ended };
  }

  it.each([
    ['askpass', ["ada@db1's password: "]],
    ['known-hosts', ['HOSTNAME', 'db1', 'AAAA']],
  ] as const)('has a program %s that ends where nobody is left to answer', async (name, words) => {
    const folder = folderOfOwner();
    const program = programIn(folder, name);
    const asking = start(program, words);
    // Made just before it asks, which waits for the owner to listen.
    await expect.poll(() => existsSync(join(folder, `answer.${asking.pid}`))).toBe(true);
    await end();
    expect(await asking.ended).toBe('SIGTERM');
  });

  it.each(['askpass', 'known-hosts', 'logged-in'] as const)(
    'has a program %s that asks nobody who is gone',
    async (name) => {
      const program = programIn(folderOfOwner(), name);
      await end();
      expect(await start(program, ['', '', '']).ended).toBe(1);
    },
  );
});
