/** The door for files: what is in one decides how it is opened. */
import type { FileKind } from '../../shared/api/fileKinds';
import type { Target } from '../../shared/api/target';
import { succeed, type Result } from '../../shared/base/problem';
import { openArchive } from './archive/archiveSource';
import { contentOfFile, type Content } from './content';
import { openScenarioFile } from './demo/demoSource';
import { openDirectory } from './directory/directorySource';
import { kindOf } from './fileKind';
import { isFolder, refuseUnlessFile, refuseUnlessFolder } from './paths';
import { openRecording } from './recording/recordingSource';
import type { Source, SourceOptions } from './source';

type Opener = (text: string, content: Content, options: SourceOptions) => Result<Source>;

const openers: Readonly<Record<FileKind, Opener>> = {
  archive: (text, content, options) => succeed(openArchive(text, content, options)),
  recording: (text, content) => succeed(openRecording(text, content)),
  scenario: openScenarioFile,
};

/** Opens the file or folder at a path. */
export function openFile(
  { text, path }: Extract<Target, { kind: 'file' }>,
  options: SourceOptions,
): Result<Source> {
  if (isFolder(path)) {
    const problem = refuseUnlessFolder(path);
    return problem
      ? { ok: false, problem }
      : succeed(openDirectory({ kind: 'directory', text, path }, options));
  }
  const problem = refuseUnlessFile(path);
  return problem ? { ok: false, problem } : openContent(text, contentOfFile(path), options);
}

/** @returns `unsupported-format` where it is nothing that opens, `truncated` where it ends too early to tell */
export function openContent(
  text: string,
  content: Content,
  options: SourceOptions,
): Result<Source> {
  const kind = kindOf(content);
  return kind.ok ? openers[kind.value](text, content, options) : kind;
}
