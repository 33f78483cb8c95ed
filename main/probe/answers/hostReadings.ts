/** Everything that is known of a live host, and the readings that it makes. */
import { detailedThreads } from '../../../shared/readings/limits';
import { bootIdFile, livepatchRoot, modulesFile } from '../../../shared/readings/paths';
import {
  filesRead,
  lists,
  type ListName,
  type PlacedRow,
  type Way,
} from '../../../shared/readings/reads';
import type { Problem } from '../../../shared/base/problem';
import type {
  FileReading,
  FolderEntry,
  FolderReading,
  Readings,
  SourceKind,
} from '../../../shared/readings/readings';
import { parseFtraceFunctions } from '../../../shared/readings/files/ftrace';
import type { SameNames } from '../../../shared/readings/files/symbols';
import { blockingThreads } from '../../../shared/readings/threads';
import { capText, visible } from '../../../shared/base/text';
import { readSection, type SectionContent } from './answerText';
import type { Frame } from '../wire/frames';
import { accompanying, parts, polledSections } from '../wire/parts';
import type { ThreadId } from '../wire/request';
import type { Answer } from '../wire/session';
import { ThreadDetails } from './threadDetails';
import { readFullScan, readPartialScan, type ThreadStates } from './threadStates';
import { UnknownNames } from './unknownNames';

/** The kernel log has no file that can be read as text; `dmesg` stands for it among the readings. */
export const logFile = '/dev/kmsg';

/** What an answer that was cut short says of its host. */
export const startsNothing =
  'The host could start no other program while it was read (too many processes, or no memory left)';

/** What is sent only where it has changed, and stays known until it comes anew. */
const sectionNames = {
  [parts.livepatches]: 'the livepatches',
  [parts.host]: 'facts about the host',
  [parts.modules]: 'modules',
  [parts.redirected]: 'functions that ftrace redirects',
  [parts.touched]: 'functions that ftrace has touched',
  [parts.kprobes]: 'kprobes',
  [parts.log]: 'the kernel log',
} as const satisfies Record<Kept, string>;

type Kept =
  typeof parts.livepatches | (typeof polledSections)[number] | (typeof accompanying)[number];

/** The section that a list comes in. */
const listSections: Readonly<Record<ListName, { readonly kind: Kept; readonly row: PlacedRow }>> = {
  modules: { kind: parts.modules, row: lists.modules },
  enabled_functions: { kind: parts.redirected, row: lists.enabled_functions },
  touched_functions: { kind: parts.touched, row: lists.touched_functions },
  kprobes: { kind: parts.kprobes, row: lists.kprobes },
};

/** Other parts of an answer, which other modules read. */
const otherParts: ReadonlySet<string> = new Set([
  parts.stateFailures,
  parts.states,
  parts.knownStates,
  parts.details,
  parts.lateFollows,
]);

/** Threads whose slow files are under way, and what they will be put to. */
export interface UnderWay {
  readonly details: ThreadDetails;
  readonly threads: readonly string[];
}

const absent: FileReading = { missing: 'absent' };

export class HostReadings {
  private readonly sections = new Map<Kept, KeptSection>();
  private details = new ThreadDetails();
  /** Livepatch in transition, and where it leads. */
  private course = '';
  private orders: ReadonlyMap<string, string> | null = null;
  /** Of the livepatches that the last answer told of. */
  private ordered = '';
  private wasTorn = false;
  private problems: Problem[] = [];
  private unknownOrders = new UnknownNames();
  private states: ThreadStates | null = null;
  private blockers: readonly ThreadId[] = [];
  /** As in `Readings`. */
  private listedTwice = false;
  private isOdd = false;
  /** Other names of functions, and of which functions they were looked up. */
  private names: SameNames = { soleNames: [], equalNames: [] };
  private looked = '';

  /** Threads of the running transition; null: none runs, or threads have no such state. */
  get threads(): ThreadStates | null {
    return this.states;
  }

  /** In the order of their numbers. */
  get blocking(): readonly ThreadId[] {
    return this.blockers;
  }

  /** The first blocking threads of which nothing but the number is known. */
  get undetailed(): readonly ThreadId[] {
    const first = this.blockers.slice(0, detailedThreads);
    return first.filter((thread) => !this.details.has(thread));
  }

  /** The livepatches changed while the last answer was given. */
  get isTorn(): boolean {
    return this.wasTorn;
  }

  /** The list of redirected functions lacks one that a livepatch has, and was read only once. */
  get lacksSecondList(): boolean {
    return this.isOdd && !this.listedTwice;
  }

  get hasOrders(): boolean {
    return this.orders !== null;
  }

  /** A transition is on its way: exactly one livepatch reads 1. */
  get inTransition(): boolean {
    return this.movingFolders().length === 1;
  }

  /** Those of livepatches, as `OBJECT:NAME`; none where these were looked up. */
  get functionsToLookUp(): readonly string[] {
    const folders = this.sections.get(parts.livepatches)?.folders ?? [];
    const functions = folders.flatMap((path) => {
      const [, folder, name] = functionFolder.exec(path) ?? [];
      const object = folder?.slice(folder.lastIndexOf('/') + 1).replaceAll('-', '_');
      return object === undefined || name === undefined ? [] : [`${object}:${name}`];
    });
    const all = [...new Set(functions)].toSorted();
    return all.join(' ') === this.looked ? [] : all;
  }

  takeNames(names: SameNames, functions: readonly string[]): void {
    this.names = names;
    this.looked = functions.join(' ');
  }

  take(answer: Answer): UnderWay {
    this.wasTorn = answer.torn;
    const boot = this.bootId;
    this.problems = [];
    for (const frame of answer.frames) this.takeSection(frame);
    if (boot !== null && this.bootId !== boot) this.forgetBut(answer.frames);
    this.takeThreads(answer.frames);
    if (answer.unfinished) this.problems.push(this.cutShort());
    this.turn();
    const { details } = this;
    const threads = details.takeFast(answer.frames);
    details.keepOnly(this.blocking);
    // The kernel counts the stack anew when a livepatch comes or goes.
    const { identities } = this;
    if (identities !== this.ordered) this.orders = null;
    this.compareLists(answer, identities === this.ordered);
    this.ordered = identities;
    return { details, threads };
  }

  /** @param areSame whether the livepatches are those of the answer before */
  private compareLists({ frames, torn, unfinished }: Answer, areSame: boolean): void {
    const isNew = (section: string) =>
      frames.some(({ kind, words }) => kind === section && words[0] !== 'same');
    const isListed = frames.some(({ kind }) => kind === parts.redirected);
    const isWhole = areSame && !torn && !unfinished;
    if (!isWhole || isNew(parts.livepatches) || isNew(parts.redirected)) {
      this.listedTwice = false;
      this.isOdd = this.lacksFunction();
    } else if (isListed) this.listedTwice = true;
  }

  /** Whether a function of a livepatch, in an object that is patched, is not among those redirected. */
  private lacksFunction(): boolean {
    const list = this.sections.get(parts.redirected);
    const [reading] = list?.files.values() ?? [];
    if (!reading || !('text' in reading)) return false;
    const redirected = new Set(
      parseFtraceFunctions(reading.text)
        .filter(({ ipmodify }) => ipmodify)
        .map((one) => one.function),
    );
    const { folders, files } = this.sections.get(parts.livepatches) ?? readSection('');
    return folders.some((path) => {
      const [, object, name] = functionFolder.exec(path) ?? [];
      if (object === undefined || name === undefined || redirected.has(name)) return false;
      const patched = files.get(`${object}/patched`);
      return patched !== undefined && 'text' in patched && patched.text === '1\n';
    });
  }

  /** Who blocks for what ends with the direction: what is on its way of those belongs to nobody. */
  private turn(): void {
    const course = `${this.movingFolders().join()} ${this.states?.enabled ?? ''}`;
    if (course !== this.course) this.details = new ThreadDetails();
    this.course = course;
  }

  /**
   * What tells the livepatches from others of their names, as one text to compare: their modules' lines in
   * /proc/modules, whose order is that of loading, and the log's last word of enabling one.
   */
  private get identities(): string {
    const patches = patchesIn(this.sections.get(parts.livepatches));
    const names = new Set(patches.map((path) => path.slice(path.lastIndexOf('/') + 1)));
    const list = this.sections.get(parts.modules)?.files.get(modulesFile);
    const modules = (list && 'text' in list ? list.text : '').split('\n').flatMap((line) => {
      const [name = '', size, , , , address] = line.split(' ');
      return names.has(name) ? [`${name} ${size} ${address}`] : [];
    });
    const log = this.sections.get(parts.log)?.log;
    const enabled = log && 'text' in log ? lastEnabling(log.text) : '';
    return JSON.stringify([patches, modules, enabled]);
  }

  private movingFolders(): string[] {
    return [...(this.sections.get(parts.livepatches)?.files ?? [])]
      .filter(
        ([path, reading]) =>
          path.endsWith('/transition') && 'text' in reading && reading.text === '1\n',
      )
      .map(([path]) => path);
  }

  takeLate(frames: readonly Frame[], { details, threads }: UnderWay): void {
    details.takeSlow(frames, threads);
  }

  takeOrders(lines: readonly string[]): void {
    const orders = new Map<string, string>();
    this.unknownOrders = new UnknownNames();
    for (const line of lines) {
      const colon = line.lastIndexOf(':');
      if (orderFile.test(line.slice(0, colon)))
        orders.set(line.slice(0, colon), line.slice(colon + 1));
      else this.unknownOrders.add(line);
    }
    this.orders = orders;
  }

  readings(identity: {
    readonly target: string;
    readonly source: SourceKind;
    readonly privileged: boolean;
    readonly takenAt: string;
    readonly readingSeconds: number;
  }): Readings {
    const files = new Map<string, FileReading>();
    const folders = this.addLivepatches(files);
    this.addHost(files, folders);
    this.details.addTo(files, this.states);
    const log = this.sections.get(parts.log)?.log ?? absent;
    files.set(logFile, log);
    return {
      ...identity,
      files,
      folders,
      threads: this.states?.scan ?? null,
      logPath: 'text' in log ? logFile : null,
      torn: this.wasTorn,
      ...(this.listedTwice ? { listedTwice: true } : {}),
      ...(this.looked === '' ? {} : this.names),
      problems: [...this.problems, ...this.unknownProblems()],
    };
  }

  private get bootId(): string | null {
    const reading = this.sections.get(parts.host)?.files.get(bootIdFile);
    return reading && 'text' in reading ? reading.text : null;
  }

  /** Another boot is another host: of the one before nothing is remembered. */
  private forgetBut(frames: readonly Frame[]): void {
    const came = new Set(frames.filter(({ words }) => words[0] !== 'same').map(({ kind }) => kind));
    for (const kind of this.sections.keys()) if (!came.has(kind)) this.sections.delete(kind);
    this.details = new ThreadDetails();
    this.states = null;
    this.orders = null;
    this.takeNames({ soleNames: [], equalNames: [] }, []);
  }

  private takeSection({ kind, words, body }: Frame): void {
    if (!isKept(kind)) {
      if (!otherParts.has(kind)) this.problems.push(...unknownPart(kind));
    } else if (words[0] !== 'same') {
      this.sections.set(kind, readKept(kind, body.toString()));
    }
  }

  private unknownProblems(): Problem[] {
    const sections = [...this.sections.values()].flatMap(({ unknown }) => unknown.problems());
    const states = this.states?.unknown.problems() ?? [];
    return [...sections, ...states, ...this.unknownOrders.problems(), ...this.details.problems()];
  }

  /** What was read before stands; what never was is named. */
  private cutShort(): Problem {
    const missing: string[] = Object.entries(sectionNames)
      .filter(([kind]) => isKept(kind) && !this.sections.has(kind) && !comesAlong(kind))
      .map(([, name]) => name);
    if (this.inTransition && !this.states) missing.unshift('the threads');
    const unread = missing.length === 0 ? '' : `; not read: ${missing.join(', ')}`;
    return { code: 'protocol-error', path: null, message: `${startsNothing}${unread}.` };
  }

  private takeThreads(frames: readonly Frame[]): void {
    const total = frames.findLast(({ kind }) => kind === parts.states);
    const some = frames.findLast(({ kind }) => kind === parts.knownStates);
    if (total) {
      const scan = readFullScan(
        total,
        frames.findLast(({ kind }) => kind === parts.stateFailures),
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
    const { scan, enabled = null } = this.states ?? {};
    this.blockers = scan === undefined || enabled === null ? [] : blockingThreads(scan, enabled);
  }

  private addLivepatches(files: Map<string, FileReading>): Map<string, FolderReading> {
    const section = this.sections.get(parts.livepatches);
    const folders = foldersBelow(livepatchRoot, section?.folders ?? []);
    for (const [path, { entries }] of folders) {
      const depth = path.split('/').length - livepatchRoot.split('/').length;
      if (depth === 1) {
        for (const name of filesRead('livepatch', ...sentAtOnce)) {
          files.set(`${path}/${name}`, absent);
        }
        files.set(`${path}/stack_order`, this.orderOf(path));
      }
      if (depth === 2) {
        for (const name of filesRead('object', ...sentAtOnce)) files.set(`${path}/${name}`, absent);
      }
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    }
    for (const [path, reading] of section?.files ?? []) files.set(path, reading);
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
    for (const kind of [...polledSections, ...accompanying]) {
      const section = this.sections.get(kind);
      for (const [path, reading] of section?.files ?? []) files.set(path, reading);
      for (const path of section?.folders ?? []) folders.set(path, { entries: [] });
    }
  }
}

/** Ways of files that come with the section of the livepatches. */
const sentAtOnce: readonly Way[] = ['twice', 'once', 'presence'];

const functionFolder = /^(\/sys\/kernel\/livepatch\/[^/]+\/[^/]+)\/([^/,]+)(?:,\d+)?$/;

const orderFile = /^\/sys\/kernel\/livepatch\/[^/]+\/stack_order$/;

/** A section, parsed when it comes. */
interface KeptSection extends SectionContent {
  readonly log: FileReading | null;
}

function isKept(kind: string): kind is Kept {
  return Object.hasOwn(sectionNames, kind);
}

function comesAlong(kind: string): boolean {
  return accompanying.some((part) => part === kind);
}

function unknownPart(kind: string): Problem[] {
  const unknown = new UnknownNames();
  unknown.add(kind);
  return unknown.problems();
}

function readKept(kind: Kept, text: string): KeptSection {
  if (kind === parts.log) return { ...readSection(''), log: readLog(text) };
  if (kind === parts.modules) return { ...readModules(text), log: null };
  const list = Object.values(listSections).find((section) => section.kind === kind);
  return { ...(list ? readList(list.row, text) : readSection(text)), log: null };
}

/** Folders of the livepatches of a section. */
function patchesIn(section: SectionContent | undefined): string[] {
  return (section?.folders ?? []).filter(
    (path) => path.startsWith(`${livepatchRoot}/`) && path.split('/').length === 5,
  );
}

function lastEnabling(log: string): string {
  const at = log.lastIndexOf('livepatch: enabling patch ');
  return at === -1 ? '' : log.slice(log.lastIndexOf('\n', at) + 1, log.indexOf('\n', at));
}

/** Values of single modules, an empty line, and the list of all. */
function readModules(text: string): SectionContent {
  const divide = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  const section = readSection(text.slice(0, divide));
  section.files.set(modulesFile, { text: text.slice(divide + 1), truncated: false });
  return section;
}

/** `PATH:` and the list below it, or why there is none. */
function readList({ places }: PlacedRow, text: string): SectionContent {
  const place = places.find((path) => text.startsWith(`${path}:\n`));
  if (place === undefined) return readSection(text);
  const section = readSection('');
  section.files.set(place, { text: text.slice(place.length + 2), truncated: false });
  return section;
}

function readLog(text: string): FileReading {
  if (text.trim() === '') return absent;
  const [, reason] = /^(?:[^\n]*: )?dmesg: ([^\n]*)\n$/.exec(text) ?? [];
  if (reason === undefined) return { text: inOrder(text), truncated: false };
  return reason === 'not found'
    ? absent
    : { missing: 'denied', detail: visible(capText(reason, 200)) };
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
