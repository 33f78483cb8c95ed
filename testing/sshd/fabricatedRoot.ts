/**
 * A host that isn't one: the files of a capture where a shell expects them, so that the probe's
 * unchanged text reads a state that this machine's kernel may not even be able to have.
 *
 * Either a whole root with nothing but busybox (chroot), or this machine's own programs with another
 * /sys and /proc (a mount namespace). Both take root.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFolder } from '../main/memoryFolder';

export interface FabricatedRoot {
  readonly path: string;
  /** What to put before a program so that it runs where nothing but busybox is. */
  readonly busyboxOnly: readonly string[];
  /** What to put before a program of this machine so that it sees the capture. */
  readonly ownPrograms: readonly string[];
  remove(): void;
}

/** A capture of a real kernel in which a thread keeps a livepatch from being applied. */
export const stalledCapture = join(
  import.meta.dirname,
  '../../samples/linux-6.12/04-stalled-patching.tar.gz',
);

/** Why no root can be fabricated here; undefined: it can. */
export function cannotFabricate(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may chroot and mount';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    execFileSync('busybox', ['true'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `no mount namespace or no busybox: ${String(error)}`;
  }
}

/**
 * @param capture a `.tar.gz` that is laid out like `/`; `sos_commands/kernel/dmesg` becomes the log
 * @param options `inMemory`: where there is a file system in memory, for very many files
 */
export function fabricateRoot(
  capture: string,
  { inMemory = false }: { readonly inMemory?: boolean } = {},
): FabricatedRoot {
  const above = inMemory ? memoryFolder() : tmpdir();
  const path = mkdtempSync(join(above, 'klpscope-root-'));
  chmodSync(path, 0o755);
  execFileSync('tar', ['-xzf', capture, '-C', path]);
  for (const folder of ['bin', 'usr/bin', 'dev', 'tmp', 'proc/sys/kernel/random', 'sys/module']) {
    mkdirSync(join(path, folder), { recursive: true });
  }
  execFileSync('cp', [
    execFileSync('which', ['busybox']).toString().trim(),
    join(path, 'bin/busybox'),
  ]);
  execFileSync('chroot', [path, '/bin/busybox', '--install', '-s', '/bin']);
  execFileSync('mknod', ['-m', '666', join(path, 'dev/null'), 'c', '1', '3']);
  // Each read of the real file gives another one; here one is enough, and nobody forges it.
  writeFileSync(
    join(path, 'proc/sys/kernel/random/uuid'),
    execFileSync('cat', ['/proc/sys/kernel/random/uuid']),
  );
  rmSync(join(path, 'bin/dmesg'));
  writeFileSync(join(path, 'bin/dmesg'), `#!/bin/sh\ncat ${path}/log 2>/dev/null || cat /log\n`, {
    mode: 0o755,
  });
  writeFileSync(join(path, 'log'), savedLog(path));
  const mounts = [
    `mount --bind '${path}/bin/dmesg' "$(readlink -f "$(command -v dmesg)")"`,
    `mount --rbind '${path}/sys' /sys`,
    `mount --bind '${path}/proc' /proc`,
    'exec "$@"',
  ];
  return {
    path,
    // Our own temporary folder is none in there.
    busyboxOnly: ['env', '-u', 'TMPDIR', 'chroot', path],
    ownPrograms: ['unshare', '-m', 'sh', '-c', mounts.join(' && '), 'sh'],
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function savedLog(path: string): Buffer {
  try {
    return execFileSync('cat', [join(path, 'sos_commands/kernel/dmesg')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return Buffer.alloc(0);
  }
}
