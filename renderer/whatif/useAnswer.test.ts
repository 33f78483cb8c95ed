// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { whatIf } from '../../shared/whatif/whatIf';
import type { WhatIfAction } from '../../shared/whatif/document';
import { playMain, type PlayedMain } from '../../testing/renderer/playedMain';
import { blocker, patch, settled } from '../../testing/renderer/documents';
import { useAnswer } from './useAnswer';
import { eventually } from '../../testing/renderer/eventually';

const host: StatusDocument = {
  ...settled,
  order: 'reported',
  patches: [patch('livepatch_a'), patch('livepatch_b')],
};
const disable = (name: string): WhatIfAction => ({ do: 'disable', patch: name });

let main: PlayedMain;
beforeEach(() => {
  main = playMain();
});
afterEach(cleanup);

interface Given {
  readonly status: StatusDocument;
  readonly action: WhatIfAction | null;
  readonly round: number;
}

function ask(given: Partial<Given> = {}) {
  const first: Given = { status: host, action: disable('livepatch_b'), round: 0, ...given };
  return renderHook(({ status, action, round }: Given) => useAnswer('h1', status, action, round), {
    initialProps: first,
  });
}

/** An answer with the threads looked through, of which this one would block. */
function searched(name: string, tid: number) {
  const value = { ...whatIf(host, disable(name), null), unchecked: 1, running: 1 };
  return { ok: true, value: { ...value, wouldBlock: [blocker(tid)] } };
}

test('what changes is said at once, who would block when it is known', async () => {
  const { result } = ask();
  expect(result.current).toMatchObject({
    answer: { action: disable('livepatch_b'), wouldBlock: [] },
    search: { is: 'under-way' },
  });
  expect(main.asked('host:what-if')).toEqual([{ id: 'h1', action: disable('livepatch_b') }]);
  main.last('host:what-if').answer(searched('livepatch_b', 7));
  await eventually(() => expect(result.current?.search).toEqual({ is: 'done' }));
  expect(result.current?.answer).toMatchObject({
    wouldBlock: [{ tid: 7 }],
    unchecked: 1,
    running: 1,
  });
});

test('the answer to a question that is no longer asked is passed over', async () => {
  const { result, rerender } = ask({ action: disable('livepatch_a') });
  const older = main.last('host:what-if');
  rerender({ status: host, action: disable('livepatch_b'), round: 0 });
  main.last('host:what-if').answer(searched('livepatch_b', 8));
  await eventually(() => expect(result.current?.search.is).toBe('done'));
  await act(async () => {
    older.answer(searched('livepatch_a', 9));
    await Promise.resolve();
  });
  // One that is asked now is answered after the old one was heard.
  rerender({ status: host, action: disable('livepatch_b'), round: 0 });
  await eventually(() =>
    expect([result.current?.search.is, result.current?.answer.wouldBlock[0]?.tid]).toEqual([
      'done',
      8,
    ]),
  );
  expect(main.asked('host:what-if')).toHaveLength(2);
});

test('an old answer that comes first does not stand for the new question', async () => {
  const { result, rerender } = ask({ action: disable('livepatch_a') });
  const older = main.last('host:what-if');
  rerender({ status: host, action: disable('livepatch_b'), round: 0 });
  await act(async () => {
    older.answer(searched('livepatch_a', 9));
    await Promise.resolve();
  });
  expect(result.current?.search).toEqual({ is: 'under-way' });
  expect(result.current?.answer.wouldBlock).toEqual([]);
});

test('a new reading asks again only where it is about another state of the livepatches', async () => {
  const { result, rerender } = ask();
  main.last('host:what-if').answer(searched('livepatch_b', 7));
  await eventually(() => expect(result.current?.search.is).toBe('done'));
  const action = disable('livepatch_b');
  rerender({ status: { ...host, takenAt: '2026-11-21T12:00:01.000Z' }, action, round: 0 });
  expect(main.asked('host:what-if')).toHaveLength(1);
  expect(result.current?.search.is).toBe('done');
  const [first, second] = host.patches;
  if (!first || !second) throw new Error('no livepatches');
  rerender({
    status: { ...host, patches: [first, { ...second, enabled: null }] },
    action,
    round: 0,
  });
  expect(main.asked('host:what-if')).toHaveLength(2);
  expect(result.current?.search.is).toBe('under-way');
});

test('asked again, it looks again', () => {
  const { rerender } = ask();
  rerender({ status: host, action: disable('livepatch_b'), round: 1 });
  expect(main.asked('host:what-if')).toHaveLength(2);
});

test('what could not be looked through says why', async () => {
  const problem = { code: 'connection-lost', path: null, message: 'It is gone.' };
  const { result, rerender } = ask();
  main.last('host:what-if').answer({ ok: false, problem });
  await eventually(() =>
    expect(result.current?.search).toEqual({ is: 'failed', why: 'It is gone.' }),
  );
  for (const [round, end] of [
    [1, () => main.last('host:what-if').answer(null)],
    [2, () => main.last('host:what-if').refuse()],
  ] as const) {
    rerender({ status: host, action: disable('livepatch_b'), round });
    end();
    await eventually(() =>
      expect(result.current?.search).toEqual({ is: 'failed', why: 'It did not answer.' }),
    );
  }
});

test('nobody is asked where nothing is asked about, or the kernel would refuse', () => {
  const { result, rerender } = ask({ action: null });
  expect(result.current).toBeNull();
  rerender({ status: host, action: { do: 'reverse', patch: 'livepatch_b' }, round: 0 });
  expect(result.current).toMatchObject({
    answer: { allowed: false },
    search: { is: 'not-needed' },
  });
  expect(main.requests).toEqual([]);
});
