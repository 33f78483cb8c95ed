/**
 * What would happen if a livepatch were disabled, reversed, forced or replaced: worked out from what
 * was read, and never tried.
 *
 * Rules: kernel/livepatch/core.c (enabled_store, force_store, klp_enable_patch) and transition.c;
 * Documentation/livepatch/{livepatch,cumulative-patches}.rst.
 */
import { z } from 'zod';
import { patchPath } from '../readings/paths';
import { visible } from '../readings/text';
import {
  blockerSchema,
  type ActiveFunction,
  type Blocker,
  type PatchEntry,
  type StatusDocument,
} from './statusDocument';

/** A function that a livepatch to come would patch. */
export const wantedFunctionSchema = z.strictObject({
  object: z.string(),
  name: z.string(),
  sympos: z.number().int().nonnegative(),
});
export type WantedFunction = z.infer<typeof wantedFunctionSchema>;

export const whatIfActionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['disable', 'reverse', 'force']), patch: z.string() }),
  /** An atomic replace by a livepatch with these functions. */
  z.strictObject({ do: z.literal('replace'), functions: z.array(wantedFunctionSchema) }),
]);
export type WhatIfAction = z.infer<typeof whatIfActionSchema>;

const livepatchOrOriginal = z.string().nullable();

/** The document `klpscope/what-if`; null is unknown, as everywhere. */
export const whatIfSchema = z.strictObject({
  format: z.literal('klpscope/what-if'),
  version: z.literal(1),
  target: z.string(),
  action: whatIfActionSchema,
  allowed: z.boolean(),
  /** The kernel's error where it would refuse (`EBUSY`), with why; null: it would not. */
  refusal: z
    .strictObject({ errno: z.enum(['EBUSY', 'EINVAL', 'ENOENT']), why: z.string() })
    .nullable(),
  /** Functions whose code would change: a livepatch's name, `original`, or `replacement`. */
  functions: z.array(
    z.strictObject({
      object: z.string(),
      name: z.string(),
      sympos: z.number().nullable(),
      now: livepatchOrOriginal,
      then: livepatchOrOriginal,
    }),
  ),
  /** Livepatches that would leave sysfs when the transition completes. */
  leaving: z.array(z.string()),
  /** Modules that would stay loaded, unused. */
  leftover: z.array(z.string()),
  /** Modules that could never be unloaded. */
  pinned: z.array(z.string()),
  wouldBlock: z.array(blockerSchema),
  /** Threads whose stacks were not read, so that it is not known whether they would block. */
  unchecked: z.number().int().nonnegative().nullable(),
  irreversible: z.array(z.string()),
  assumptions: z.array(z.string()),
  /** What one would type as root; never run by Klpscope. */
  command: z.string().nullable(),
});
export type WhatIf = z.infer<typeof whatIfSchema>;

type Refusal = WhatIf['refusal'];

/** Works out one action on the state that was read. */
export function whatIf(status: StatusDocument, action: WhatIfAction): WhatIf {
  const refusal = refusalOf(status, action);
  const document: WhatIf = {
    format: 'klpscope/what-if',
    version: 1,
    target: status.target,
    action,
    allowed: refusal === null,
    refusal,
    functions: [],
    leaving: [],
    leftover: [],
    pinned: [],
    wouldBlock: [],
    unchecked: null,
    irreversible: [],
    assumptions: [],
    command: commandOf(status, action),
  };
  if (refusal) return document;
  const after = outcomeOf(status, action);
  return { ...document, ...after, assumptions: assumptionsOf(status, action) };
}

function refusalOf({ patches, transition }: StatusDocument, action: WhatIfAction): Refusal {
  const running = transition?.patch ?? null;
  if (action.do === 'replace') {
    return running === null
      ? null
      : refuse(
          'EBUSY',
          `the transition of ${visible(running)} runs, and there is only one at a time`,
        );
  }
  const patch = patches.find(({ name }) => name === action.patch);
  if (!patch) return refuse('ENOENT', `no livepatch ${visible(action.patch)} is loaded`);
  const isMoving = running === patch.name;
  if (action.do === 'disable') {
    if (patch.enabled === false)
      return refuse('EINVAL', `${visible(patch.name)} is disabled already`);
    return running === null || isMoving
      ? null
      : refuse(
          'EBUSY',
          `the transition of ${visible(running)} runs, and there is only one at a time`,
        );
  }
  return isMoving ? null : refuse('EINVAL', `${visible(patch.name)} is not in transition`);
}

function refuse(errno: NonNullable<Refusal>['errno'], why: string): Refusal {
  return { errno, why };
}

type Outcome = Pick<
  WhatIf,
  'functions' | 'leaving' | 'leftover' | 'pinned' | 'wouldBlock' | 'unchecked' | 'irreversible'
>;

function outcomeOf(status: StatusDocument, action: WhatIfAction): Outcome {
  switch (action.do) {
    case 'disable':
      return removal(status, action.patch);
    case 'reverse':
      return status.transition?.direction === 'unpatching'
        ? application(status, action.patch)
        : removal(status, action.patch);
    case 'force':
      return forcing(status, action.patch);
    case 'replace':
      return replacement(status, action.functions);
  }
}

/** The livepatch goes, and each of its functions falls back to what lies below it. */
function removal(status: StatusDocument, name: string): Outcome {
  return {
    functions: changed(status, (row) => activeWithout(status, row, (patch) => patch === name)),
    leaving: [name],
    leftover: [name],
    pinned: [],
    ...blockedBy(status, ({ module }) => module === name),
    irreversible: [
      'A disabled livepatch can’t be enabled again (since 5.1); its module has to be removed and loaded anew.',
    ],
  };
}

/** A livepatch that was leaving stays after all. */
function application(status: StatusDocument, name: string): Outcome {
  return {
    functions: changed(status, (row) => (row.stack.at(-1) === name ? name : row.active)),
    leaving: [],
    leftover: [],
    pinned: [],
    wouldBlock: [],
    unchecked: status.transition?.threads.done ?? null,
    irreversible: [],
  };
}

/** The transition ends at once; whoever blocks it runs on in the code that it was in. */
function forcing(status: StatusDocument, name: string): Outcome {
  const isLeaving = status.transition?.direction === 'unpatching';
  const moving = status.patches.find((patch) => patch.name === name);
  const replaced =
    !isLeaving && moving?.replace === true
      ? status.patches.filter((patch) => patch !== moving).map((patch) => patch.name)
      : [];
  const gone = isLeaving ? [name] : replaced;
  return {
    functions: [],
    leaving: gone,
    leftover: [],
    pinned: gone,
    wouldBlock: [],
    unchecked: 0,
    irreversible: [
      'Threads that block now go on in the old code until they leave it, beside others in the new: what the livepatch was built to keep apart may meet.',
      ...(gone.length > 0
        ? [`The modules of ${gone.map(visible).join(', ')} can never be unloaded.`]
        : ['Forcing can’t be taken back.']),
    ],
  };
}

/** Everything older leaves; what the new one does not patch falls back to the original. */
function replacement(status: StatusDocument, wanted: readonly WantedFunction[]): Outcome {
  const keys = new Set(wanted.map(keyOf));
  const known = changed(status, (row) => (keys.has(keyOf(row)) ? 'replacement' : 'original'));
  const rows = new Set(status.functions.map(keyOf));
  const fresh = wanted
    .filter((one) => !rows.has(keyOf(one)))
    .map(({ object, name, sympos }) => ({
      object,
      name,
      sympos,
      now: 'original',
      then: 'replacement',
    }));
  const leaving = status.patches.filter(({ enabled }) => enabled !== false).map(({ name }) => name);
  return {
    functions: [...known, ...fresh],
    leaving,
    leftover: leaving,
    pinned: [],
    ...blockedBy(status, ({ module }) => module !== null && leaving.includes(module)),
    irreversible: ['There is no atomic way back: a replaced livepatch has to be loaded anew.'],
  };
}

/** An absent position is the first symbol of that name. */
function keyOf({
  object,
  name,
  sympos,
}: Pick<ActiveFunction, 'object' | 'name' | 'sympos'>): string {
  return JSON.stringify([object, name, sympos === 0 || sympos === null ? 1 : sympos]);
}

function changed(
  status: StatusDocument,
  next: (row: ActiveFunction) => string | null,
): WhatIf['functions'] {
  return status.functions
    .map((row) => ({
      object: row.object,
      name: row.name,
      sympos: row.sympos,
      now: row.active,
      then: next(row),
    }))
    .filter(({ now, then }) => now !== then || now === null);
}

/** What runs once some livepatches are gone: the next below that is enabled and stays. */
function activeWithout(
  status: StatusDocument,
  row: ActiveFunction,
  isGone: (patch: string) => boolean,
): string | null {
  if (row.active === null && !row.stack.some(isGone)) return null;
  const patches = new Map(status.patches.map((patch) => [patch.name, patch]));
  const staying = row.stack.filter((name) => !isGone(name) && patches.get(name)?.enabled !== false);
  if (status.order === 'unknown' && staying.length > 1) return null;
  const top = staying.at(-1);
  if (top === undefined) return 'original';
  return isPossibleNop(patches.get(top), row) ? null : top;
}

function isPossibleNop(patch: PatchEntry | undefined, row: ActiveFunction): boolean {
  return (
    patch?.objects.some(
      (object) =>
        object.name === row.object &&
        object.functions.some(
          ({ name, sympos, nop }) => name === row.name && sympos === row.sympos && nop !== false,
        ),
    ) ?? false
  );
}

/** Of the threads whose stacks were read: those that sleep in code that would have to be left. */
function blockedBy(
  { blockers, coverage }: StatusDocument,
  isConcerned: (frame: { readonly module: string | null }) => boolean,
): Pick<WhatIf, 'wouldBlock' | 'unchecked'> {
  const checked = blockers.filter(({ stack }) => stack !== null);
  const wouldBlock: Blocker[] = checked.filter(({ stack }) => stack?.some(isConcerned));
  const { threadsRead } = coverage;
  return {
    wouldBlock,
    unchecked: threadsRead === null ? null : Math.max(0, threadsRead - checked.length),
  };
}

function assumptionsOf(status: StatusDocument, action: WhatIfAction): string[] {
  const names = status.patches.map(({ name }) => visible(name)).join(', ');
  const several = status.patches.length > 1;
  const replaceUnknown = status.patches.some(
    ({ replace, inTransition }) => replace === null && inTransition !== false,
  );
  return [
    status.order === 'inferred' && several
      ? `The livepatches lie on each other in the order in which they were loaded: ${names}, bottom first.`
      : '',
    status.order === 'unknown' && several
      ? `Which of ${names} lies above which is unknown: where a function has several, what would run depends on it.`
      : '',
    action.do === 'disable'
      ? 'The kernel is 5.1 or later; before, only the livepatch on top could be disabled.'
      : '',
    replaceUnknown
      ? 'This kernel does not say whether the livepatch in transition replaces the others (the file is new in 6.11).'
      : '',
    action.do === 'replace'
      ? 'The replacing livepatch fits the system state of those already there.'
      : '',
  ].filter((sentence) => sentence !== '');
}

function commandOf({ transition }: StatusDocument, action: WhatIfAction): string | null {
  switch (action.do) {
    case 'disable':
      return `echo 0 > ${quoted(`${patchPath(action.patch)}/enabled`)}`;
    case 'reverse': {
      const opposite = transition?.direction === 'unpatching' ? 1 : 0;
      return `echo ${opposite} > ${quoted(`${patchPath(action.patch)}/enabled`)}`;
    }
    case 'force':
      return `echo 1 > ${quoted(`${patchPath(action.patch)}/force`)}`;
    case 'replace':
      return null;
  }
}

/** For a shell, where the name has anything that a shell would take for its own. */
function quoted(path: string): string {
  return /^[\w/.,:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
