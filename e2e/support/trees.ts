/** Folders laid out like a host, made by stories. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files, given by their path below the folder; a path that ends in `/` is a folder. */
export function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(place, text);
  }
}

/** A host on which one livepatch is applied to `vfs_read`, and nothing moves. */
export function settledHost(name: string, livepatch = 'livepatch_a'): Record<string, string> {
  return {
    'proc/sys/kernel/hostname': `${name}\n`,
    'proc/sys/kernel/osrelease': '6.12.117\n',
    [`sys/kernel/livepatch/${livepatch}/enabled`]: '1\n',
    [`sys/kernel/livepatch/${livepatch}/transition`]: '0\n',
    [`sys/kernel/livepatch/${livepatch}/vmlinux/vfs_read,1/`]: '',
  };
}

/** What makes that livepatch a running transition again, held up by one thread of this name. */
export function blockedBy(comm: string, livepatch = 'livepatch_a'): Record<string, string> {
  return {
    [`sys/kernel/livepatch/${livepatch}/transition`]: '1\n',
    'proc/77/cmdline': `${comm}\0--serve\0`,
    'proc/77/task/77/patch_state': '0\n',
    'proc/77/task/77/comm': `${comm}\n`,
    'proc/77/task/77/stack': '[<0>] vfs_read+0x9c/0x350\n[<0>] ksys_read+0x6c/0xe0\n',
    'proc/77/task/77/stat': `77 (${comm}) S 1 77 77 0 -1 4194304 190 0 0 0 3 1 0 0 20 0 1 0 1010 1 1\n`,
    'proc/77/task/77/status': 'State:\tS (sleeping)\nTgid:\t77\nPid:\t77\nUid:\t0\t0\t0\t0\n',
    'proc/78/task/78/patch_state': '1\n',
  };
}
