/** Where readings come from: one interface for everything that can be opened. */
import { accessSync, constants, statSync } from 'node:fs';
import type { Target } from '../../shared/api/target';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import type { Readings, SourceKind } from '../../shared/readings/readings';
import { openArchive } from './archiveSource';
import { openDirectory } from './directorySource';
import { openLocal } from './localSource';

export interface Source {
  readonly target: string;
  readonly kind: SourceKind;
  /** A live host changes; a saved state is read again only when asked. */
  readonly live: boolean;
  /** One sample. Fails only where the host as a whole can't be read. */
  sample(): Promise<Result<Readings>>;
  close(): void;
}

export interface SourceOptions {
  /** Kernel log to read along with a tree, beside those that lie in it. */
  readonly log?: string;
}

/** Opens a target; nothing is read yet but whether it is there. */
export function openSource(target: Target, options: SourceOptions = {}): Result<Source> {
  const wrongLog = options.log === undefined ? null : unreadable(options.log);
  if (wrongLog) return { ok: false, problem: wrongLog };
  switch (target.kind) {
    case 'local':
      return succeed(openLocal(target.text, options));
    case 'directory': {
      const problem = unreadable(target.path) ?? noFolder(target.path);
      return problem ? { ok: false, problem } : succeed(openDirectory(target, options));
    }
    case 'archive': {
      const problem = unreadable(target.path);
      return problem ? { ok: false, problem } : succeed(openArchive(target, options));
    }
    case 'recording':
      return fail('unsupported-format', target.path, 'This version does not open recordings yet.');
    case 'demo':
      return fail('unsupported-format', target.text, 'This version has no demo hosts yet.');
    case 'ssh':
      return fail(
        'unreachable',
        target.text,
        `${target.text} is a host, and this version does not connect over SSH yet. Read a capture of it, or a tree as dir:PATH.`,
      );
  }
}

function unreadable(path: string): Problem | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return { code: 'not-found', path, message: `${path} does not exist.` };
  try {
    accessSync(path, found.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return null;
  } catch {
    return { code: 'permission-denied', path, message: `${path} may not be read.` };
  }
}

function noFolder(path: string): Problem | null {
  if (statSync(path).isDirectory()) return null;
  return {
    code: 'not-found',
    path,
    message: `${path} is no folder; an archive is given without dir:.`,
  };
}
