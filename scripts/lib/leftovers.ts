/**
 * Whatever a run of the tests leaves behind. The run has a folder of its own in the place of the
 * system's temporary one, one in memory, and a mark in its environment: what lies in those folders, or
 * is a process that has to do with any of them, is the run's, whoever else is at work on this machine.
 */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryVariable } from '../../testing/main/memoryFolder';
import { netsLeft, removeNet } from '../../testing/sshd/netns';

export interface Leftovers {
  /** Names in the run's folders. */
  readonly files: readonly string[];
  /** `PID COMMAND` each. */
  readonly processes: readonly string[];
  /** Names of network namespaces. */
  readonly networks: readonly string[];
}

export interface RunTraces {
  /** What is left since the last call; removes and ends it. */
  clear(): Promise<Leftovers>;
  /** Removes the folders themselves. */
  remove(): void;
}

/** Its value is the name of the run's folder, which no other run has. */
const markVariable = 'KLPSCOPE_TEST_RUN';

/**
 * What runners keep for their next start, in a folder for each user, and what Playwright and Chromium
 * do not take away where an application ends before they do.
 */
const namesOfRunners =
  /^(?:tsx-\d+|playwright-transform-cache-\d+|node-compile-cache|(?:node-)?jiti|playwright-artifacts-\w+|scoped_dir\w+|\.org\.chromium\.Chromium\.\w+)$/;

/** What was told to end needs a moment for it, on a busy machine a long one. */
const patienceMs = 20_000;

/** Gives everything that is started from now on the run's folders and its mark. */
export function beginTraces({ graceMs = patienceMs } = {}): RunTraces {
  const folders = [tmpdir(), ...(existsSync('/dev/shm') ? ['/dev/shm'] : [])].map((above) => {
    const folder = mkdtempSync(join(above, 'klpscope-run-'));
    // As /tmp is: tests play several users.
    chmodSync(folder, 0o1777);
    return folder;
  });
  const [temporary = '', memory = temporary] = folders;
  process.env['TMPDIR'] = temporary;
  process.env[memoryVariable] = memory;
  process.env[markVariable] = temporary;
  return {
    async clear() {
      const processes = await remainingProcesses(folders, graceMs);
      for (const { pid } of processes) end(pid);
      const files = folders.flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => !namesOfRunners.test(name))
          .map((name) => join(folder, name)),
      );
      await Promise.all(files.map((path) => rm(path, { recursive: true, force: true })));
      const networks = netsLeft();
      for (const name of networks) removeNet(name);
      return {
        files,
        networks,
        processes: processes.map(({ pid, command }) => `${pid} ${command}`),
      };
    },
    remove() {
      for (const path of folders) rmSync(path, { recursive: true, force: true });
    },
  };
}

interface Process {
  readonly pid: number;
  readonly command: string;
}

async function remainingProcesses(
  folders: readonly string[],
  graceMs: number,
): Promise<readonly Process[]> {
  const deadline = performance.now() + graceMs;
  for (;;) {
    const found = processesOf(folders);
    if (found.length === 0 || performance.now() > deadline) return found;
    await pause(100);
  }
}

/**
 * Those that have one of the folders' names among their variables, arguments, open files or mounts
 * (proc(5)), or as their place: sudo and login servers give their children other variables.
 */
function processesOf(folders: readonly string[]): readonly Process[] {
  const own = new Set([process.pid, process.ppid]);
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || own.has(pid)) return [];
    const place = join('/proc', name);
    const command = textOf(join(place, 'cmdline')).replaceAll('\0', ' ').trim();
    // Kernel threads, and those that have ended and aren't reaped yet.
    if (command === '') return [];
    const words = [
      ...['cmdline', 'environ', 'mountinfo'].map((file) => textOf(join(place, file))),
      ...['cwd', 'root', 'exe'].map((link) => linkOf(join(place, link))),
      ...namesIn(join(place, 'fd')).map((fd) => linkOf(join(place, 'fd', fd))),
    ];
    const isOurs = words.some((text) => folders.some((folder) => text.includes(folder)));
    return isOurs ? [{ pid, command }] : [];
  });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
