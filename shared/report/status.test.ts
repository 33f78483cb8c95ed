import { describe, expect, it } from 'vitest';
import type { Readings } from '../readings/readings';
import {
  dmesg,
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { statusOf } from './status';
import { statusDocumentSchema } from './statusDocument';

const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const documentOf = (files: Files, change: Partial<Readings> = {}) => {
  const status = statusOf({ ...readingsOf({ '/proc/version': '', ...files }), ...change });
  expect(statusDocumentSchema.parse(status)).toEqual(status);
  return status;
};

describe('the status document', () => {
  it('leaves unknown what the transition’s direction would tell, and makes no 0 or false of it', () => {
    const undirected = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: 'x' });
    const { transition, blockers } = documentOf({ ...undirected, ...thread(1), ...thread(2) });
    expect(transition).toEqual({
      patch: 'a',
      direction: null,
      threads: { total: 2, done: null, blocking: null, undefined: 0 },
      hiddenBlockersPossible: null,
    });
    expect(blockers).toEqual([]);
  });

  it('lists every blocking thread, and as null what was not read of it', () => {
    const readings = readingsOf({ ...moving, ...thread(7), ...thread(8) });
    const files = new Map([...readings.files].filter(([path]) => !path.startsWith('/proc/8/')));
    const { blockers } = documentOf({}, { ...readings, files });
    expect(blockers).toMatchObject([
      { tid: 7, comm: 'cat', cmdline: 'cat', state: 'S', kthread: false, uid: null, unit: null },
      {
        pid: 8,
        tid: 8,
        comm: null,
        cmdline: null,
        state: null,
        kthread: null,
        uid: null,
        unit: null,
        stack: null,
        reason: {
          code: 'unknown',
          object: null,
          function: null,
          symbol: null,
          frame: null,
          certainty: 'unknown',
        },
      },
    ]);
  });

  it('lists whom only the log names, with what the log says of them and nothing more', () => {
    const word = (text: string) => `[  101.000000] livepatch: klp_try_switch_task: ${text}`;
    const log = dmesg(
      "[  100.000000] livepatch: 'a': starting patching transition",
      word('cat:7 is sleeping on function f'),
      word('dog:8 is running'),
      word('swapper/3:0 is running'),
    );
    const { blockers, transition } = documentOf({ ...moving, ...log });
    const unread = { pid: null, cmdline: null, uid: null, unit: null, stack: null };
    expect(blockers).toMatchObject([
      { ...unread, source: 'log', tid: 7, comm: 'cat', state: null, kthread: null },
      { ...unread, source: 'log', tid: 8, comm: 'dog', state: 'R', kthread: null },
      // The idle task of a CPU is the kernel's.
      { ...unread, source: 'log', tid: null, cpu: 3, state: 'R', kthread: true },
    ]);
    expect(blockers.map((one) => 'cpu' in one)).toEqual([false, false, true]);
    expect(blockers.map(({ remedies }) => remedies)).toEqual([
      ['let-it-return', 'reverse'],
      ['wait'],
      ['wait', 'reverse', 'ask-vendor'],
    ]);
    expect(transition?.threads.blocking).toBeNull();
  });

  it('carries user, unit and stack of a thread', () => {
    const { blockers } = documentOf({
      ...moving,
      ...thread(7, { letter: 'D', stack: ['f+0x10/0x20'] }),
      '/proc/7/task/7/status': 'Uid:\t1000\t0\t0\t0\n',
      '/proc/7/cgroup': '0::/system.slice/cron.service\n',
    });
    expect(blockers[0]).toMatchObject({
      state: 'D',
      uid: 1000,
      unit: 'cron.service',
      stack: [{ function: 'f', offset: 16, size: 32, module: null }],
      reason: { code: 'sleeping-on-function', frame: 0 },
      remedies: ['let-it-return', 'reverse'],
    });
  });

  it('has what a recording says of itself only where one was read', () => {
    const recording = {
      target: 'db1',
      source: 'ssh',
      started: '2026-11-21T12:00:00.000Z',
    } as const;
    expect(documentOf({}, { recording, source: 'recording' })).toMatchObject({
      source: 'recording',
      recording,
    });
    expect(documentOf({})).not.toHaveProperty('recording');
  });

  it('passes on all that the reading and the diagnosis found', () => {
    const problem = { code: 'timeout', path: '/x', message: 'No answer.' } as const;
    const status = documentOf(
      {
        ...livepatch('a', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '1' }),
        ...modules('a 1 1 - Live 0x0 (OEK)', 'old 1 0 - Live 0x0 (OEK)'),
        ...dmesg("[    1.0] livepatch: failed to enable patch 'b'"),
        '/proc/sys/kernel/hostname': 'db1\n',
      },
      { problems: [problem], takenAt: '2026-11-21T12:00:00.000Z', privileged: true },
    );
    expect(status).toMatchObject({
      format: 'klpscope/status',
      version: 1,
      target: 'dir:/test',
      source: 'directory',
      takenAt: '2026-11-21T12:00:00.000Z',
      host: { name: 'db1' },
      coverage: { privileged: true, threadsRead: null },
      order: 'reported',
      patches: [{ name: 'a', replace: false, stackOrder: 1, forced: null }],
      functions: [{ object: 'vmlinux', name: 'f', sympos: 1, stack: ['a'], active: 'a' }],
      transitionState: 'none',
      transition: null,
      ghosts: [{ module: 'old', refcount: 0, kind: 'leftover' }],
      problems: [problem],
    });
    expect(status.findings.map(({ code }) => code)).toEqual(['load-refused', 'leftover-module']);
  });
});
