/** Findings about objects: what a livepatch names but does not patch. */
import { modulePath, patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import type { Livepatch, PatchedObject, SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { objectWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { premisesOf } from '../premises';
import { refusedModules } from './kernelLog';

export function findAboutObjects(state: SystemState): Finding[] {
  return [...notPatched(state), ...patchesNothing(state), ...notLoaded(state)];
}

/** Livepatch enabled and settled, object loaded and live, and still `patched` is 0. */
function notPatched(state: SystemState): Finding[] {
  const given = premisesOf(state);
  return state.patches
    .filter(({ enabled, inTransition }) => enabled === true && inTransition === false)
    .flatMap((patch) =>
      patch.objects
        .filter(({ loaded, patched }) => loaded === true && patched === false)
        .map(({ name }): Finding => {
          const facts = { patch: visible(patch.name), object: visible(name) };
          const isAlone = state.patches.every(
            (other) => other === patch || other.objects.every((object) => object.name !== name),
          );
          const sentences = [
            say(words.notPatched, { ...given, loaded: true, patched: true }, facts),
            isAlone ? say(words.runsOriginal, given, undefined) : '',
          ];
          return {
            code: 'object-not-patched',
            severity: 'error',
            subject: name,
            message: sentences.filter(Boolean).join(' '),
            evidence: [`${patchPath(patch.name)}/${name}/patched`, ...moduleEvidence(name)],
            remedies: ['ask-vendor'],
          };
        }),
    );
}

function patchesNothing(state: SystemState): Finding[] {
  const refused = refusedModules(state);
  return state.patches
    .filter(
      ({ enabled, objects }) =>
        enabled === true && objects.length > 0 && objects.every(({ patched }) => patched === false),
    )
    .map(({ name, objects }) => ({
      code: 'patches-nothing',
      severity: 'warning',
      subject: name,
      message: say(
        words.patchesNothing,
        { ...premisesOf(state), enabled: true, patched: true },
        visible(name),
      ),
      evidence: objects.map((object) => `${patchPath(name)}/${object.name}/patched`),
      remedies: objects.some((object) => isNotLoaded(object) && !refused.has(object.name))
        ? ['load-object']
        : ['ask-vendor'],
    }));
}

/** One finding per object, however many livepatches wait for it. */
function notLoaded(state: SystemState): Finding[] {
  // Whom the kernel refused to load when it was last tried will not simply be patched the next time.
  const refused = refusedModules(state);
  const waiting = new Map<string, Livepatch[]>();
  for (const patch of state.patches.filter(({ enabled }) => enabled === true)) {
    for (const object of patch.objects.filter(isNotLoaded)) {
      if (refused.has(object.name)) continue;
      waiting.set(object.name, [...(waiting.get(object.name) ?? []), patch]);
    }
  }
  return [...waiting].map(([object, by]) => ({
    code: 'object-not-loaded',
    severity: 'info',
    subject: object,
    message: say(
      words.notLoaded,
      { ...premisesOf(state), enabled: true, loaded: true },
      { object: visible(object), patches: by.map(({ name }) => visible(name)) },
    ),
    evidence: by.map(({ name }) => `${patchPath(name)}/${object}/patched`),
    remedies: [],
  }));
}

function isNotLoaded({ loaded }: PatchedObject): boolean {
  return loaded === false;
}

function moduleEvidence(object: string): string[] {
  return object === 'vmlinux' ? [] : [`${modulePath(object.replaceAll('-', '_'))}/initstate`];
}
