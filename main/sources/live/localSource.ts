/** This machine, read live by the user that runs the program. */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { collect } from '../../../shared/readings';
import {
  fail,
  succeed,
  type Problem,
  type ProblemCode,
  type Result,
} from '../../../shared/base/problem';
import type { FileReading, Missing, Readings, Tree } from '../../../shared/readings/readings';
import { searchTree } from '../../../shared/readings/stackSearch';
import { treeWith } from '../../../shared/readings/treeWith';
import { DirectoryTree } from '../directory/directoryTree';
import { readOutsideLog, withLog, type OutsideLog } from '../directory/outsideLog';
import type { Source, SourceOptions } from '../source';

/** The kernel log has no file that can be read as text; `dmesg` stands for it among the readings. */
const dmesgPath = '/dev/kmsg';

/** Milliseconds. */
const dmesgTimeout = 5000;
const dmesgBytes = 33_554_432;

export function openLocal(target: string, { log }: SourceOptions): Source {
  let roundMs: number | null = null;
  return {
    target,
    kind: 'local',
    get roundMs() {
      return roundMs;
    },
    live: true,
    async sample() {
      // Without a log nothing is waited for: a disk that does not answer holds up the very call, by which
      // a thread that is stuck is known (main/reader/readerThread.ts).
      const outside = log === undefined ? null : await readOutsideLog(log);
      const began = performance.now();
      const sampled = sample(target, outside);
      roundMs = performance.now() - began;
      if (!sampled.ok) return sampled;
      return succeed({ ...sampled.value, readingSeconds: Math.round(roundMs) / 1000 });
    },
    seek: (sought) => Promise.resolve(succeed(searchTree(new DirectoryTree(''), sought))),
    close: () => undefined,
  };
}

function sample(target: string, outside: OutsideLog | null): Result<Readings> {
  if (process.platform !== 'linux') {
    const message =
      'This machine does not run Linux: it has no livepatches. Read a capture instead.';
    return fail('not-found', target, message);
  }
  const readings = collect(withLog(withDmesg(new DirectoryTree('')), outside), {
    target,
    source: 'local',
    takenAt: new Date().toISOString(),
    privileged: process.geteuid?.() === 0,
    live: true,
    logPaths: [outside?.path ?? dmesgPath],
    problems: outside?.problems ?? [],
  });
  if (!readings.ok) return readings;
  const problem = logProblem(readings.value.files.get(dmesgPath));
  if (!problem) return readings;
  return succeed({ ...readings.value, problems: [...readings.value.problems, problem] });
}

function withDmesg(tree: Tree): Tree {
  return treeWith(tree, (path, limit) =>
    path === dmesgPath ? readDmesg() : tree.readFile(path, limit),
  );
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
    if (code === 'ENOENT') return { missing: 'unreadable', detail: 'there is no dmesg here' };
    return { missing: code === 'ETIMEDOUT' ? 'timed-out' : 'unreadable', detail: error.message };
  }
  if (status === 0) return { text: stdout, truncated: false };
  return { missing: 'denied', detail: stderr.trim() };
}

/** Without a log nothing is wrong with the rest; reasons and findings are fewer. */
function logProblem(reading: FileReading | undefined): Problem | null {
  if (!reading || 'text' in reading) return null;
  const why = reading.detail === undefined ? '' : ` (${reading.detail})`;
  const message = `The kernel log could not be read${why}; findings and reasons that it would tell are missing.`;
  return { code: codeOf(reading.missing), path: dmesgPath, message };
}

function codeOf(missing: Missing): ProblemCode {
  switch (missing) {
    case 'denied':
      return 'permission-denied';
    case 'timed-out':
      return 'timeout';
    default:
      return 'invalid-content';
  }
}
