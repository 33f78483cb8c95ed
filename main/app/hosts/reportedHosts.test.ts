/** What crosses to the window of a host that it shows, and of one that it doesn't. */
import { beforeEach, expect, test } from 'vitest';
import { hostOf, settled, transition } from '../../../testing/renderer/documents';
import type { Host } from '../../../shared/api/contract';
import { createReportedHosts } from './reportedHosts';

let heard: Host[] = [];
let hosts = createReportedHosts((host) => heard.push(host));

beforeEach(() => {
  heard = [];
  hosts = createReportedHosts((host) => heard.push(host));
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();
const host = (id: string, change: Partial<Host> = {}) => hostOf(settled, { id, ...change });
const documents = () => heard.map(({ id, status }) => [id, status !== null]);

test('the shown host is told whole at every change, every other one without its document', () => {
  hosts.show('a', null);
  hosts.changed(host('a'));
  hosts.changed(host('b', { drain: [[0, 7]] }));
  hosts.changed(host('a', { sampledAt: at(1) }));
  expect(documents()).toEqual([
    ['a', true],
    ['b', false],
    ['a', true],
  ]);
  expect(heard[1]).toMatchObject({ headline: { tone: 'settled' }, phase: 'ready', drain: [] });
});

test('a host that is not shown is told only when the list of hosts would say something else', () => {
  hosts.changed(host('b', { sampledAt: at(0), sampleMs: 1 }));
  hosts.changed(host('b', { sampledAt: at(5), sampleMs: 2 }));
  expect(heard).toHaveLength(1);
  const problem = { code: 'connection-lost', path: null, message: 'gone' } as const;
  hosts.changed(host('b', { sampledAt: at(5), phase: 'failed', problem }));
  hosts.changed(host('b', { sampledAt: at(5), phase: 'failed', problem }));
  expect(heard).toHaveLength(2);
  // It is told again that it is well, with the moment of that.
  hosts.changed(host('b', { sampledAt: at(10) }));
  expect(heard.at(-1)).toMatchObject({ phase: 'ready', sampledAt: at(10) });
});

test('how long a transition has been watched is told as it passes', () => {
  const moving = (second: number) =>
    hostOf(
      { ...settled, transitionState: 'running', transition: transition() },
      { id: 'b', transitionSeenAt: at(0), sampledAt: at(second) },
    );
  hosts.changed(moving(1));
  hosts.changed(moving(2));
  expect(heard.map(({ sampledAt }) => sampledAt)).toEqual([at(1), at(2)]);
});

test('a host that is shown from now on is told at once; the one before is in short again', () => {
  hosts.show('a', host('a'));
  hosts.changed(host('b'));
  hosts.show('b', host('b'));
  hosts.changed(host('a'));
  expect(documents()).toEqual([
    ['a', true],
    ['b', false],
    ['b', true],
    ['a', false],
  ]);
  hosts.show(null, null);
  expect(hosts.of(host('b')).status).toBeNull();
  hosts.changed(host('b'));
  expect(documents().at(-1)).toEqual(['b', false]);
});

test('one that was closed is told anew when it is opened again', () => {
  hosts.changed(host('a'));
  hosts.closed('a');
  hosts.changed(host('a'));
  expect(heard).toHaveLength(2);
});
