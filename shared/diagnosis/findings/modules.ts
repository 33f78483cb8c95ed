/** Findings about livepatch modules that have left sysfs, and about redirected functions. */
import { modulePath } from '../../readings/paths';
import { visible } from '../../base/text';
import { listed as inWords } from '../../base/words';
import { moduleWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { premisesOf } from '../premises';
import { areOneFunction, namesOf, type Named } from '../../model/otherNames';
import type { RedirectedFunction, SystemState } from '../../model/systemState';
import type { Finding } from './finding';

export function findAboutModules(state: SystemState): Finding[] {
  // A livepatch that was just coming or going would be taken for a rest: the next reading tells.
  if (premisesOf(state).oneMoment !== true) return [];
  return [...pinned(state), ...leftover(state), ...unowned(state)];
}

function pinned(state: SystemState): Finding[] {
  return state.ghosts
    .filter(({ kind }) => kind === 'pinned')
    .map(({ module, refcount }) => {
      const given = { ...premisesOf(state), referenceCount: refcount };
      const sentences = [
        say(words.pinned, given, { module: visible(module), count: refcount ?? 0 }),
        say(words.onlyReboot, given, undefined),
      ];
      return {
        code: 'pinned-module',
        severity: 'warning',
        subject: module,
        message: sentences.filter(Boolean).join(' '),
        evidence: ghostEvidence(module),
        remedies: isSure(given) ? ['reboot'] : [],
      };
    });
}

function leftover(state: SystemState): Finding[] {
  return state.ghosts
    .filter(({ kind }) => kind === 'leftover')
    .map(({ module, refcount }) => {
      const given = { ...premisesOf(state), referenceCount: refcount };
      return {
        code: 'leftover-module',
        severity: 'info',
        subject: module,
        message: say(words.leftover, given, visible(module)),
        evidence: ghostEvidence(module),
        remedies: isSure(given) ? ['remove-module'] : [],
      };
    });
}

/** Else somebody else's module, or one that is a livepatch still, would be taken for a rest. */
function isSure({ oneMoment, noOtherEngine }: ReturnType<typeof premisesOf>): boolean {
  return oneMoment === true && noOtherEngine === true;
}

function ghostEvidence(module: string): string[] {
  return ['taint', 'refcnt', 'initstate'].map((attribute) => `${modulePath(module)}/${attribute}`);
}

/** Ftrace lets one user at a time redirect a function (FTRACE_OPS_FL_IPMODIFY). */
function unowned(state: SystemState): Finding[] {
  const given = premisesOf(state);
  // Whoever was not read may be the owner.
  if (!given.livepatches || !given.functions || !given.oneMoment) return [];
  const redirected = state.redirected ?? [];
  const listed = new Set(redirected.map(({ module, name }) => keyOf(module ?? 'vmlinux', name)));
  const owned = new Set<string>();
  const unlisted: Named[] = [];
  for (const { object, name, stack, consumers } of state.functions) {
    const keys = namesOf({ object, name }, state.equalNames).map((one) => keyOf(object, one));
    for (const key of keys) owned.add(key);
    const isListed = Boolean(consumers) || keys.some((key) => listed.has(key));
    if (stack.length > 0 && !isListed) unlisted.push({ object, name });
  }
  return redirected
    .filter(({ name, module }) => !owned.has(keyOf(module ?? 'vmlinux', name)))
    .map((one) => {
      const symbol = { object: one.module ?? 'vmlinux', name: one.name };
      const perhaps = unlisted.filter(
        (other) => areOneFunction(symbol, other, state.equalNames) === null,
      );
      const finding = {
        code: 'owner-unknown',
        subject: keyOf(symbol.object, symbol.name),
      } as const;
      // A handler of somebody else's is not the livepatch's, by whichever name.
      if (perhaps.length > 0 && one.byLivepatch !== false) {
        const names = listedNames(perhaps);
        return {
          ...finding,
          severity: 'info',
          message: say(words.perhapsOwned, given, { name: visible(one.name), patched: names }),
          evidence: [one.source],
          remedies: [],
        };
      }
      const isTracer = one.byLivepatch === false && given.noOtherEngine === true;
      return {
        ...finding,
        severity: 'warning',
        message: `${say(words.unowned, given, visible(one.name))} ${who(one, given)}`,
        evidence: [one.source],
        remedies: isTracer ? ['stop-tracer'] : [],
      };
    });
}

function listedNames(functions: readonly Named[]): string {
  return inWords(
    functions.map(({ name }) => visible(name)),
    3,
  );
}

function who({ byLivepatch }: RedirectedFunction, given: ReturnType<typeof premisesOf>): string {
  const refusal = say(words.wouldBeRefused, given, undefined);
  switch (byLivepatch) {
    case true:
      return say(words.byLivepatch, given, undefined);
    case false:
      return `${say(words.byAnother, given, undefined)} ${refusal}`;
    case null:
      return `${say(words.bySomebody, given, undefined)} ${refusal}`;
  }
}

function keyOf(object: string, name: string): string {
  return `${object.replaceAll('-', '_')}:${name}`;
}
