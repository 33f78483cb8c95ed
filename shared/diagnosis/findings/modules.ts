/** Findings about livepatch modules that have left sysfs, and about redirected functions. */
import { modulePath } from '../../readings/paths';
import { visible } from '../../base/text';
import { moduleWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { premisesOf } from '../premises';
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
  const owned = new Set(
    state.patches.flatMap(({ objects }) =>
      objects.flatMap((object) => object.functions.map(({ name }) => keyOf(object.name, name))),
    ),
  );
  return (state.redirected ?? [])
    .filter(({ name, module }) => !owned.has(keyOf(module ?? 'vmlinux', name)))
    .map((redirected) => ({
      code: 'owner-unknown',
      severity: 'warning',
      subject: keyOf(redirected.module ?? 'vmlinux', redirected.name),
      message: `${say(words.unowned, given, visible(redirected.name))} ${who(redirected, given)}`,
      evidence: [redirected.source],
      remedies:
        redirected.byLivepatch === false && given.noOtherEngine === true ? ['stop-tracer'] : [],
    }));
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
