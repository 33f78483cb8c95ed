/** Findings about livepatches, their objects and modules, and the host. Host text comes escaped. */
import { countOf, listed } from '../base/words';
import { sentence } from './sentence';

interface OfObject {
  readonly patch: string;
  readonly object: string;
}

export const objectWords = {
  notPatched: sentence(
    ['enabled', 'transition', 'loaded', 'patched', 'oneMoment'],
    ({ patch, object }: OfObject) =>
      `${patch} is enabled and ${object} is loaded, but ${object} is not patched: none of the livepatch’s code runs in it.`,
    ({ patch, object }, lacking) =>
      lacking === 'oneMoment'
        ? `${object} reads as not patched by ${patch}; the livepatches changed while they were read.`
        : '',
  ),
  runsOriginal: sentence(
    ['noOtherEngine', 'functions', 'livepatches'],
    () => 'Its functions still run the original code.',
  ),
  patchesNothing: sentence(
    ['enabled', 'patched', 'functions', 'oneMoment'],
    (patch: string) =>
      `${patch} is enabled but patches nothing now: none of its objects is patched.`,
    (patch, lacking) =>
      lacking === 'functions' || lacking === 'oneMoment'
        ? `${patch} is enabled, and no object that was read of it is patched.`
        : '',
  ),
  notLoaded: sentence(
    ['enabled', 'loaded', 'oneMoment'],
    ({ object, patches }: { readonly object: string; readonly patches: readonly string[] }) =>
      `${object} is not loaded. When it is, ${listed(patches)} ${patches.length === 1 ? 'is' : 'are'} to patch it before it runs.`,
    ({ object, patches }, lacking) =>
      lacking === 'oneMoment'
        ? `${object}, an object of ${listed(patches)}, was not loaded when it was looked for.`
        : '',
  ),
} as const;

interface Shared {
  readonly patches: readonly string[];
  readonly what: string;
}

export const overlapWords = {
  overlap: sentence(
    ['enabled', 'transition'],
    ({ patches, what }: Shared) => `${listed(patches)} patch ${what}, and none replaces the other.`,
    ({ patches, what }) =>
      `${listed(patches)} patch ${what}; whether one is replacing the other could not be read.`,
  ),
  whatRuns: sentence(
    ['order', 'enabled', 'transition', 'noOtherEngine', 'notSkipped', 'oneMoment'],
    (active: string) => `What runs is ${active}.`,
    () => 'Which one runs is not known.',
  ),
  hiddenFixes: sentence(
    ['order', 'enabled', 'transition', 'functions', 'oneMoment'],
    ({
      upper,
      lower,
      hidden,
      all,
      names,
    }: {
      readonly upper: string;
      readonly lower: string;
      readonly hidden: number;
      readonly all: number;
      readonly names: string;
    }) =>
      `${upper} hides ${hidden} of ${countOf(all, 'fix', 'fixes')} of ${lower} (${names}) and patches nothing else: it is probably an older build, loaded after the newer one without replacing it.`,
  ),
} as const;

export const moduleWords = {
  pinned: sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    ({ module, count }: { readonly module: string; readonly count: number }) =>
      `${module} is no livepatch any more but can’t be unloaded (reference count ${count}): its transition was forced, or something still uses it.`,
    ({ module, count }, lacking) =>
      lacking === 'referenceCount' || lacking === 'livepatches'
        ? ''
        : `${module} is not among the livepatches that were read, and is in use (reference count ${count}).`,
  ),
  onlyReboot: sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    () => 'Only a reboot removes a forced one.',
  ),
  leftover: sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    (module: string) =>
      `${module} was replaced or disabled; its module is still loaded and not in use. It may be removed.`,
    (module, lacking) =>
      lacking === 'referenceCount' || lacking === 'livepatches'
        ? ''
        : `${module} is not among the livepatches that were read; its module is loaded, with a reference count of 0.`,
  ),
  unowned: sentence(
    ['redirections', 'livepatches', 'functions', 'oneMoment'],
    (name: string) => `${name} is redirected through ftrace, but no livepatch in sysfs has it.`,
  ),
  perhapsOwned: sentence(
    ['redirections'],
    ({ name, patched }: { readonly name: string; readonly patched: string }) =>
      `${name} is redirected through ftrace. It may be another name of a patched function that the list does not have by its own: ${patched}. Whether it is can’t be told, and so not who does it.`,
  ),
  byLivepatch: sentence(
    ['redirections', 'noOtherEngine'],
    () => 'A livepatch that is no longer listed does it.',
    () => 'A livepatch that is no longer listed does it, or another engine.',
  ),
  byAnother: sentence(
    ['redirections', 'noOtherEngine'],
    () => 'A kprobe with a post handler or another user of ftrace does it.',
    () => 'A kprobe with a post handler, another engine or another user of ftrace does it.',
  ),
  bySomebody: sentence(
    ['redirections'],
    () =>
      'Who does it the file does not say: a livepatch that is no longer listed, a kprobe with a post handler, or another user of ftrace.',
  ),
  wouldBeRefused: sentence(
    ['redirections'],
    () => 'Another livepatch of this function would be refused (EBUSY).',
  ),
} as const;

interface Engine {
  readonly name: string;
  readonly modules: readonly string[];
}

function called({ name, modules }: Engine): string {
  const by = modules.length === 0 ? '' : ` (${listed(modules)})`;
  return `${name.startsWith('the ') ? `T${name.slice(1)}` : name}${by}`;
}

export const hostWords = {
  partialView: sentence(
    ['rights'],
    () =>
      'Read without root’s rights: livepatches and transitions are shown, but which threads block can only be seen of one’s own.',
    () => 'Not all threads could be read, so that not all who block can be seen.',
  ),
  denied: sentence(['threads'], (threads: string) => `${threads} could not be read.`),
  enginePatches: sentence(
    ['otherEngine', 'loaded'],
    (engine: Engine) =>
      `${called(engine)} patches this kernel; what it has changed can’t be seen here.`,
    (engine, lacking) =>
      lacking === 'otherEngine'
        ? ''
        : `${called(engine)} is there, another engine that patches running kernels; whether it has changed this one can’t be seen here.`,
  ),
  engineWaits: sentence(
    ['otherEngine'],
    () => 'It waits for threads to switch: its in_progress reads 1.',
  ),
  engineIsDone: sentence(['otherEngine'], () => 'It waits for nobody: its in_progress reads 0.'),
  notSupported: sentence(
    ['live', 'sysfs'],
    (folder: string) => `This kernel has no livepatching of its own: ${folder} does not exist.`,
    (folder) =>
      `No livepatching of the kernel’s own was found: there is no ${folder} in what was saved.`,
  ),
  taintOnly: sentence(
    ['taint', 'livepatches', 'oneMoment', 'noOtherEngine'],
    () =>
      'No livepatch is active, but one was loaded since boot, or tried: the kernel’s livepatch taint (K) stays until reboot.',
    (_: void, lacking) =>
      lacking === 'taint'
        ? ''
        : 'No livepatch was seen, but one was loaded since boot, or tried: the kernel’s livepatch taint (K) stays until reboot.',
  ),
  alarms: sentence(
    ['log'],
    ({
      count,
      when,
      first,
    }: {
      readonly count: number;
      readonly when: string;
      readonly first: string;
    }) => `The kernel raised ${countOf(count, 'alarm')} of its own ${when}: ${first}`,
  ),
  sinceTransition: sentence(['log', 'transition'], () => 'since the transition began'),
  inTrace: sentence(['log', 'livepatches'], () => 'with a livepatch’s code in its trace'),
} as const;
