/** Everything that is known of a live host, and the readings that it makes. */
import { detailedThreads } from '../../../shared/readings/limits';
import {
  enabledFunctionsFiles,
  livepatchRoot,
  modulesFile,
  patchAttributes,
  patchMarks,
} from '../../../shared/readings/paths';
import type { Problem } from '../../../shared/base/problem';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Readings,
  SourceKind,
} from '../../../shared/readings/readings';
import { blockingThreads } from '../../../shared/readings/threads';
import { capText, visible } from '../../../shared/base/text';
import { readSection } from './answerText';
import type { Frame } from '../wire/frames';
import type { ThreadId } from '../wire/request';
import type { Answer } from '../wire/session';
import { ThreadDetails } from './threadDetails';
import { readFullScan, readPartialScan, type ThreadStates } from './threadStates';

/** The kernel log has no file that can be read as text; `dmesg` stands for it among the readings. */
export const logFile = '/dev/kmsg';

/** What an answer that was cut short says of its host. */
export const startsNothing =
  'The host could start no other program while it was read (too many processes, or no memory left)';

const sectionNames = {
  h: 'facts about the host',
  m: 'modules',
  f: 'functions that ftrace redirects',
  l: 'the kernel log',
} as const;

const absent: FileReading = { missing: 'absent' };

export class HostReadings {
  private readonly sections = new Map<string, string>();
  private readonly details = new ThreadDetails();
  private orders: ReadonlyMap<string, string> | null = null;
  private wasTorn = false;
  private problems: Problem[] = [];
  private states: ThreadStates | null = null;

  /** Threads of the running transition; null: none runs, or threads have no such state. */
  get threads(): ThreadStates | null {
    return this.states;
  }

  /** In the order of their numbers. */
  get blocking(): readonly ThreadId[] {
    const { scan, enabled = null } = this.states ?? {};
    return scan === undefined || enabled === null ? [] : blockingThreads(scan, enabled);
  }

  /** The first blocking threads of which nothing but the number is known. */
  get undetailed(): readonly ThreadId[] {
    const first = this.blocking.slice(0, detailedThreads);
    return first.filter((thread) => !this.details.has(thread));
  }

  get patches(): readonly string[] {
    return readSection(this.sections.get('p') ?? '').folders.filter(
      (path) => path.startsWith(`${livepatchRoot}/`) && path.split('/').length === 5,
    );
  }

  get hasOrders(): boolean {
    return this.orders !== null;
  }

  /** A transition is on its way: exactly one livepatch reads 1. */
  get inTransition(): boolean {
    return (this.sections.get('p') ?? '').match(/\/transition:1$/gm)?.length === 1;
  }

  /** @returns the threads whose slow files are under way */
  take(answer: Answer): readonly string[] {
    const before = this.patches.join('\n');
    this.wasTorn = answer.torn;
    this.problems = [];
    for (const frame of answer.frames) this.takeSection(frame);
    this.takeThreads(answer.frames);
    if (answer.unfinished) this.problems.push(this.cutShort());
    const told = this.details.takeFast(answer.frames);
    this.details.keepOnly(this.blocking);
    // The kernel counts the stack anew when a livepatch comes or goes.
    if (this.patches.join('\n') !== before) this.orders = null;
    return told;
  }

  takeLate(frames: readonly Frame[], told: readonly string[]): void {
    this.details.takeSlow(frames, told);
  }

  takeOrders(lines: readonly string[]): void {
    const orders = lines.map((line): [string, string] => {
      const colon = line.lastIndexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
    this.orders = new Map(orders);
  }

  readings(identity: {
    readonly target: string;
    readonly source: SourceKind;
    readonly privileged: boolean;
  }): Readings {
    const files = new Map<string, FileReading>();
    const folders = this.addLivepatches(files);
    this.addHost(files, folders);
    this.details.addTo(files, this.states);
    const log = this.readLog();
    files.set(logFile, log);
    return {
      ...identity,
      takenAt: new Date().toISOString(),
      files,
      folders,
      threads: this.states?.scan ?? null,
      logPath: 'text' in log ? logFile : null,
      torn: this.wasTorn,
      problems: this.problems,
    };
  }

  private takeSection({ kind, words, body }: Frame): void {
    if (!'phmfl'.includes(kind) || words[0] === 'same') return;
    this.sections.set(kind, body.toString());
  }

  /** What was read before stands; what never was is named. */
  private cutShort(): Problem {
    const missing: string[] = Object.entries(sectionNames)
      .filter(([kind]) => !this.sections.has(kind))
      .map(([, name]) => name);
    if (this.inTransition && !this.states) missing.unshift('the threads');
    const unread = missing.length === 0 ? '' : `; not read: ${missing.join(', ')}`;
    return { code: 'protocol-error', path: null, message: `${startsNothing}${unread}.` };
  }

  private takeThreads(frames: readonly Frame[]): void {
    const total = frames.findLast(({ kind }) => kind === 't');
    const some = frames.findLast(({ kind }) => kind === 's');
    if (total) {
      const scan = readFullScan(
        total,
        frames.findLast(({ kind }) => kind === 'e'),
      );
      if (typeof scan === 'string') {
        const message = `The threads could not be read: ${visible(capText(scan, 200))}.`;
        this.problems.push({ code: 'protocol-error', path: '/proc', message });
      }
      this.states = typeof scan === 'string' ? null : scan;
    } else if (some && this.states) {
      this.states = readPartialScan(this.states, some);
    } else {
      this.states = null;
    }
  }

  private addLivepatches(files: Map<string, FileReading>): Map<string, FolderReading> {
    const section = readSection(this.sections.get('p') ?? '');
    const folders = foldersBelow(livepatchRoot, section.folders);
    for (const [path, { entries }] of folders) {
      const depth = path.split('/').length - livepatchRoot.split('/').length;
      if (depth === 1) {
        for (const name of [...patchAttributes, ...patchMarks]) {
          files.set(`${path}/${name}`, absent);
        }
        files.set(`${path}/transition`, absent);
        files.set(`${path}/stack_order`, this.orderOf(path));
      }
      if (depth === 2) files.set(`${path}/patched`, absent);
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    }
    for (const [path, reading] of section.files) files.set(path, reading);
    const readings = new Map<string, FolderReading>(folders);
    if (!folders.has(livepatchRoot)) readings.set(livepatchRoot, { missing: 'absent' });
    return readings;
  }

  private orderOf(patch: string): FileReading {
    if (!this.orders) return { missing: 'timed-out', detail: 'the kernel was holding its lock' };
    const order = this.orders.get(`${patch}/stack_order`);
    return order === undefined ? absent : { text: `${order}\n`, truncated: false };
  }

  private addHost(files: Map<string, FileReading>, folders: Map<string, FolderReading>): void {
    const host = readSection(this.sections.get('h') ?? '');
    for (const [path, reading] of host.files) files.set(path, reading);
    for (const path of host.folders) folders.set(path, { entries: [] });
    const modules = this.sections.get('m') ?? '';
    const divide = modules.startsWith('\n') ? 0 : modules.indexOf('\n\n') + 1;
    for (const [path, reading] of readSection(modules.slice(0, divide)).files) {
      files.set(path, reading);
    }
    files.set(modulesFile, { text: modules.slice(divide + 1), truncated: false });
    this.addRedirected(files);
  }

  private addRedirected(files: Map<string, FileReading>): void {
    const text = this.sections.get('f') ?? '';
    for (const path of enabledFunctionsFiles) {
      if (text.startsWith(`${path}:\n`)) {
        files.set(path, { text: text.slice(path.length + 2), truncated: text.length > 1_048_576 });
      }
      if (text.startsWith(` denied ${path}\n`)) files.set(path, { missing: 'denied' });
    }
  }

  private readLog(): FileReading {
    const text = this.sections.get('l') ?? '';
    if (text.trim() === '') return absent;
    const [, reason] = /^(?:[^\n]*: )?dmesg: ([^\n]*)\n$/.exec(text) ?? [];
    if (reason === undefined) return { text: inOrder(text), truncated: false };
    return reason === 'not found'
      ? absent
      : { missing: 'denied', detail: visible(capText(reason, 200)) };
  }
}

/** Lines by the log's own clock; those without a stamp stay behind the line above them. */
function inOrder(text: string): string {
  let last = 0;
  const lines = text.split('\n').map((line) => {
    const [, seconds] = /^\[ *(\d{1,12}\.\d{1,9})\]/.exec(line) ?? [];
    last = seconds === undefined ? last : Number(seconds);
    return { line, seconds: last };
  });
  return lines
    .toSorted((a, b) => a.seconds - b.seconds)
    .map(({ line }) => line)
    .join('\n');
}

/** Folders with those that lie directly in them. */
function foldersBelow(
  root: string,
  paths: readonly string[],
): Map<string, { entries: FolderEntry[] }> {
  const folders = new Map<string, { entries: FolderEntry[] }>();
  for (const path of [...new Set(paths)].sort()) {
    folders.set(path, { entries: [] });
    if (path === root) continue;
    const slash = path.lastIndexOf('/');
    folders
      .get(path.slice(0, slash))
      ?.entries.push({ name: path.slice(slash + 1), kind: 'folder' });
  }
  return folders;
}
