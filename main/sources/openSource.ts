/** Every kind of target has its source; this is the only place that knows them all. */
import type { Target } from '../../shared/api/target';
import { fail, succeed, type Problem, type Result } from '../../shared/base/problem';
import { contentOfFile } from './content';
import { openDemo, openScenarioFile } from './demo/demoSource';
import { openDirectory } from './directory/directorySource';
import { openLive, wantsRootHere } from './live/liveSource';
import { openLocal } from './live/localSource';
import { refuseUnlessFile, refuseUnlessFolder } from './paths';
import { openContent, openFile } from './openFile';
import type { Source, SourceOptions } from './source';

/** Opens a target; nothing is read yet but whether it is there. */
export function openSource(target: Target, options: SourceOptions = {}): Result<Source> {
  const isInput = options.log === '-' && options.input !== undefined;
  const wrongLog = options.log === undefined || isInput ? null : refuseUnlessFile(options.log);
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
    case 'file':
      return openFile(target, options);
    case 'input':
      return options.input
        ? openContent(target.text, options.input, options)
        : fail(
            'unsupported-format',
            target.text,
            'Standard input is read by commands, such as klpscope status -. Save it as a file and open that.',
          );
    case 'demo':
      return openDemo(target, options);
    case 'scenario': {
      const wrong = refuseUnlessFile(target.path);
      return wrong
        ? { ok: false, problem: wrong }
        : openScenarioFile(target.text, contentOfFile(target.path), options);
    }
    case 'ssh':
      return succeed(openLive(target, 'ssh', options));
  }
}

function unless(problem: Problem | null, open: () => Source): Result<Source> {
  return problem ? { ok: false, problem } : succeed(open());
}
