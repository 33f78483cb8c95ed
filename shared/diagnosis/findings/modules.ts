/** Findings about livepatch modules that have left sysfs, and about redirected functions. */
import { modulePath } from '../../readings/paths';
import { visible } from '../../base/text';
import type { RedirectedFunction, SystemState } from '../../model/systemState';
import type { Finding } from './finding';

export function findAboutModules(state: SystemState): Finding[] {
  return [...pinned(state), ...leftover(state), ...unowned(state)];
}

function pinned({ ghosts }: SystemState): Finding[] {
  return ghosts
    .filter(({ kind }) => kind === 'pinned')
    .map(({ module, refcount }) => ({
      code: 'pinned-module',
      severity: 'warning',
      subject: module,
      message: `${visible(module)} is no livepatch any more but can’t be unloaded (reference count ${refcount}): its transition was forced, or something still uses it. Only a reboot removes a forced one.`,
      evidence: ghostEvidence(module),
      remedies: ['reboot'],
    }));
}

function leftover({ ghosts }: SystemState): Finding[] {
  return ghosts
    .filter(({ kind }) => kind === 'leftover')
    .map(({ module }) => ({
      code: 'leftover-module',
      severity: 'info',
      subject: module,
      message: `${visible(module)} was replaced or disabled; its module is still loaded and not in use. It may be removed.`,
      evidence: ghostEvidence(module),
      remedies: ['remove-module'],
    }));
}

function ghostEvidence(module: string): string[] {
  return ['taint', 'refcnt', 'initstate'].map((attribute) => `${modulePath(module)}/${attribute}`);
}

/** Ftrace lets one user at a time redirect a function (FTRACE_OPS_FL_IPMODIFY). */
function unowned(state: SystemState): Finding[] {
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
      message: `${visible(redirected.name)} is redirected through ftrace, but no livepatch in sysfs has it. ${who(redirected)}`,
      evidence: [redirected.source],
      remedies: redirected.byLivepatch === false ? ['stop-tracer'] : [],
    }));
}

function who({ byLivepatch }: RedirectedFunction): string {
  const refusal = 'Another livepatch of this function would be refused (EBUSY).';
  switch (byLivepatch) {
    case true:
      return 'A livepatch that is no longer listed does it.';
    case false:
      return `A kprobe with a post handler or another user of ftrace does it. ${refusal}`;
    case null:
      return `Who does it the file does not say: a livepatch that is no longer listed, a kprobe with a post handler, or another user of ftrace. ${refusal}`;
  }
}

function keyOf(object: string, name: string): string {
  return `${object.replaceAll('-', '_')}:${name}`;
}
