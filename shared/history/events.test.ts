import { describe, expect, it } from 'vitest';
import { statusOf } from '../report';
import type { Blocker } from '../report/statusDocument';
import { finding } from '../../testing/shared/documents';
import {
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { changesBetween } from './events';

const status = (...parts: readonly Files[]) =>
  statusOf(readingsOf(Object.assign({ '/sys/kernel/livepatch/': '' }, ...parts)));
const told = (before: ReturnType<typeof status>, after: ReturnType<typeof status>) =>
  changesBetween(before, after).map(({ event, subject }) => `${event} ${subject}`);
const loaded = modules('a 1 1 - Live 0x0 (OEK)');
const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const leaving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });
const settled = livepatch('a', { vmlinux: ['f,1'] });

function withoutStart(blocker: Blocker | undefined): Blocker {
  if (!blocker) throw new Error('nobody blocks');
  const { startTime: _start, ...rest } = blocker;
  return rest;
}

describe('what changed between two readings', () => {
  it('begins with the whole state', () => {
    const now = status(settled);
    expect(changesBetween(null, now)).toEqual([{ event: 'state', subject: null, status: now }]);
  });

  it('is nothing where nothing changed', () => {
    expect(told(status(moving, thread(1)), status(moving, thread(1)))).toEqual([]);
  });

  it('tells the life of a livepatch', () => {
    expect(told(status(), status(moving, loaded, thread(7)))).toEqual([
      'patch-appeared a',
      'transition-started a',
      'progress a',
      'blocker 7',
      'finding transition-in-progress',
      'state null',
    ]);
    expect(told(status(moving, loaded, thread(7)), status(settled, loaded))).toEqual([
      'transition-completed a',
    ]);
    expect(
      told(status(settled, loaded), status(leaving, loaded, thread(7, { state: '1' }))),
    ).toEqual([
      'patch-disabled a',
      'transition-started a',
      'progress a',
      'blocker 7',
      'finding transition-in-progress',
      'state null',
    ]);
    const left = modules('a 1 0 - Live 0x0 (OEK)');
    expect(told(status(leaving, loaded), status(left))).toEqual([
      'patch-gone a',
      'transition-completed a',
      'finding leftover-module',
      'state null',
    ]);
  });

  it('tells who blocks once it has a name, even if that comes a reading later', () => {
    const named = status(moving, loaded, thread(7));
    const unnamed = {
      ...named,
      blockers: named.blockers.map((blocker) => ({ ...blocker, comm: null })),
    };
    expect(told(status(loaded), unnamed)).not.toContain('blocker 7');
    expect(told(unnamed, named)).toEqual(['blocker 7']);
    expect(told(named, named)).toEqual([]);
  });

  it('tells a thread from another that has its number', () => {
    const before = status(moving, loaded, thread(7));
    const [first] = before.blockers;
    const after = { ...before, blockers: [{ ...withoutStart(first), startTime: 99, comm: 'dog' }] };
    expect(told(before, after)).toEqual(['unblocked 7', 'blocker 7']);
    const unread = { ...before, blockers: [withoutStart(first)] };
    expect(first?.startTime).toBe(1010);
    expect(told(before, unread)).toEqual([]);
  });

  it('tells a reversal, and who blocks instead', () => {
    const before = status(moving, loaded, thread(7), thread(8, { state: '1' }));
    const after = status(leaving, loaded, thread(7), thread(8, { state: '1' }));
    expect(told(before, after)).toEqual([
      'patch-disabled a',
      'changed-meanwhile a',
      'unblocked 7',
      'blocker 8',
      'state null',
    ]);
  });

  it('tells objects that come and go', () => {
    const absent = { ...settled, '/sys/kernel/livepatch/a/mod/patched': '0\n' };
    const present = { ...settled, '/sys/kernel/livepatch/a/mod/patched': '1\n' };
    expect(told(status(absent, loaded), status(present, loaded))).toContain('object-patched a:mod');
    expect(told(status(present, loaded), status(absent, loaded))).toContain(
      'object-unpatched a:mod',
    );
  });

  it('makes no event of what is unknown', () => {
    const unclear = livepatch('a', { vmlinux: ['f,1'] }, { enabled: 'x' });
    expect(told(status(settled), status(unclear))).toEqual([]);
    expect(told(status(unclear), status(settled))).toEqual([]);
  });

  it('tells that a livepatch was enabled again', () => {
    const off = livepatch('a', { vmlinux: ['f,1'] }, { enabled: '0' });
    expect(told(status(off, loaded), status(settled, loaded))).toEqual([
      'patch-enabled a',
      'state null',
    ]);
  });
});

describe('a transition between two readings', () => {
  const unreadable = livepatch('a', { vmlinux: ['f,1'] }, { transition: 'x' });
  const torn = livepatch('b', { vmlinux: ['g,1'] }, { transition: '1' });
  const undirected = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: 'x' });

  it('did not complete because it can’t be read any more, nor where two seem to run', () => {
    const running = status(moving, loaded);
    for (const unknown of [status(unreadable, loaded), status(moving, torn, loaded)]) {
      expect(unknown.transitionState).toBe('unknown');
      const events = changesBetween(running, unknown).map(({ event }) => event);
      expect(events).not.toContain('transition-completed');
    }
  });

  it('started where it could not be read before', () => {
    const events = told(status(unreadable, loaded), status(moving, loaded));
    expect(events).toContain('transition-started a');
  });

  it('was not reversed where its direction is unknown before or after', () => {
    const known = status(moving, loaded);
    const unknown = status(undirected, loaded);
    expect(unknown.transition).toMatchObject({ patch: 'a', direction: null });
    for (const [before, after] of [
      [known, unknown],
      [unknown, known],
    ] as const) {
      const events = changesBetween(before, after).map(({ event }) => event);
      expect(events.filter((event) => event.startsWith('transition'))).toEqual([]);
    }
  });

  it('completed where another one runs, with the direction that it had', () => {
    const before = status(leaving, thread(1, { state: '1' }));
    const after = status(torn, thread(1));
    const changes = changesBetween(before, after).filter(({ event }) => /^trans|^prog/.test(event));
    expect(changes).toEqual([
      { event: 'transition-completed', subject: 'a', direction: 'unpatching' },
      { event: 'transition-started', subject: 'b', direction: 'patching' },
      // As many block as before, but of another transition.
      {
        event: 'progress',
        subject: 'b',
        threads: { total: 1, done: 0, blocking: 1, undefined: 0 },
      },
    ]);
  });

  it('tells progress also where more block than before, and as many have switched', () => {
    const before = status(moving, loaded, thread(1, { state: '1' }));
    const after = status(moving, loaded, thread(1, { state: '1' }), thread(2));
    expect(told(before, after)).toContain('progress a');
  });
});

describe('the objects of a livepatch', () => {
  const withObjects = (objects: Readonly<Record<string, string>>): Files => ({
    ...settled,
    ...Object.fromEntries(
      Object.entries(objects).map(([name, patched]) => [
        `/sys/kernel/livepatch/a/${name}/patched`,
        patched,
      ]),
    ),
  });
  const objectEvents = (before: Files, after: Files) =>
    told(status(before, loaded), status(after, loaded)).filter((one) => one.startsWith('object'));

  it('are told apart by their names', () => {
    expect(
      objectEvents(
        withObjects({ ext4: '1\n', nfs: '0\n' }),
        withObjects({ ext4: '1\n', nfs: '1\n' }),
      ),
    ).toEqual(['object-patched a:nfs']);
  });

  it.each([
    ['x\n', '1\n'],
    ['1\n', 'x\n'],
    ['x\n', '0\n'],
    ['0\n', 'x\n'],
  ])('make no event of an unreadable state: %j to %j', (before, after) => {
    expect(objectEvents(withObjects({ nfs: before }), withObjects({ nfs: after }))).toEqual([]);
  });

  it('make no event where the object was not seen before', () => {
    expect(objectEvents(settled, withObjects({ nfs: '1\n' }))).toEqual([]);
  });
});

describe('findings', () => {
  it('are told once, and again when they become graver', () => {
    const calm = { ...status(settled, loaded), findings: [finding('load-refused')] };
    const grave = { ...calm, findings: [finding('load-refused', { severity: 'error' })] };
    const elsewhere = { ...calm, findings: [finding('load-refused', { subject: 'other' })] };
    const reworded = { ...calm, findings: [finding('load-refused', { message: 'Now for 31 s.' })] };
    expect(told(calm, reworded)).toEqual([]);
    expect(told(calm, grave)).toEqual(['finding load-refused']);
    expect(told(calm, elsewhere)).toEqual(['finding load-refused']);
    expect(told(calm, { ...calm, findings: [] })).toEqual([]);
  });
});
