/** Function by function: what runs now, and what would. */
import { visible } from '../base/text';
import type { ActiveFunction, StatusDocument } from '../report/statusDocument';
import { whatIfCases } from '../words/whatIf';
import type { Change } from './document';
import { codeOf, runsNow, possibleStacksOf, type PossibleStack } from './possibleStacks';

/** How an action ends for a function. */
export interface Ending {
  /** The livepatch that it is about. */
  readonly patch: string;
  /** What runs in the end; it is asked only about functions that the livepatch has. */
  readonly then: (stack: PossibleStack) => string;
}

/** The livepatch is taken out of the stack, and its nops with it. */
export function withoutPatch(patch: string): Ending {
  return {
    patch,
    then: ({ members }) => codeOf(members.findLast((member) => member.patch !== patch)),
  };
}

/**
 * The livepatch stays. If it replaces, what lies below it goes, and then its nops do; what lies above
 * it stays in any case (kernel/livepatch/core.c, klp_unpatch_replaced_patches, klp_discard_nops).
 */
export function withPatch(patch: string): Ending {
  return {
    patch,
    then: ({ members, replaces }) => {
      const place = members.findIndex((member) => member.patch === patch);
      const staying = replaces ? members.slice(place).filter(({ nop }) => !nop) : members;
      return codeOf(staying.at(-1));
    },
  };
}

/** Functions whose code changes, or may. */
export function changesOf(status: StatusDocument, ending: Ending): Change[] {
  return status.functions
    .filter((row) => row.stack.includes(ending.patch))
    .map((row) => changeOf(status, row, ending))
    .filter((change) => change !== null);
}

/** Null: not a line of it was read; false: it isn't loaded, so that nothing of it runs. */
export function isLoaded({ patches }: StatusDocument, name: string): boolean | null {
  if (name === 'vmlinux') return true;
  const objects = patches.flatMap((patch) => patch.objects).filter((one) => one.name === name);
  if (objects.some(({ loaded }) => loaded === true)) return true;
  return objects.length > 0 && objects.every(({ loaded }) => loaded === false) ? false : null;
}

/** How one function changes; null: it doesn't. */
export function changeOf(
  status: StatusDocument,
  row: ActiveFunction,
  ending: Ending,
): Change | null {
  const { object, name, sympos } = row;
  const loaded = isLoaded(status, object);
  if (loaded === false) return null;
  const stacks = loaded === null ? null : possibleStacksOf(status, row);
  if (!stacks) return { object, name, sympos, now: row.active, then: null, cases: [] };
  const seen = stacks.map((stack) => ({ stack, now: runsNow(stack), then: ending.then(stack) }));
  if (seen.every(({ now, then }) => now === then)) return null;
  const now = onlyOne(seen.map((one) => one.now));
  const then = onlyOne(seen.map((one) => one.then));
  const isOpen = now === null || then === null;
  return { object, name, sympos, now, then, cases: isOpen ? casesOf(seen, ending.patch) : [] };
}

function onlyOne(values: readonly string[]): string | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

interface Possibility {
  readonly stack: PossibleStack;
  readonly now: string;
  readonly then: string;
}

/** What a condition is about: each is told only where the outcome depends on it. */
const aspects = {
  order: ({ members }: PossibleStack) => members.map((member) => member.patch).join('\0'),
  nops: ({ members }: PossibleStack) => members.filter(({ nop }) => nop).length.toString(),
  replaces: ({ replaces }: PossibleStack) => String(replaces),
} as const;
type Aspect = keyof typeof aspects;
const aspectNames = ['order', 'nops', 'replaces'] as const;

function casesOf(seen: readonly Possibility[], patch: string): Change['cases'] {
  const named = aspectNames.filter((aspect) => dependsOn(seen, aspect));
  const cases = new Map<string, Change['cases'][number]>();
  for (const { stack, now, then } of seen) {
    const condition = named.map((aspect) => conditionOf(aspect, stack, patch)).join(' and ');
    cases.set(`${condition}\0${now}\0${then}`, { if: condition, now, then });
  }
  return [...cases.values()];
}

/** Whether two possibilities that differ in nothing else come out differently. */
function dependsOn(seen: readonly Possibility[], aspect: Aspect): boolean {
  const others = aspectNames.filter((name) => name !== aspect);
  const outcomes = new Map<string, string>();
  return seen.some(({ stack, now, then }) => {
    const rest = others.map((name) => aspects[name](stack)).join('\u0001');
    const outcome = `${now}\0${then}`;
    const before = outcomes.get(rest) ?? outcome;
    outcomes.set(rest, before);
    return before !== outcome;
  });
}

function conditionOf(aspect: Aspect, { members, replaces }: PossibleStack, patch: string): string {
  switch (aspect) {
    case 'order':
      return orderOf(members.map((member) => visible(member.patch)).toReversed(), visible(patch));
    case 'nops':
      return members.some(({ nop }) => nop)
        ? whatIfCases.isNop(visible(patch))
        : whatIfCases.isNoNop(visible(patch));
    case 'replaces':
      return replaces
        ? whatIfCases.replaces(visible(patch))
        : whatIfCases.replacesNone(visible(patch));
  }
}

/** @param names top first */
function orderOf([top = '', next = '', ...others]: readonly string[], patch: string): string {
  if (others.length === 0) return whatIfCases.above(top, next);
  return top === patch ? whatIfCases.topAndNext(top, next) : whatIfCases.top(top);
}
