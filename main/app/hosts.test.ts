import { expect, test } from 'vitest';
import type { Reader } from '../sources/readerClient';
import { noDemo } from '../sources/readerClient';
import { createHosts, type LiveChoice } from './hosts';

/** A reader that never answers. */
const silent: Reader = {
  sample: () => new Promise(() => undefined),
  files: () => Promise.resolve([]),
  file: () => Promise.resolve(null),
  demo: () => Promise.resolve(null),
  control: () => Promise.resolve(noDemo),
  close: () => undefined,
};

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

test('connecting anew keeps what was chosen, but for what is chosen anew', () => {
  const opened: LiveChoice[] = [];
  const hosts = hostsThatNote(opened);
  const first = hosts.open('db1', { sudo: true });
  if (!first.ok) throw new Error(first.problem.message);
  hosts.retry(first.value, {});
  hosts.retry(first.value, { sudo: false });
  hosts.retry(first.value, {});
  expect(opened).toEqual([{ sudo: true }, { sudo: true }, { sudo: false }, { sudo: false }]);
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
