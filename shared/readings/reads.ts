/**
 * The one list of what is read of a host. Everything that reads goes by it: `collect`, the probe and
 * what its answers may say, what is kept of an archive, the capture script, and the limits.
 *
 * To read one more file, add its row. What else it takes, the compiler and the tests say that hold all
 * of these against the list: `main/probe/program/reads.test.ts` and `main/probe/everyRead.test.ts`.
 */
import { isSavedLog } from './savedLogs';
import {
  bootIdFile,
  enabledFunctionsFiles,
  firstProcessStateFile,
  ftraceEnabledFile,
  hostNameFile,
  kgraftProgressFile,
  kprobesFile,
  livepatchRoot,
  modulesFile,
  moduleRoot,
  releaseFile,
  savedLogFiles,
  secondProcessFile,
  supportconfigFiles,
  taintFile,
  touchedFunctionsFiles,
  uptimeFile,
} from './paths';

/**
 * When and how a file is read.
 *
 * `twice`: before the threads, and again behind them, to see whether a transition began or ended
 * meanwhile · `once` · `presence`: nobody can read it, and that it is there tells the kernel's rules ·
 * `last`: behind everything else, since it takes the kernel's livepatch mutex, which a busy transition
 * can hold for many seconds · `every`: of all modules or threads, to find those that matter ·
 * `with-modules`: together with the list of modules, whose loading changes it · `slow`: it may be held
 * up by a lock, so that nothing waits for it · `slow-bytes`: as `slow`, and its parts end with NUL
 */
export type Way =
  'twice' | 'once' | 'presence' | 'last' | 'every' | 'with-modules' | 'slow' | 'slow-bytes';

export interface FileRow {
  readonly way: Way;
  /** Bytes that are read of it at most, or UTF-16 units where it comes as text. */
  readonly limit: number;
  /** The kernel ends its text without a newline. */
  readonly isOpenEnded?: true;
}

export interface PlacedRow {
  /** Where it may lie: the first that can be read counts. */
  readonly places: readonly [string, ...string[]];
  /** As in `FileRow`. */
  readonly limit: number;
}

/** A value of one line, a name, and what else is short. */
const short = 4096;
/** A list with a line for each module or function. */
const list = 8_388_608;
const log = 33_554_432;

/** By the folder that a file lies in; all of them are optional. */
export const reads = {
  /** `/sys/kernel/livepatch/PATCH`: Documentation/ABI/testing/sysfs-kernel-livepatch. */
  livepatch: {
    transition: { way: 'twice', limit: short },
    enabled: { way: 'twice', limit: short },
    replace: { way: 'once', limit: short },
    replaceable: { way: 'once', limit: short },
    replace_set: { way: 'once', limit: short },
    // Since 4.15.
    force: { way: 'presence', limit: short },
    // From 4.15 to 5.0.
    signal: { way: 'presence', limit: short },
    stack_order: { way: 'last', limit: short },
  },
  /** `/sys/kernel/livepatch/PATCH/OBJECT`. */
  object: {
    patched: { way: 'once', limit: short },
  },
  /** `/sys/module/MODULE`, of livepatches and of modules that they patch. */
  module: {
    taint: { way: 'every', limit: short },
    refcnt: { way: 'once', limit: short },
    initstate: { way: 'once', limit: short },
  },
  /** `/proc/PID/task/TID`, of blocking threads. */
  thread: {
    patch_state: { way: 'every', limit: short },
    comm: { way: 'once', limit: 256 },
    stat: { way: 'once', limit: short },
    status: { way: 'once', limit: 16_384 },
    // The kernel prints 64 frames at most. An exec holds it up.
    stack: { way: 'slow', limit: 65_536 },
    wchan: { way: 'once', limit: short, isOpenEnded: true },
  },
  /** `/proc/PID`, of blocking threads. */
  process: {
    // Held up by the lock of the memory map.
    cmdline: { way: 'slow-bytes', limit: short, isOpenEnded: true },
    // Held up by the lock of all cgroups.
    cgroup: { way: 'slow', limit: 16_384 },
  },
  /** Facts about the host, by their whole path. */
  host: {
    [releaseFile]: { way: 'once', limit: short },
    [hostNameFile]: { way: 'once', limit: short },
    [bootIdFile]: { way: 'once', limit: short },
    [uptimeFile]: { way: 'once', limit: short },
    [secondProcessFile]: { way: 'once', limit: short },
    [kgraftProgressFile]: { way: 'once', limit: short },
    [ftraceEnabledFile]: { way: 'once', limit: short },
    [taintFile]: { way: 'with-modules', limit: short },
    [firstProcessStateFile]: { way: 'presence', limit: short },
  },
} as const satisfies Record<string, Readonly<Record<string, FileRow>>>;

/** Lists with a line for each thing; the probe sends each in a section of its own. */
export const lists = {
  modules: { places: [modulesFile], limit: list },
  enabled_functions: { places: enabledFunctionsFiles, limit: list },
  touched_functions: { places: touchedFunctionsFiles, limit: list },
  kprobes: { places: [kprobesFile], limit: list },
} as const satisfies Record<string, PlacedRow>;

/** A saved kernel log. A live host's comes from dmesg(1). */
export const savedLog: PlacedRow = { places: savedLogFiles, limit: log };

/**
 * What a report says of the host in place of the kernel's own files: the output of commands of a
 * sosreport (sos/report/plugins/{kernel,host,kpatch}.py), a supportconfig (`supportconfig.ts`), or an
 * archive of Red Hat Insights (insights-core, insights/specs/default.py).
 */
export const reportFacts = {
  sysctl: { places: ['/sos_commands/kernel/sysctl_-a', '/env.txt'], limit: 1_048_576 },
  uname: {
    places: [
      '/sos_commands/kernel/uname_-a',
      '/basic-environment.txt',
      '/insights_commands/uname_-a',
    ],
    limit: short,
  },
  hostname: {
    places: ['/sos_commands/host/hostname', '/insights_commands/hostname', '/etc/hostname'],
    limit: short,
  },
  uptime: {
    places: ['/sos_commands/host/uptime', '/basic-health-check.txt', '/insights_commands/uptime'],
    limit: short,
  },
  kpatch: {
    places: ['/sos_commands/kpatch/kpatch_list', '/insights_commands/kpatch_list'],
    limit: 1_048_576,
  },
  klp: { places: ['/livepatch.txt', '/kernel-livepatch.txt'], limit: list },
} as const satisfies Record<string, PlacedRow>;

/** Lines of a thread's `status` that are looked at: the probe sends no others. */
export const statusFields = ['Name', 'State', 'Tgid', 'Pid', 'PPid', 'Uid', 'Kthread'] as const;

export type Place = keyof typeof reads;
export type ListName = keyof typeof lists;

/** The last names of all of `reads`. */
export const fileNames: readonly string[] = Object.values(reads)
  .flatMap((rows) => Object.keys(rows))
  .map((path) => path.slice(path.lastIndexOf('/') + 1));

/** Names of the files in a folder that are read in one of these ways, in the order of the list. */
export function filesRead(where: Place, ...ways: readonly Way[]): string[] {
  const rows: [string, FileRow][] = Object.entries(reads[where]);
  return rows.filter(([, { way }]) => ways.includes(way)).map(([name]) => name);
}

const rowsIn = (where: Place): ReadonlyMap<string, FileRow> =>
  new Map(Object.entries(reads[where]));

const folders = {
  livepatch: rowsIn('livepatch'),
  object: rowsIn('object'),
  module: rowsIn('module'),
  thread: rowsIn('thread'),
  process: rowsIn('process'),
  host: rowsIn('host'),
} satisfies Record<Place, unknown>;

const placed: ReadonlyMap<string, PlacedRow> = new Map(
  [...Object.values(lists), ...Object.values(reportFacts), savedLog].flatMap((row) =>
    row.places.map((place): [string, PlacedRow] => [place, row]),
  ),
);

const supportTexts: ReadonlySet<string> = new Set(supportconfigFiles);

const procFile = /^\/proc\/\d{1,10}\/(task\/\d{1,10}\/)?([^/]+)$/;
const livepatchFile = /^\/sys\/kernel\/livepatch\/[^/]+\/([^/]+\/)?([^/]+)$/;
const moduleFile = /^\/sys\/module\/[^/]+\/([^/]+)$/;

/** The row of a path on a host; null: nothing in the list lies there. */
export function rowOf(path: string): FileRow | PlacedRow | null {
  const [, task, ofProc] = procFile.exec(path) ?? [];
  if (ofProc !== undefined) {
    const ofProcess = task === undefined ? folders.process.get(ofProc) : undefined;
    const ofThread = folders.thread.get(ofProc);
    // A process's own files of a thread are its leader's; who has switched is read of threads alone.
    const ofLeader = task === undefined && ofThread?.way === 'every' ? undefined : ofThread;
    return folders.host.get(path) ?? ofProcess ?? ofLeader ?? null;
  }
  const [, object, ofLivepatch] = livepatchFile.exec(path) ?? [];
  if (ofLivepatch !== undefined) {
    return (object === undefined ? folders.livepatch : folders.object).get(ofLivepatch) ?? null;
  }
  const [, ofModule] = moduleFile.exec(path) ?? [];
  if (ofModule !== undefined) return folders.module.get(ofModule) ?? null;
  return folders.host.get(path) ?? placed.get(path) ?? (isSavedLog(path) ? savedLog : null);
}

/**
 * Bytes that are read of a file at most, or UTF-16 units where it comes as text.
 *
 * @param path on the host; what lies neither in `/proc` nor in `/sys` is a log
 */
export function limitOf(path: string): number {
  const row = rowOf(path);
  if (row) return row.limit;
  return path.startsWith('/proc/') || path.startsWith('/sys/') ? short : log;
}

/** Folders that lead to what is read, and the whole tree of the livepatches. */
const onTheWay: ReadonlySet<string> = new Set(
  [
    livepatchRoot,
    moduleRoot,
    ...supportTexts,
    '/insights_commands/dmesg',
    ...folders.host.keys(),
    ...placed.keys(),
  ].flatMap((path) => {
    const names = path.split('/').slice(1);
    return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
  }),
);

const folderOfMany = /^\/(?:proc\/\d{1,10}(?:\/task(?:\/\d{1,10})?)?|sys\/module\/[^/]+)$/;

/** Whether `collect` may ask for a path, as a file or as a folder. */
export function isRead(path: string): boolean {
  return (
    path.startsWith(`${livepatchRoot}/`) ||
    onTheWay.has(path) ||
    folderOfMany.test(path) ||
    rowOf(path) !== null
  );
}
