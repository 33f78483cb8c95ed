/**
 * Folders of the askpass programs. The name of each tells by which process it was made, so that the next
 * start finds those of a process that was killed and could not tidy up.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const beginning = 'klpscope-askpass-';

/**
 * `klpscope-askpass-PLACE-PID-BEGAN-RANDOM`: a process is known by its number and the moment of its
 * start (proc(5), /proc/PID/stat), within one boot and one namespace of such numbers. Where there is no
 * /proc, `klpscope-askpass-RANDOM`, which nobody else ever removes.
 */
export function makeAskpassFolder(): string {
  const place = placeOfProcesses();
  const began = beginningOf(process.pid);
  const owner = place === null || began === null ? '' : `${place}-${process.pid}-${began}-`;
  return mkdtempSync(join(tmpdir(), beginning + owner));
}

/** Removes the folders of this user's whose processes are gone. */
export function removeAbandonedFolders(): void {
  const place = placeOfProcesses();
  if (place === null) return;
  for (const name of namesIn(tmpdir())) {
    const [, at, pid, began] = /^klpscope-askpass-([0-9a-f]{8})-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
    if (at !== place || beginningOf(Number(pid)) === began) continue;
    const path = join(tmpdir(), name);
    if (isOwnFolder(path)) remove(path);
  }
}

/** Of two machines or containers with one temporary folder none knows the other's processes. */
function placeOfProcesses(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const place = `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
    return createHash('sha256').update(place).digest('hex').slice(0, 8);
  } catch {
    return null;
  }
}

/** In clock ticks since the boot; null: there is no such process, or it has ended. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Behind the name, which may hold anything: the state is the third field, the start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]/.test(fields[0] ?? '') ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isOwnFolder(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.getuid?.();
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The next start tries again.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
