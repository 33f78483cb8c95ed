/**
 * What a second start hands to the first. Chromium sends it all arguments in one message; where that is
 * longer than the first one reads, the first never answers, and the second ends it as one that hangs
 * (process_singleton_posix.cc): with its window and all that runs in it.
 */
import { lstatSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Bytes of the message: kMaxMessageLength of process_singleton_posix.cc, less what frames it. */
const longest = 32 * 1024 - 512;

/** Whether the message can be read: arguments, folder, and the targets as Electron writes them. */
export function fitsHandover(
  args: readonly string[],
  folder: string,
  targets: readonly string[],
): boolean {
  const sent = [...args, folder].reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  const given = targets.reduce((sum, text) => sum + serializedLength(text), 0);
  return sent + given <= longest;
}

/** V8 writes one byte a character where all are of Latin-1, else two, and a head before and behind. */
function serializedLength(text: string): number {
  const width = /^[\u0000-\u00FF]*$/.test(text) ? 1 : 2;
  return width * text.length + 8;
}

/**
 * Whether another process has the profile: its lock is a link to `HOST-PID`. One that was left behind is
 * none, and one of another machine is Chromium's affair.
 */
export function isRunningAlready(profile: string): boolean {
  const lock = join(profile, 'SingletonLock');
  try {
    if (!lstatSync(lock).isSymbolicLink()) return false;
    const [, host, pid] = /^(.*)-(\d+)$/.exec(readlinkSync(lock)) ?? [];
    return host === hostname() && pid !== undefined && process.kill(Number(pid), 0);
  } catch (error) {
    // Another user's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
