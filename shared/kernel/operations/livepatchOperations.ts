/** Writes to /sys/kernel/livepatch and the loading of livepatches. */
import type { KernelCore } from '../state/core';
import { disable, enable } from '../rules/enabling';
import { done, refuse, type Outcome } from '../state/errno';
import type { PatchState } from '../state/livepatch';
import type { LivepatchLiteral } from '../state/literals';
import { loadEnded, patchComing, taintBy } from '../rules/loading';
import { register } from '../rules/registration';
import { signalThreads } from '../rules/signals';
import { forceTransition, reverseTransition } from '../rules/transition';

/** insmod: what init_module(2) answers, which is what the livepatch's init function returns. */
export function load(core: KernelCore, literal: LivepatchLiteral, window: number): Outcome {
  if (core.modules.get(literal.name)) return refuse('EEXIST');
  if (core.setup.architecture === 'no-livepatch') {
    core.print(
      `${literal.name}: module is marked as livepatch module, but livepatch support is disabled`,
    );
    return refuse('ENOEXEC');
  }
  const taint = literal.marked === false ? 'OE' : 'OEK';
  taintBy(core, literal.name, taint);
  core.modules.add({
    name: literal.name,
    size: literal.size ?? 16_384,
    isLivepatch: literal.marked !== false,
    taint,
    literal: { name: literal.name },
    state: 'coming',
    references: 1,
  });
  // It may be an object of others, as any module (prepare_coming_module of kernel/module/main.c).
  const coming = patchComing(core, literal.name);
  if (!coming.ok) {
    core.modules.remove(literal.name);
    return coming;
  }
  const registered = register(core, literal);
  const outcome = registered.ok ? enable(core, registered.value, window) : registered;
  if (core.window === null || !outcome.ok) loadEnded(core, literal.name, withoutValue(outcome));
  return withoutValue(outcome);
}

function withoutValue(outcome: Outcome<unknown>): Outcome {
  return outcome.ok ? done : outcome;
}

/** enabled_store: disables, reverses the running transition, or (before 5.1) enables again. */
export function writeEnabled(
  core: KernelCore,
  name: string,
  value: boolean,
  window: number,
): Outcome {
  const patch = listed(core, name);
  if (!patch.ok) return patch;
  const { transition } = core;
  if (patch.value.enabled === value) return refuse('EINVAL');
  if (transition?.patch === patch.value) {
    reverseTransition(core, transition);
    return done;
  }
  if (!value) return disable(core, patch.value, window);
  return core.version.strictStack ? enable(core, patch.value, window) : refuse('EINVAL');
}

/** force_store: only while this livepatch is in transition. The end comes with the next try. */
export function writeForce(core: KernelCore, name: string): Outcome {
  if (!core.version.files.force) return refuse('ENOENT');
  const patch = listed(core, name);
  if (!patch.ok) return patch;
  const { transition } = core;
  if (transition?.patch !== patch.value) return refuse('EINVAL');
  forceTransition(core, transition);
  return done;
}

/** signal_store of Linux 4.15 to 5.0. */
export function writeSignal(core: KernelCore, name: string): Outcome {
  if (core.version.signals !== 'manual') return refuse('ENOENT');
  const patch = listed(core, name);
  if (!patch.ok) return patch;
  if (core.transition?.patch !== patch.value) return refuse('EINVAL');
  core.sayUnlessQuiet('signaling remaining tasks');
  signalThreads(core);
  return done;
}

/** A folder that is about to go can still be written to: its livepatch can't be enabled again. */
function listed(core: KernelCore, name: string): Outcome<PatchState> {
  const patch = core.findPatch(name);
  if (patch) return { ok: true, value: patch };
  return refuse(core.leaving.some((one) => one.name === name) ? 'EINVAL' : 'ENOENT');
}
