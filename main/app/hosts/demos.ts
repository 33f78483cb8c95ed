/** The demo hosts that the start screen offers: every story, and the fleet amid them. */
import { fleet, scenarios } from '../../../shared/kernel/scenarios/gallery';
import type { Demo } from '../../../shared/api/contract';

export const demoHosts: Demo[] = [
  ...scenarios.map(({ id, title, story }) => ({
    target: `demo:${id}`,
    title,
    story,
    isFleet: false,
  })),
  ...fleet.map(({ name, scenario }) => ({
    target: `demo:${name}`,
    title: name,
    story: scenario.title,
    isFleet: true,
  })),
];
