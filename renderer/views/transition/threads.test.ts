import { expect, test } from 'vitest';
import { blocker, unseenBlocker } from '../../../testing/renderer/documents';
import { filterThreads, ownerText, wasLookedAt, whyUnseen } from './threads';

const backup = blocker(389, { comm: 'backup-agent', unit: 'backup.service' });
const cat = blocker(391, { cmdline: 'cat /dev/klp_busy_s' });
const worker = blocker(77, { comm: 'kworker/u16:3', kthread: true, unit: null });
const unseen = unseenBlocker(5000);
const all = [backup, cat, worker, unseen];

test('an empty filter shows all, in their order', () => {
  expect(filterThreads(all, '  ')).toEqual(all);
});

test.each([
  ['BACKUP', [backup]],
  ['389', [backup]],
  ['klp_busy_s wait_d', [cat]],
  ['kworker', [worker]],
  ['5000', [unseen]],
  ['cat nothing-of-that-name', []],
])('%s finds its threads', (filter, found) => {
  expect(filterThreads(all, filter)).toEqual(found);
});

test('a filter is text, not a pattern', () => {
  expect(filterThreads(all, '.*')).toEqual([]);
});

test('a thread belongs to its unit, else to the kernel or its user', () => {
  expect(all.map(ownerText)).toEqual(['backup.service', 'user 1000', 'kernel thread', null]);
});

test('a thread of which nothing but the number is known was not looked at', () => {
  expect(all.map(wasLookedAt)).toEqual([true, true, true, false]);
});

test('one of the first 200 is late on a live host, and was not read of a saved state', () => {
  const many = Array.from({ length: 201 }, (_, index) => unseenBlocker(index + 1));
  const [late, saved] = [whyUnseen(many, true), whyUnseen(many, false)];
  expect([late, saved].map((why) => many.slice(0, 200).map(why))).toEqual([
    Array(200).fill('late'),
    Array(200).fill('missing'),
  ]);
  expect([late, saved].map((why) => many.slice(200).map(why))).toEqual([['beyond'], ['beyond']]);
});
