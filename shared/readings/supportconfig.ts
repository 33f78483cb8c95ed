/**
 * A supportconfig, SUSE's report in text files, read as a host laid out like any other.
 *
 * Files of the kernel that are in it stand under their own paths (`conf_files`); so does, of each
 * livepatch, what `klp` says of it. All that is in no section is unknown.
 */
import type { Problem } from '../base/problem';
import {
  kgraftProgressFile,
  livepatchRoot,
  modulesFile,
  patchPath,
  supportconfigFiles,
  taintFile,
} from './paths';
import { isRead } from './reads';
import type { FileReading, FolderEntry, FolderReading, Tree } from './readings';
import {
  isSupportText,
  modulesOfLsmod,
  outputOf,
  parseKlpPatches,
  sectionsIn,
  type KlpPatch,
  type Section,
} from './files/supportSections';

export interface Supportconfig {
  readonly tree: Tree;
  /** What such a report never holds. */
  readonly problems: readonly Problem[];
  /** Where a log of it may be read, the best first. */
  readonly logPaths: readonly string[];
}

/** Bytes of each of its files that are read; logs are the longest. */
const textLimit = 33_554_432;

type Texts = ReadonlyMap<string, readonly Section[]>;

/** @returns null where the tree holds no such report */
export function supportconfigIn(tree: Tree, target: string): Supportconfig | null {
  const texts = new Map<string, readonly Section[]>();
  const whole = new Map<string, string>();
  for (const path of supportconfigFiles) {
    const reading = tree.readFile(path, textLimit);
    if (!('text' in reading) || !isSupportText(reading.text)) continue;
    texts.set(path, sectionsIn(reading.text));
    whole.set(path, reading.text);
  }
  if (texts.size === 0) return null;
  const logs = logsOf(texts);
  const files = filesOf(texts, whole, logs);
  const folders = foldersOf(texts, files);
  return {
    tree: {
      readFile: (path, limit) => cut(files.get(path), limit),
      readFolder: (path) => folders.get(path) ?? unknownFolder(path),
      scanThreads: () => null,
      threadStacks: () => [],
    },
    problems: [problemOf(target)],
    logPaths: [...logs.keys()],
  };
}

function problemOf(target: string): Problem {
  const message = `${target} is a supportconfig: it holds neither which threads have switched nor their stacks, and what is in none of its sections is unknown. The script that klpscope capture-script prints saves both.`;
  return { code: 'not-found', path: target, message };
}

function cut(reading: FileReading | undefined, limit: number): FileReading {
  if (reading === undefined) return { missing: 'absent' };
  if (!('text' in reading) || reading.text.length <= limit) return reading;
  return { text: reading.text.slice(0, limit), truncated: true };
}

const unlisted: FolderReading = { missing: 'unreadable', detail: 'not in the supportconfig' };

function unknownFolder(path: string): FolderReading {
  return path === livepatchRoot ? unlisted : { missing: 'absent' };
}

/**
 * A log's text with as many empty lines before it as the file has others, so that its lines have their
 * own numbers. What the kernel keeps (dmesg) is of this boot alone; the journal's and syslog's lines may
 * be of several.
 */
function logsOf(texts: Texts): ReadonlyMap<string, string> {
  const logs = new Map<string, string>();
  for (const path of ['/boot.txt', '/messages.txt']) {
    const sections = texts.get(path) ?? [];
    const found =
      outputOf(sections, 'dmesg -T') ??
      outputOf(sections, 'dmesg') ??
      sections.find(
        ({ kind, label }) => kind === 'Command' && /\bjournalctl .*--boot=0/.test(label),
      ) ??
      sections.find(
        ({ kind, label }) => kind === 'Log File' && label.startsWith('/var/log/messages'),
      ) ??
      sections.find(
        ({ kind, label }) => kind === 'Command' && label.includes('journalctl --no-pager'),
      );
    if (found && found.text.trim() !== '') {
      logs.set(path, '\n'.repeat(found.linesBefore) + found.text);
    }
  }
  return logs;
}

function filesOf(
  texts: Texts,
  whole: ReadonlyMap<string, string>,
  logs: ReadonlyMap<string, string>,
): ReadonlyMap<string, FileReading> {
  const files = new Map<string, FileReading>();
  const put = (path: string, text: string) => files.set(path, { text, truncated: false });
  for (const [path, text] of logs) put(path, text);
  for (const [path, command] of commands) {
    const output = outputOf(texts.get(path) ?? [], command);
    if (output) put(path, `${output.text.trim()}\n`);
  }
  for (const path of livepatchTexts) {
    const text = whole.get(path);
    if (text !== undefined) put(path, text);
  }
  const list = modulesIn(texts.get('/modules.txt') ?? []);
  if (list !== null) put(modulesFile, list);
  for (const { kind, label, text } of [...texts.values()].flat()) {
    // Comments and empty lines are left out of it, which no such file has.
    if (kind === 'Configuration File' && isOfKernel(label)) put(label, `${text.trim()}\n`);
  }
  const tainted = files.get(taintFile) ?? taintIn(texts);
  if (tainted) files.set(taintFile, tainted);
  for (const [path, reading] of klpFiles(texts, logs))
    if (!files.has(path)) files.set(path, reading);
  const progress = kgraftProgress(texts);
  if (progress !== null && !files.has(kgraftProgressFile)) put(kgraftProgressFile, progress);
  return files;
}

/** Whose output stands under the name of its file. */
const commands = [
  ['/basic-environment.txt', 'uname -a'],
  ['/env.txt', 'sysctl -a'],
  ['/basic-health-check.txt', 'uptime'],
] as const;

/** `kernel-livepatch.txt` before supportutils 3.2 (2023), with the kernel's own files. */
const livepatchTexts = ['/livepatch.txt', '/kernel-livepatch.txt'] as const;

function isOfKernel(path: string): boolean {
  return /^\/(?:proc|sys)\//.test(path) && !path.includes(' ') && isRead(path);
}

function modulesIn(sections: readonly Section[]): string | null {
  const listed =
    outputOf(sections, 'sort /proc/modules') ?? outputOf(sections, 'cat /proc/modules');
  if (listed) return `${listed.text.trim()}\n`;
  const lsmod = outputOf(sections, 'lsmod | sort') ?? outputOf(sections, 'lsmod');
  return lsmod ? modulesOfLsmod(lsmod.text) : null;
}

/** `kernel.tainted = 36864` of sysctl. */
function taintIn(texts: Texts): FileReading | null {
  const settings = outputOf(texts.get('/env.txt') ?? [], 'sysctl -a')?.text ?? '';
  const value = /^kernel\.tainted = (\d{1,12})$/m.exec(settings)?.[1];
  return value === undefined ? null : { text: `${value}\n`, truncated: false };
}

/** What `klp` says of each livepatch, as the files that it took it from. */
function* klpFiles(
  texts: Texts,
  logs: ReadonlyMap<string, string>,
): Generator<[path: string, reading: FileReading]> {
  const patches = klpPatches(texts) ?? [];
  const status = klpOutput(texts, 'klp status')?.text.trim() ?? null;
  const last = lastTransition([...logs.values()].join('\n'));
  const running = status === 'in_progress' ? whichRuns(patches, last) : null;
  const unknown: FileReading = { missing: 'unreadable', detail: 'not in the supportconfig' };
  const flag = (value: boolean | null): FileReading =>
    value === null ? unknown : { text: value ? '1\n' : '0\n', truncated: false };
  for (const { name, active } of patches) {
    const isRunning = status === 'ready' ? false : running === null ? null : name === running;
    // While a transition runs a livepatch that is being removed is in use as well.
    const leads = last?.patch === name ? last.to : null;
    const enabled = isRunning === true && active ? leads : active;
    yield [`${patchPath(name)}/transition`, flag(isRunning)];
    yield [`${patchPath(name)}/enabled`, flag(enabled)];
  }
}

/**
 * SLE 12's kGraft, as the file that `kgr status` goes by; empty where that does not tell. The `kgr` of
 * later releases is another name of `klp` (kgr(8) of the packages kgraft and kernel-livepatch-tools).
 */
function kgraftProgress(texts: Texts): string | null {
  const sections = [...texts.values()].flat();
  const outputs = (command: string) => outputOf(sections, command)?.text.trim() ?? null;
  const patches = outputs('kgr -v patches') ?? outputs('kgr patches');
  if (patches === null || !/^kgraft_patch_/m.test(patches)) return null;
  const status = outputs('kgr status');
  return status === 'ready' ? '0\n' : status === 'in_progress' ? '1\n' : '';
}

interface LoggedTransition {
  readonly patch: string;
  /** Whether it is being enabled. */
  readonly to: boolean;
}

/** The last transition that began and is not said to be over (kernel/livepatch/transition.c). */
function lastTransition(log: string): LoggedTransition | null {
  let last: LoggedTransition | null = null;
  const line =
    /livepatch: '([^'\n]{1,64})': (?:starting (un)?patching transition|reversing transition from \w+ to (un)?patching|(?:completing )?(?:un)?patching (transition|complete))/g;
  for (const [whole, patch = '', off, back, over] of log.matchAll(line)) {
    const isOver = over === 'complete' || whole.includes(': completing ');
    if (isOver) last = null;
    else last = { patch, to: off === undefined && back === undefined };
  }
  return last;
}

function whichRuns(patches: readonly KlpPatch[], last: LoggedTransition | null): string | null {
  const [only] = patches;
  if (only && patches.length === 1) return only.name;
  return patches.some(({ name }) => name === last?.patch) ? (last?.patch ?? null) : null;
}

function klpOutput(texts: Texts, command: string): Section | null {
  return outputOf(texts.get('/livepatch.txt') ?? [], command);
}

function klpPatches(texts: Texts): KlpPatch[] | null {
  const output = klpOutput(texts, 'klp -v patches') ?? klpOutput(texts, 'klp patches');
  return output ? parseKlpPatches(output.text) : null;
}

/** Folders of livepatches: by `find -L FOLDER -type d` and the files in them, or by what `klp` lists. */
function foldersOf(
  texts: Texts,
  files: ReadonlyMap<string, FileReading>,
): ReadonlyMap<string, FolderReading> {
  const entries = new Map<string, Map<string, FolderEntry['kind']>>();
  const add = (path: string, kind: FolderEntry['kind']) => {
    const slash = path.lastIndexOf('/');
    const around = path.slice(0, slash);
    const known = entries.get(around) ?? new Map<string, FolderEntry['kind']>();
    entries.set(around, known.set(path.slice(slash + 1), kind));
    if (around !== livepatchRoot) add(around, 'folder');
  };
  const whole = new Set<string>();
  for (const { kind, label, text } of texts.get('/kernel-livepatch.txt') ?? []) {
    if (kind !== 'Command' || !/\bfind -L \/sys\/kernel\/livepatch\/\S+ -type d$/.test(label))
      continue;
    for (const path of text.split('\n')) {
      if (!path.startsWith(`${livepatchRoot}/`)) continue;
      add(path, 'folder');
      whole.add(path);
      if (!entries.has(path)) entries.set(path, new Map());
    }
  }
  for (const path of files.keys()) if (path.startsWith(`${livepatchRoot}/`)) add(path, 'file');
  const isListed = klpPatches(texts) !== null || whole.size > 0;
  const folders = new Map<string, FolderReading>();
  for (const [path, known] of entries) {
    const list = [...known].map(([name, kind]) => ({ name, kind }));
    const isWhole = whole.has(path) || (path === livepatchRoot && isListed);
    folders.set(path, { entries: list, ...(isWhole ? {} : { truncated: true }) });
  }
  if (isListed && !folders.has(livepatchRoot)) folders.set(livepatchRoot, { entries: [] });
  return folders;
}
