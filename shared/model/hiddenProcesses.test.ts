import { expect, test } from 'vitest';
import { livepatch, readingsOf, thread } from '../../testing/shared/memoryTree';
import type { Missing, Readings } from '../readings/readings';
import { statusOf } from '../report';
import { headlineOf } from '../report/headline';
import { transitionNotes } from '../report/transitionNotes';
import { buildState } from './buildState';

/** A login that sees its own process alone, as with hidepid=2 (Documentation/filesystems/proc.rst). */
function seenBy(change: Partial<Readings> = {}): Readings {
  const files = {
    ...livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' }),
    ...thread(700, { state: '1' }),
    '/proc/sys/kernel/osrelease': '6.12.0\n',
  };
  return { ...readingsOf(files), source: 'ssh', privileged: false, ...change };
}

/** As what is read of it may say: the probe leaves out what is not there. */
function withFirst(readings: Readings, missing: Missing): Readings {
  return { ...readings, files: new Map([...readings.files, ['/proc/1/patch_state', { missing }]]) };
}

test('processes of others that /proc hides are said, and no share of threads is', () => {
  const state = buildState(seenBy());
  expect(state.coverage.unread).toContain('processes');
  expect(state.threadsAreOfContainer).not.toBe(true);
  const status = statusOf(seenBy());
  const headline = headlineOf(status);
  const title = headline.title.map(({ text }) => text).join('');
  expect(`${title} ${headline.short}`).not.toMatch(/every thread seen|100 %/);
  expect(headline.detail).toContain('hidepid');
  const partial = status.findings.find(({ code }) => code === 'partial-view');
  expect(partial?.message).toContain('hidepid');
  expect(status.transition?.hiddenBlockersPossible).toBe(true);
  expect(status.transition && transitionNotes(status, status.transition).join(' ')).toContain(
    'hidepid',
  );
});

test('on this machine they are where process 1 was looked for and is not there', () => {
  const local = withFirst(seenBy({ source: 'local' }), 'absent');
  expect(buildState(local).coverage.unread).toContain('processes');
});

test.each<[string, Readings]>([
  ['to root', seenBy({ privileged: true })],
  ['in a saved tree, which may just lack them', seenBy({ source: 'directory' })],
  ['where process 1 is seen', withFirst(seenBy(), 'denied')],
  ['on this machine, where process 1 was not looked for', seenBy({ source: 'local' })],
  ['where no thread has the file, as before 4.12', seenBy({ threads: null })],
  ['where the host’s facts were not read', seenBy({ files: new Map() })],
])('are not said to be hidden %s', (_, readings) => {
  expect(buildState(readings).coverage.unread).not.toContain('processes');
});
