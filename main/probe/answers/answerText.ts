/** What the sections of an answer say, line by line. */
import type { FileReading, Missing } from '../../../shared/readings/readings';

export interface SectionContent {
  readonly files: Map<string, FileReading>;
  /** Folders that are there, each without a final slash. */
  readonly folders: string[];
}

const valueLine =
  /^(\/(?:sys\/kernel\/livepatch\/[^\n]*?\/(?:transition|enabled|replace|replaceable|replace_set|patched)|sys\/module\/[^/]+\/(?:taint|refcnt|initstate)|proc\/[a-z/_]+)):(.*)$/s;

const stateLine = /^ (exists|empty|denied|unreadable) (\/.*)$/s;

const folderLine = /^(?: folder (\/.*?)\/?|(\/.*)\/)$/s;

/**
 * Lines `PATH:VALUE` of one-line files, ` folder PATH` or `PATH/` for folders, and ` WHY PATH` for
 * what gave no value.
 */
export function readSection(text: string): SectionContent {
  const files = new Map<string, FileReading>();
  const folders: string[] = [];
  for (const line of text.split('\n')) {
    const [, path, value] = valueLine.exec(line) ?? [];
    if (path !== undefined) {
      files.set(path, { text: `${value}\n`, truncated: false });
      continue;
    }
    const [, told, listed] = folderLine.exec(line) ?? [];
    const folder = told ?? listed;
    if (folder !== undefined) {
      // A pattern that matched nothing stays as it is.
      if (!folder.endsWith('*')) folders.push(folder);
      continue;
    }
    const [, word, place] = stateLine.exec(line) ?? [];
    if (word === undefined || place === undefined) continue;
    if (word === 'denied' || word === 'unreadable') files.set(place, { missing: word });
    if (word === 'empty' || word === 'exists') files.set(place, { text: '', truncated: false });
  }
  return { files, folders };
}

const threadFile =
  /^(\/proc\/\d+\/(?:task\/\d+\/)?(?:comm|stat|wchan|status|stack|cgroup|cmdline)):(.*)$/s;

/** Lines `PATH:LINE` of files of threads and processes. */
export function readThreadFiles(text: string): Map<string, FileReading> {
  const lines = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, path, content] = threadFile.exec(line) ?? [];
    if (path === undefined || content === undefined) continue;
    const before = lines.get(path);
    if (before) before.push(content);
    else lines.set(path, [content]);
  }
  const files = new Map<string, FileReading>();
  for (const [path, content] of lines) {
    // The kernel ends neither of these with a newline; the tool that read them did.
    const end = /\/(?:cmdline|wchan)$/.test(path) ? '' : '\n';
    files.set(path, { text: content.join('\n') + end, truncated: false });
  }
  return files;
}

const complaint = /^(?:[^/]*: )?(\/proc\/[\d/a-z]+): (.*)$/;

/** `grep: PATH: reason`, in the words of the C locale. */
export function readComplaints(text: string): Map<string, Missing> {
  const missing = new Map<string, Missing>();
  for (const line of text.split('\n')) {
    const [, path, reason] = complaint.exec(line) ?? [];
    if (path !== undefined && reason !== undefined) missing.set(path, missingFor(reason));
  }
  return missing;
}

function missingFor(reason: string): Missing {
  switch (reason) {
    case 'Permission denied':
    case 'Operation not permitted':
      return 'denied';
    case 'No such file or directory':
      return 'absent';
    case 'No such process':
      return 'vanished';
    case 'slow':
      return 'timed-out';
    default:
      return 'unreadable';
  }
}
