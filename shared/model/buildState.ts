/** Turns readings into the state of the host that they describe. */
import { ftraceEnabledFile, livepatchRoot } from '../readings/paths';
import type { Readings } from '../readings/readings';
import { capText, visible } from '../base/text';
import { readThreads } from '../readings/threads';
import { unreachedFunctions, withConsumers } from './consumers';
import { readFtraceLists, redirectedIn } from './ftraceLists';
import { buildFunctionStacks } from './functionStacks';
import { findGhosts } from './ghosts';
import { readHost } from './host';
import { readLog } from './kernelLog';
import { readRules } from './kernelRules';
import { wereLivepatchesLeftOut } from './leftOut';
import { readLivepatches } from './livepatches';
import { readLoadedModules, type LoadedModules } from './loadedModules';
import { areOfContainer } from './container';
import { decideNops } from './nops';
import { plainText, ReadingsReader } from './reader';
import { blockingByKlp } from '../readings/files/klpBlocking';
import { stalledIn, type StalledProcess } from '../readings/files/sosCommands';
import { reportFacts } from '../readings/reads';
import { findOtherEngines } from './otherEngines';
import { aliasesOf, type EqualNames } from './otherNames';
import { orderLivepatches } from './stackOrder';
import type { FunctionStack, Livepatch, SystemState } from './systemState';
import { readShadow } from './shadow';
import { readTransition } from './transition';
import { findUnread } from './unread';

/** Never throws, whatever the readings hold: what makes no sense becomes unknown, with a problem. */
export function buildState(readings: Readings): SystemState {
  const reader = new ReadingsReader(readings);
  const log = readLog(reader);
  const { host, livepatch } = readHost(reader, log);
  const modules = readLoadedModules(reader);
  const otherEngines = findOtherEngines(reader, modules.names);
  const isLeftOut = wereLivepatchesLeftOut(readings, livepatch, modules, otherEngines);
  const rules = readRules(reader, log);
  const found = readLivepatches(reader, modules, rules);
  const { order, patches: ordered } = orderLivepatches(
    found,
    modules.newestFirst,
    log?.entries ?? null,
    reader,
  );
  const patches = decideNops(ordered, order);
  const unread = findUnread(reader, patches, log, rules, isLeftOut);
  const lists = readFtraceLists(reader);
  const equalNames = equalNamesOf(readings);
  const functions = withAliases(
    withConsumers(buildFunctionStacks(patches, order), lists, equalNames),
    equalNames,
  );
  const facts = readTransition(reader, patches, isLeftOut);
  noteScan(reader);
  return {
    target: readings.target,
    source: readings.source,
    takenAt: readings.takenAt,
    ...(readings.readingSeconds === undefined ? {} : { readingSeconds: readings.readingSeconds }),
    host,
    livepatch: { ...livepatch, ...(isLeftOut ? { supported: null } : {}), ...rules },
    coverage: {
      privileged: readings.privileged,
      threadsRead: readings.threads && readThreads(readings.threads),
      threadsDenied: readings.threads?.denied ?? null,
      // A thread's folder without the file: it ended while it was read or captured.
      threadsVanished: readings.threads && readings.threads.vanished + readings.threads.absent,
      unread,
    },
    ftraceOn: isFtraceOn(readings),
    threadsAreOfContainer: areOfContainer(readings, facts.transition?.blockingThreads ?? []),
    order,
    patches,
    functions,
    ...facts,
    stalledByKpatch: readStalled(readings),
    otherEngines,
    ghosts: unread.includes('livepatches')
      ? []
      : findGhosts(modules, new Set(patches.map(({ name }) => name))),
    unusedObjects: findUnusedObjects(patches, modules),
    log,
    redirected: lists ? redirectedIn(lists) : null,
    equalNames,
    listedIn: lists?.source ?? null,
    unreached:
      readings.listedTwice === true && !readings.torn
        ? unreachedFunctions(functions, patches, lists, (row) => hasSoleName(readings, row))
        : [],
    ...(readings.shadow === undefined
      ? {}
      : { shadow: readings.shadow && readShadow(readings.shadow, (name) => modules.isLive(name)) }),
    problems: [...readings.problems, ...reader.problems],
  };
}

function isFtraceOn(readings: Readings): boolean | null {
  const text = plainText(readings, ftraceEnabledFile)?.trim();
  return text === '0' || text === '1' ? text === '1' : null;
}

function findUnusedObjects(patches: readonly Livepatch[], modules: LoadedModules): string[] {
  const names = new Set(patches.flatMap(({ objects }) => objects.map(({ name }) => name)));
  return [...names].filter((name) => modules.isLive(name) === true && modules.refcount(name) === 0);
}

function hasSoleName({ soleNames }: Readings, { object, name }: FunctionStack): boolean {
  return soleNames?.includes(`${object}:${name}`) === true;
}

function equalNamesOf({ equalNames = [], soleNames = [] }: Readings): EqualNames {
  return [...equalNames, ...soleNames.map((name) => [name])];
}

function withAliases(rows: readonly FunctionStack[], looked: EqualNames): readonly FunctionStack[] {
  return rows.map((row) => {
    const aliases = aliasesOf(row, looked);
    return aliases ? { ...row, aliases } : row;
  });
}

/** Whom `kpatch list` or `klp blocking` names, which a report has. */
function readStalled(readings: Readings): StalledProcess[] {
  const kpatch = reportFacts.kpatch.places.flatMap((place) => plainText(readings, place) ?? []);
  const klp = reportFacts.klp.places.flatMap((place) => plainText(readings, place) ?? []);
  return [...kpatch.slice(0, 1).flatMap(stalledIn), ...klp.flatMap(blockingByKlp)];
}

/** What was wrong with the sample as a whole. */
function noteScan(reader: ReadingsReader): void {
  const { threads, torn } = reader.readings;
  if (torn) {
    const message =
      'The livepatches changed each time while they were read; what is shown may mix two moments.';
    reader.note('invalid-content', livepatchRoot, message);
  }
  const [first] = threads?.invalid ?? [];
  if (!threads || !first) return;
  const content =
    first.text.trim() === '' ? 'is empty' : `holds “${visible(capText(first.text.trim(), 40))}”`;
  const others = threads.invalid.length - 1;
  const more = others === 0 ? '' : ` So ${others === 1 ? 'does' : 'do'} ${others} more.`;
  const message = `${visible(first.path)} ${content}; expected is -1, 0 or 1. The thread is not counted.${more}`;
  reader.note('invalid-content', first.path, message);
}
