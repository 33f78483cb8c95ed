/**
 * What is said about a host: each sentence with what must have been read for it to be true. Whoever says
 * it has to show that, or it takes its cautious form.
 */

/** What a sentence may stand on. `shared/words/sentences.test.ts` takes each away and listens. */
export const premises = [
  /** The folder of livepatches was listed whole. */
  'livepatches',
  /** The folder of a livepatch was listed whole. */
  'objects',
  /** The folders of a livepatch's objects and functions were. */
  'functions',
  /** Nothing changed while the sample was taken. */
  'oneMoment',
  /** The list of loaded modules was read whole, and no other engine is among them or in sysfs. */
  'noOtherEngine',
  /** Nobody was seen to sit on a patched function who can skip its code. */
  'notSkipped',
  /** Another engine was seen. */
  'otherEngine',
  /** The kernel switches threads one by one, and nothing counts as applied before all of them have. */
  'transitions',
  /** Nothing that was read tells of a forced transition. */
  'noForceSeen',
  /** The log holds the transitions of what is applied, and none was forced. */
  'notForced',
  /** No module that was a livepatch, and is none any more, is in use. */
  'noneLeftBehind',
  /** `enabled` of a livepatch. */
  'enabled',
  /** `transition` of each livepatch. */
  'transition',
  /** Whether it is an atomic replace. */
  'replace',
  /** Which livepatch lies above which. */
  'order',
  /** `patched` of an object. */
  'patched',
  /** Whether a module is loaded. */
  'loaded',
  /** How often a module is in use. */
  'referenceCount',
  /** `patch_state` of the threads. */
  'threads',
  /** The state letter of a thread. */
  'state',
  /** Whether a thread is the kernel's. */
  'kind',
  /** A thread's kernel stack. */
  'stack',
  /** The list of loaded modules was read whole. */
  'modules',
  /** Files tell by which rules the kernel goes. */
  'rules',
  /** Files tell that the kernel is later than 5.1. */
  'laterRules',
  /** `replace_set` of each livepatch. */
  'sets',
  /** The innermost function of a thread, as its wchan names it. */
  'wchan',
  /** The kernel log of this boot. */
  'log',
  /** This boot's log, or a watcher, tells that the transition has run for long. */
  'stalled',
  /** The log or the uptime tells what time it is now. */
  'clock',
  /** The kernel's taint. */
  'taint',
  /** Which functions ftrace redirects. */
  'redirections',
  /** They were listed twice, and alike. */
  'listedTwice',
  /** The address of a function has no other name. */
  'soleName',
  /** Which kprobes there are. */
  'kprobes',
  /** The folder of the kernel in sysfs was listed whole. */
  'sysfs',
  /** The host was read as it runs: nothing can have been left out of it. */
  'live',
  /** A tracer was seen: on a stack, in the log or in the list of redirections. */
  'tracer',
  /** A module is in use that is no livepatch any more, or a transition was forced. */
  'lasting',
  /** Something is wrong that its maker should know. */
  'cause',
  /** With whose rights the host was read. */
  'rights',
] as const;
export type Premise = (typeof premises)[number];

export interface Sentence<Needs extends Premise, Facts> {
  readonly needs: readonly Needs[];
  says(this: void, facts: Facts): string;
  /** What may be said where something of it was not read, or is not so. Empty: nothing. */
  cautious(this: void, facts: Facts, lacking: Needs): string;
}

/** A value that was read; false, null and undefined are none. */
type Given<Needs extends Premise> = Readonly<Record<Needs, unknown>>;

/** Writes a sentence down. Without a cautious form it is not said where a premise is lacking. */
export function sentence<const Needs extends Premise, Facts = void>(
  needs: readonly [Needs, ...Needs[]],
  says: (facts: Facts) => string,
  cautious: (facts: Facts, lacking: Needs) => string = () => '',
): Sentence<Needs, Facts> {
  return { needs, says, cautious };
}

function lackingOf<Needs extends Premise>(
  needs: readonly Needs[],
  given: Given<Needs>,
): Needs | undefined {
  return needs.find((premise) => {
    const value = given[premise];
    return value === false || value === null || value === undefined;
  });
}

/** Whether it may be said as it is. */
export function isSure<Needs extends Premise>(
  { needs }: { readonly needs: readonly Needs[] },
  given: Given<Needs>,
): boolean {
  return lackingOf(needs, given) === undefined;
}

/**
 * Says it, if what it needs is given.
 *
 * @param given what was read, for each premise: a value, or true; false, null and undefined mean that it
 *   was not read, or is not so
 */
export function say<Needs extends Premise, Facts>(
  what: Sentence<Needs, Facts>,
  given: Given<Needs>,
  facts: Facts,
): string {
  const lacking = lackingOf(what.needs, given);
  return lacking === undefined ? what.says(facts) : what.cautious(facts, lacking);
}
