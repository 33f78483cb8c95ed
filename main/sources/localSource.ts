/** This machine, read live by the user that runs the program. */
import { spawnSync } from 'node:child_process';
import { collect } from '../../shared/readings/collect';
import type { FileReading, Tree } from '../../shared/readings/readings';
import { DirectoryTree } from './directoryTree';
import { withLog } from './outsideLog';
import type { Source, SourceOptions } from './source';

/** The kernel log has no file that can be read as text; `dmesg` stands for it among the readings. */
const dmesgPath = '/dev/kmsg';

const dmesgTimeout = 5000;
const dmesgBytes = 33_554_432;

export function openLocal(target: string, { log }: SourceOptions): Source {
  const tree = withLog(withDmesg(new DirectoryTree('')), log);
  return {
    target,
    kind: 'local',
    live: true,
    sample: () =>
      Promise.resolve(
        collect(tree, {
          target,
          source: 'local',
          takenAt: new Date().toISOString(),
          privileged: process.geteuid?.() === 0,
          live: true,
          logPaths: [log ?? dmesgPath],
        }),
      ),
    close: () => undefined,
  };
}

function withDmesg(tree: Tree): Tree {
  return {
    readFile: (path, limit) => (path === dmesgPath ? readDmesg() : tree.readFile(path, limit)),
    readFolder: (path) => tree.readFolder(path),
    scanThreads: () => tree.scanThreads(),
  };
}

/** Needs root on most systems (kernel.dmesg_restrict). */
function readDmesg(): FileReading {
  const { status, stdout, stderr, error } = spawnSync('dmesg', [], {
    encoding: 'utf8',
    timeout: dmesgTimeout,
    maxBuffer: dmesgBytes,
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) {
    const code = 'code' in error ? error.code : '';
    if (code === 'ENOENT') return { missing: 'absent' };
    return { missing: code === 'ETIMEDOUT' ? 'timed-out' : 'unreadable', detail: error.message };
  }
  if (status === 0) return { text: stdout, truncated: false };
  return { missing: 'denied', detail: stderr.trim() };
}
