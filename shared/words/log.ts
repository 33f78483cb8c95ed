/** What only the kernel's log tells. Host text comes escaped. */
import { sentence } from './sentence';

interface Refused {
  readonly patch: string;
  readonly module: string;
}

export const logWords = {
  enableFailed: sentence(['log'], (patch: string) => `The kernel failed to enable ${patch}.`),
  moduleRefused: sentence(
    ['log'],
    ({ patch, module }: Refused) =>
      `${patch} could not patch ${module}, so the kernel refused to load ${module}.`,
  ),
  couldNotPatch: sentence(
    ['log'],
    ({ patch, module, error }: Refused & { readonly error: number }) =>
      `${patch} could not patch ${module} (error ${error}).`,
  ),
  notMarked: sentence(
    ['log'],
    (module: string) => `${module} is not marked as a livepatch module and was refused.`,
  ),
  symbolMissing: sentence(
    ['log'],
    (symbol: string) => `A livepatch patches ${symbol}, which this kernel does not have.`,
  ),
  symbolAmbiguous: sentence(
    ['log'],
    (symbol: string) =>
      `A livepatch patches ${symbol}, of which there are several, without saying which.`,
  ),
  positionMissing: sentence(
    ['log'],
    ({ symbol, position }: { readonly symbol: string; readonly position: number }) =>
      `A livepatch patches symbol ${position} of the name ${symbol}; there are fewer.`,
  ),
  callbackRefused: sentence(
    ['log'],
    (object: string) => `A livepatch’s own pre-patch callback refused for ${object}.`,
  ),
  objectFailed: sentence(['log'], (object: string) => `The kernel failed to patch ${object}.`),
  incompatible: sentence(
    ['log'],
    (patch: string) =>
      `${patch} does not fit the system state of the livepatches already there, and was refused.`,
  ),
  notRedirected: sentence(
    ['log'],
    ({
      name,
      error,
      isBusy,
      isOff,
    }: {
      readonly name: string;
      readonly error: number;
      readonly isBusy: boolean;
      /** kernel.ftrace_enabled is 0 now. */
      readonly isOff: boolean;
    }) => `${name} could not be redirected (error ${error})${whyBusy(isBusy, isOff)}.`,
  ),
  shadowTwice: sentence(
    ['log'],
    (id: string) => `A livepatch attached shadow variable ${id} to an object that already had one.`,
  ),
  shadowFailed: sentence(
    ['log'],
    (id: string) =>
      `The constructor of shadow variable ${id} failed; the variable was not attached.`,
  ),
  forced: sentence(
    ['log'],
    (which: string) =>
      `${which} was forced since boot: threads may have run old and new code at once, and the modules of livepatches that left by it can never be unloaded.`,
  ),
  somebodyRefused: sentence(
    ['log'],
    (quoted: string) => `The kernel refused a livepatch. It said: ${quoted}.`,
  ),
  kernelSaid: sentence(['log'], (quoted: string) => `The kernel said: ${quoted}.`),
  kernelsError: sentence(['log'], (error: number) => `The kernel’s error is ${error}.`),
} as const;

function whyBusy(isBusy: boolean, isOff: boolean): string {
  if (!isBusy) return '';
  return isOff
    ? ': ftrace is switched off (kernel.ftrace_enabled is 0)'
    : ': another user of ftrace holds it, such as a kprobe, or ftrace is switched off (kernel.ftrace_enabled)';
}
