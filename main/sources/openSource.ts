/** Every kind of target has its source; this is the only place that knows them all. */
import type { Target } from '../../shared/api/target';
import { fail, succeed, type Problem, type Result } from '../../shared/base/problem';
import { openArchive } from './archive/archiveSource';
import { openDemo, openScenarioFile } from './demo/demoSource';
import { openDirectory } from './directory/directorySource';
import { openLive, wantsRootHere } from './live/liveSource';
import { openLocal } from './live/localSource';
import { isFolder, refuseUnlessFile, refuseUnlessFolder } from './paths';
import { openRecording } from './recording/recordingSource';
import type { Source, SourceOptions } from './source';

/** Opens a target; nothing is read yet but whether it is there. */
export function openSource(target: Target, options: SourceOptions = {}): Result<Source> {
  const wrongLog = options.log === undefined ? null : refuseUnlessFile(options.log);
  if (wrongLog) return { ok: false, problem: wrongLog };
  switch (target.kind) {
    case 'local':
      return succeed(
        wantsRootHere(options.live ?? {})
          ? openLive(target, 'local', options)
          : openLocal(target.text, options),
      );
    case 'directory':
      return unless(refuseUnlessFolder(target.path), () => openDirectory(target, options));
    case 'archive':
      return unless(refuseUnlessFile(target.path), () => openArchive(target, options));
    case 'recording':
      return unless(refuseUnlessFile(target.path), () => openRecording(target));
    case 'demo':
      return openDemo(target, options);
    case 'scenario': {
      const wrong = refuseUnlessFile(target.path);
      return wrong ? { ok: false, problem: wrong } : openScenarioFile(target, options);
    }
    case 'ssh':
      if (isFolder(target.text)) {
        const message = `${target.text} names a host; the folder of that name is given as dir:${target.text}.`;
        return fail('not-found', target.text, message);
      }
      return succeed(openLive(target, 'ssh', options));
  }
}

function unless(problem: Problem | null, open: () => Source): Result<Source> {
  return problem ? { ok: false, problem } : succeed(open());
}
