/** All demo hosts: the stories, and a fleet that shows them at different moments at once. */
import {
  atomicReplace,
  database,
  middleOfStack,
  shadowLeak,
  strictStack,
  twoVendors,
} from './manyLivepatches';
import type { Scenario } from './scenario';
import {
  collectionAtWork,
  hiddenBuild,
  immediateAgreed,
  leakAtReplace,
  lockReplaced,
  oneId,
  replaceSets,
} from './seedStories';
import {
  cleanApply,
  diskSleeper,
  forcePrice,
  idleCpus,
  kernelThread,
  lateModule,
  reversal,
  signalFrees,
} from './stories';

/** In the order of the gallery. */
export const scenarios: readonly Scenario[] = [
  cleanApply,
  diskSleeper,
  signalFrees,
  kernelThread,
  reversal,
  atomicReplace,
  forcePrice,
  twoVendors,
  lateModule,
  middleOfStack,
  shadowLeak,
  collectionAtWork,
  leakAtReplace,
  oneId,
  lockReplaced,
  hiddenBuild,
  database,
  idleCpus,
  strictStack,
  immediateAgreed,
  replaceSets,
];

/** What `demo` alone means. */
export const defaultScenario: Scenario = diskSleeper;

/** @returns null where no story has that id */
export function findScenario(id: string): Scenario | null {
  return scenarios.find((scenario) => scenario.id === id) ?? null;
}

/** One host of the fleet: a story that has already run for a while. */
export interface FleetMember {
  readonly name: string;
  readonly scenario: Scenario;
  /** Seconds into the story. */
  readonly from: number;
}

const member = (name: string, scenario: Scenario, from: number): FleetMember => ({
  name,
  scenario: { ...scenario, host: { ...scenario.host, name } },
  from,
});

export const fleet: readonly FleetMember[] = [
  member('web1', cleanApply, 0),
  member('web2', cleanApply, 8),
  member('web3', cleanApply, 25),
  member('web4', cleanApply, 34),
  member('files1', diskSleeper, 10),
  member('files2', diskSleeper, 45),
  member('login1', signalFrees, 8),
  member('login2', signalFrees, 24),
  member('vault1', kernelThread, 40),
  member('files3', reversal, 30),
  member('files4', reversal, 45),
  member('app1', atomicReplace, 15),
  member('app2', atomicReplace, 38),
  member('files5', forcePrice, 44),
  member('shop1', twoVendors, 15),
  member('edge1', lateModule, 6),
  member('app3', middleOfStack, 24),
  member('mail1', shadowLeak, 29),
  member('big1', idleCpus, 20),
  member('legacy1', strictStack, 15),
];
