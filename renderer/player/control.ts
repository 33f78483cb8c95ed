/** What a person does to demo hosts: to the story, and instead of it. */
import type { DemoCommand, DemoOutcome } from '../../shared/api/contract';
import { attempt, select } from '../state/actions';
import { ask } from '../state/bridge';
import { selectedHost, useWindow } from '../state/store';

/** Seconds of the story in one second, as the player bar offers them. */
export const speeds = [1, 4, 16] as const;

/** @returns how the kernel of the demo host answered */
export function control(id: string, command: DemoCommand): Promise<DemoOutcome> {
  return ask('demo:control', { id, command });
}

/** For what no kernel can refuse. */
export function direct(id: string, command: DemoCommand): void {
  attempt(control(id, command));
}

export function togglePlay(id: string): void {
  const demo = useWindow.getState().hosts[id]?.demo;
  if (demo) direct(id, { do: demo.playing ? 'pause' : 'play' });
}

/** One speed up or down; at the ends nothing happens. */
export function changeSpeed(id: string, step: 1 | -1): void {
  const demo = useWindow.getState().hosts[id]?.demo;
  if (!demo) return;
  const faster = speeds.find((speed) => speed > demo.speed);
  const slower = speeds.findLast((speed) => speed < demo.speed);
  const speed = step === 1 ? faster : slower;
  if (speed !== undefined) direct(id, { do: 'speed', speed });
}

/** Opens every host of the fleet and shows the first one. */
export function openFleet(): void {
  attempt(openAll());
}

async function openAll(): Promise<void> {
  const members = useWindow.getState().info?.demos.filter(({ isFleet }) => isFleet) ?? [];
  const opened = await Promise.all(members.map(({ target }) => ask('host:open', { target })));
  const ids = opened.flatMap((outcome) => (outcome.ok ? [outcome.id] : []));
  // The rail has them in the gallery's order, not in that of their first answers.
  useWindow.setState(({ order }) => ({
    order: [...order.filter((id) => !ids.includes(id)), ...ids],
  }));
  const [first] = ids;
  if (first !== undefined) select(first);
}

/** Opens the dialog in which a person takes over the shown demo host. */
export function takeOver(): void {
  const host = selectedHost(useWindow.getState());
  if (host?.demo && host.status) {
    useWindow.setState({ overlay: { kind: 'take-over', host: host.id } });
  }
}
