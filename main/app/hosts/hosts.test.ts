import { expect, test } from 'vitest';
import { playedReader } from '../../../testing/main/playedReader';
import { createHosts, type LiveChoice } from './hosts';

let retries = 0;

/** A reader that never answers. */
const silent = playedReader({}, (what) => {
  if (what === 'retry') retries += 1;
});

function hostsThatNote(opened: LiveChoice[]) {
  return createHosts({
    open: (_target, live) => {
      opened.push(live);
      return silent;
    },
    settledInterval: () => 5000,
    changed: () => undefined,
    closed: () => undefined,
  });
}

test('connecting anew keeps the reader, but for one that is to read with other rights', () => {
  retries = 0;
  const opened: LiveChoice[] = [];
  const hosts = hostsThatNote(opened);
  const first = hosts.open('db1', { sudo: true });
  if (!first.ok) throw new Error(first.problem.message);
  hosts.retry(first.value, {});
  hosts.retry(first.value, { sudo: false });
  hosts.retry(first.value, {});
  expect(opened).toEqual([{ sudo: true }, { sudo: false }]);
  expect(retries).toBe(2);
});

test('an open host that is asked for with other rights is connected to anew', () => {
  const opened: LiveChoice[] = [];
  const hosts = hostsThatNote(opened);
  const first = hosts.open('db1');
  expect(hosts.open('db1')).toEqual(first);
  expect(opened).toHaveLength(1);
  expect(hosts.open('db1', { sudo: true })).toEqual(first);
  expect(hosts.open('db1', { sudo: true })).toEqual(first);
  expect(opened).toEqual([{}, { sudo: true }]);
});
