// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { blocker, settled, transition } from '../../../testing/renderer/documents';
import { threadColumns } from './columns';
import { transitionNotes } from '../../../shared/report/transitionNotes';
import { nonRemedies } from '../../../shared/report/nonRemedies';
import { Progress } from './Progress';
import { frameText } from './StackFrames';

afterEach(cleanup);

const coverage = { privileged: false, threadsRead: 812, threadsDenied: 0, threadsVanished: 0 };

function notes(change: Parameters<typeof transition>[0], threadsDenied: number | null = 0) {
  return transitionNotes(
    { ...settled, coverage: { ...coverage, threadsDenied } },
    transition(change),
  );
}

test('a transition of which all is known has no notes', () => {
  expect(notes({})).toEqual([]);
});

test.each([
  [{ threads: { total: null, done: null, blocking: null, undefined: null } }, 0, 'No thread’s'],
  [{ direction: null }, 0, 'nobody can tell which threads block'],
  [{}, 1, '1 thread may not be read by this login'],
  [{ threads: { total: 5, done: 5, blocking: 0, undefined: 0 } }, 0, 'idle tasks'],
  [{ hiddenBlockersPossible: true }, 0, 'not visible from here'],
  [{ hiddenBlockersPossible: true }, null, 'not visible from here'],
  [{ threads: { total: 5, done: 3, blocking: 1, undefined: 1 } }, 0, '1 had no state yet'],
] as const)('what is not known is said %#', (change, denied, part) => {
  const said = notes(change, denied);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(part);
});

test('one thing is not said twice: who is denied may be who is hidden', () => {
  expect(notes({ hiddenBlockersPossible: true }, 3)).toHaveLength(1);
  const none = { total: 0, done: 0, blocking: 0, undefined: 0 };
  // Where no thread was there at all, none of them is done.
  expect(notes({ threads: none })).toEqual([]);
});

test('what does not help a thread depends on what it is, then on its state', () => {
  const title = (change: Parameters<typeof blocker>[1]) =>
    nonRemedies(blocker(1, change)).map((one) => one.title);
  expect(title({ kthread: true, state: 'D' })).toEqual(['Signals will not']);
  expect(title({ state: 'D' })).toEqual(['The kernel’s signal will not']);
  expect(title({ state: 'T' })).toEqual(['Waiting alone will not']);
  expect(title({ state: 't' })).toEqual(['Waiting alone will not']);
  expect(title({ state: 'S' })).toEqual([]);
  expect(title({ state: null, kthread: null })).toEqual([]);
});

test('a frame is written as the kernel prints it', () => {
  const frame = { function: 'f', offset: 0x91, size: 0xd0, module: 'm' };
  expect(frameText(frame)).toBe('f+0x91/0xd0 [m]');
  expect(frameText({ ...frame, module: null })).toBe('f+0x91/0xd0');
  expect(frameText({ ...frame, size: null })).toBe('f+0x91 [m]');
  expect(frameText({ ...frame, offset: null })).toBe('f [m]');
});

function progress(
  change: Parameters<typeof transition>[0],
  threadsDenied: number | null = 0,
): string {
  cleanup();
  render(
    <Progress
      transition={transition(change)}
      status={{ ...settled, coverage: { ...coverage, threadsDenied } }}
    />,
  );
  return screen.getByRole('region', { name: 'Progress' }).textContent ?? '';
}

test('the figure counts who has switched, and says where to', () => {
  expect(progress({})).toBe('99.63 %of 812 threads run the new code3 block');
  expect(progress({ direction: 'unpatching' })).toContain('have left the code of livepatch_b');
  expect(progress({ direction: null })).toContain('the direction could not be read');
  const one = { total: 10, done: 8, blocking: 1, undefined: 1 };
  expect(progress({ threads: one })).toBe(
    '80.0 %of 10 threads run the new code1 blocks 1 not known',
  );
  expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
    '8 done, 1 blocking, 1 not known',
  );
  const shares = [...screen.getByRole('img').children].map((segment) =>
    segment instanceof HTMLElement ? [segment.dataset['tone'], segment.style.flexGrow] : [],
  );
  expect(shares).toEqual([
    ['moving', '0.8'],
    ['stuck', '0.1'],
    ['unknown', '0.1'],
  ]);
});

test('who may not be read counts as not known, never as done', () => {
  expect(progress({ threads: { total: 10, done: 10, blocking: 0, undefined: 0 } }, 10)).toBe(
    '50.0 %of 20 threads are known to run the new code 10 not known',
  );
  expect(progress({ threads: { total: 10, done: 10, blocking: 0, undefined: 0 } }, null)).toBe(
    '100 %of 10 threads run the new code',
  );
  expect(progress({ threads: { total: null, done: null, blocking: null, undefined: null } })).toBe(
    'Unknownof an unknown number of threads',
  );
});

const columns = threadColumns(transition(), () => 'beyond');
const column = (id: string) => {
  const found = columns.find((each) => each.id === id);
  if (!found) throw new Error(`no column ${id}`);
  return found;
};

test('rows are ordered by what is seen, and what is not known comes last', () => {
  const [cat, tar, open] = [blocker(3), blocker(2, { comm: 'tar' }), blocker(1, { comm: null })];
  const sorted = (id: string) =>
    [open, tar, cat].toSorted(column(id).compare).map(({ tid }) => tid);
  expect(sorted('thread')).toEqual([1, 2, 3]);
  expect(sorted('command')).toEqual([3, 2, 1]);
  const { compare } = column('command');
  expect(compare?.(open, cat)).toBeGreaterThan(0);
  expect(compare?.(cat, open)).toBeLessThan(0);
  expect(compare?.(open, blocker(9, { comm: null }))).toBe(0);
});

test('a cell as text is what it names', () => {
  const cat = blocker(3, { cmdline: null, state: null, remedies: [] });
  expect(['state', 'thread', 'command', 'owner', 'help'].map((id) => column(id).text(cat))).toEqual(
    ['', '3', 'cat', 'user 1000', ''],
  );
});
