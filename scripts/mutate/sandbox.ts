/** A copy of the repository in which mutants are tried, so that nothing happens to the real one. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Sandbox {
  /** The repository, instrumented. */
  readonly root: string;
  /** The repository as it is, for the compiler. */
  readonly plain: string;
  /** What the tests find as the temporary folder. */
  readonly temporary: string;
  /** The same for vitest itself. */
  readonly own: string;
  /** Ends what tests have left behind: processes and files. */
  sweep(): void;
  remove(): void;
}

/** Stands in the sandbox: tests that think they are in a browser get nothing from outside. */
export const setupFile = 'mutation-setup.ts';

/** @param texts what stands in place of the sources' own text, by path */
export function makeSandbox(repository: string, texts: ReadonlyMap<string, string>): Sandbox {
  // Sockets live below it, and their paths must not become long.
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-mutate-'));
  // Tests that start programs as another user start them from here.
  chmodSync(folder, 0o755);
  const sandbox = {
    root: join(folder, 'r'),
    plain: join(folder, 'p'),
    temporary: join(folder, 't'),
    own: join(folder, 'v'),
  };
  for (const root of [sandbox.root, sandbox.plain]) {
    for (const file of filesOf(repository)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      cpSync(join(repository, file), join(root, file), { verbatimSymlinks: true });
    }
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  }
  cpSync(join(import.meta.dirname, 'setup.ts'), join(sandbox.root, setupFile));
  for (const [file, text] of texts) writeFileSync(join(sandbox.root, file), text);
  mkdirSync(sandbox.temporary);
  chmodSync(sandbox.temporary, 0o1777);
  mkdirSync(sandbox.own);
  return {
    ...sandbox,
    sweep() {
      endProcessesOf(sandbox.temporary);
      for (const name of readdirSync(sandbox.temporary)) {
        rmSync(join(sandbox.temporary, name), { recursive: true, force: true, maxRetries: 5 });
      }
    },
    remove() {
      endProcessesOf(sandbox.temporary);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What git tracks and what it would; not packages, even where their folder is a link. */
export function filesOf(repository: string): string[] {
  const list = (...args: string[]): string[] =>
    execFileSync('git', ['ls-files', '-z', ...args], { cwd: repository, encoding: 'utf8' })
      .split('\0')
      .filter((file) => file !== '');
  const gone = new Set(list('--deleted'));
  return list('--cached', '--others', '--exclude-standard').filter(
    (file) => !gone.has(file) && file !== 'node_modules',
  );
}

/** Tests that were broken off leave servers behind, which are known by their environment. */
function endProcessesOf(temporary: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (environmentOf(pid).includes(`TMPDIR=${temporary}`)) end(Number(pid));
  }
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
