import { expect, test } from 'vitest';
import { blocker, patch, settled, transition } from '../../testing/renderer/documents';
import { knownFunctions, livepatchOf } from './forms/knownFunctions';
import { threadName } from '../../shared/report/threadName';
import { isStory } from '../state/isStory';
import { forkOfInit, livepatchChoices, moduleNames, threadChoices } from './operations';
import { refusalText } from './refusals';

test('a livepatch is switched to what it is not; one in transition is turned round', () => {
  const status = {
    ...settled,
    patches: [
      patch('a'),
      patch('b', { enabled: false }),
      patch('c', { enabled: null }),
      patch('d\u202e', { inTransition: true }),
    ],
  };
  const switched = [
    ['Disable a', 'a', false],
    ['Enable b', 'b', true],
    ['Disable c', 'c', false],
    ['Disable d\\u202e: turn its transition round', 'd\u202e', false],
  ].map(([title, name, value]) => ({
    title,
    operation: { do: 'write-enabled', patch: name, value },
  }));
  expect(livepatchChoices(status)).toEqual(switched);
  const running = livepatchChoices({ ...status, transition: transition({ patch: 'd\u202e' }) });
  expect(running.slice(0, 4)).toEqual(switched);
  expect(running.slice(4)).toEqual([
    { title: 'Force the transition of d\\u202e', operation: { do: 'force', patch: 'd\u202e' } },
  ]);
});

test('a thread is woken, killed or makes another one, by its number', () => {
  expect(threadChoices(blocker(7, { comm: 'cat', kthread: true }))).toEqual([
    { title: 'Wake cat (7): what it waits for has come', operation: { do: 'wake', tid: 7 } },
    { title: 'Kill cat (7)', operation: { do: 'kill', tid: 7 } },
    {
      title: 'Fork: cat (7) makes a thread',
      operation: { do: 'create-thread', maker: 7, thread: { comm: 'cat', kthread: true } },
    },
  ]);
  const [, , fork] = threadChoices(blocker(8, { comm: null, kthread: null }));
  expect(fork?.operation).toMatchObject({ thread: { comm: 'child', kthread: false } });
  expect(threadName({ tid: 8, comm: null })).toBe('thread (8)');
  expect(forkOfInit.operation).toMatchObject({ maker: 1, thread: { ppid: 1 } });
});

test('modules that one may try to unload: left over, patched and loaded, of livepatches', () => {
  const [object] = patch('x').objects;
  if (!object) throw new Error('no object');
  const objects = [
    object,
    { ...object, name: 'nfs' },
    { ...object, name: 'open', loaded: null },
    { ...object, name: 'away', loaded: false },
  ];
  const ghosts = [{ module: 'old', refcount: 0, kind: 'leftover' as const }];
  const status = {
    ...settled,
    ghosts,
    patches: [patch('a', { objects }), patch('b', { objects })],
  };
  expect(moduleNames(status)).toEqual(['old', 'nfs', 'open', 'a', 'b']);
});

test('functions to patch: of the host, of its livepatches, of what blocks, of every kernel; sixty at most', () => {
  const reason = (object: string | null, name: string) => ({
    ...blocker(1).reason,
    object,
    function: name,
  });
  const status = {
    ...settled,
    functions: [{ object: 'nfs', name: 'a', sympos: 2, stack: [], active: null }],
    patches: [patch('x')],
    blockers: [
      blocker(1, { reason: reason(null, 'b') }),
      blocker(2, { reason: reason('nfs', 'a') }),
    ],
  };
  expect(knownFunctions(status).map(({ object, name, sympos }) => [object, name, sympos])).toEqual([
    ['nfs', 'a', 2],
    ['vmlinux', 'cmdline_proc_show', 1],
    ['vmlinux', 'b', 0],
    ['vmlinux', 'vfs_read', 0],
    ['vmlinux', 'tcp_sendmsg_locked', 0],
  ]);
  const many = Array.from({ length: 100 }, (_, place) => ({
    object: 'vmlinux',
    name: `f${place}`,
    sympos: null,
    stack: [],
    active: null,
  }));
  expect(knownFunctions({ ...settled, functions: many })).toHaveLength(60);
});

test('a livepatch is written by its objects', () => {
  const one = (object: string, name: string) => ({ key: '', object, name, sympos: 1 });
  expect(livepatchOf('mine', [one('a', 'f'), one('b', 'g'), one('a', 'h')], true)).toEqual({
    name: 'mine',
    replace: true,
    objects: [
      {
        name: 'a',
        functions: [
          { name: 'f', sympos: 1 },
          { name: 'h', sympos: 1 },
        ],
      },
      { name: 'b', functions: [{ name: 'g', sympos: 1 }] },
    ],
  });
});

test.each([
  ['load', 'EBUSY', /^Another transition runs/],
  ['unload', 'EBUSY', /just coming or going/],
  ['wake', 'ESRCH', /^The thread is gone/],
  ['wake', 'EXDEV', /^The kernel refuses it/],
  ['wake', 'constructor', /^The kernel refuses it/],
] as const)('%s refused with %s is said in a sentence', (operation, errno, sentence) => {
  expect(refusalText(operation, errno)).toMatch(sentence);
});

test('a story is known by its target', () => {
  expect(
    ['demo', 'demo:x', 'demonstration', 'dir:demo:x'].map((target) => isStory({ target })),
  ).toEqual([true, true, false, false]);
});
