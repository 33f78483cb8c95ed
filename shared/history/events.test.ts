import { describe, expect, it } from 'vitest';
import { statusOf } from '../report/status';
import { livepatch, modules, readingsOf, thread, type Files } from '../testing/memoryTree';
import { changesBetween } from './events';

const status = (...parts: readonly Files[]) =>
  statusOf(readingsOf(Object.assign({ '/sys/kernel/livepatch/': '' }, ...parts)));
const told = (before: ReturnType<typeof status>, after: ReturnType<typeof status>) =>
  changesBetween(before, after).map(({ event, subject }) => `${event} ${subject}`);
const loaded = modules('a 1 1 - Live 0x0 (OEK)');
const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const leaving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });
const settled = livepatch('a', { vmlinux: ['f,1'] });

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

  it('tells a reversal, and who blocks instead', () => {
    const before = status(moving, loaded, thread(7), thread(8, { state: '1' }));
    const after = status(leaving, loaded, thread(7), thread(8, { state: '1' }));
    expect(told(before, after)).toEqual([
      'patch-disabled a',
      'transition-reversed a',
      'blocker 8',
      'unblocked 7',
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
  });
});
