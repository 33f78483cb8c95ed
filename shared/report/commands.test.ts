import { expect, test } from 'vitest';
import { settled, transition } from '../../testing/shared/documents';
import { shellWord } from '../base/shell';
import { forceCommand, readCommand, remedyCommand } from './commands';

test.each([
  ['/proc/1/stack', '/proc/1/stack'],
  ['a b', "'a b'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(reboot)', "'$(reboot)'"],
  ['a;b', "'a;b'"],
  ['', null],
  ['a\nb', null],
  ['\u001b[2J', null],
  ['\u202eevil', null],
])('%j becomes %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('root’s files are read with root’s rights', () => {
  expect(readCommand('/proc/1/stack', true)).toBe('sudo cat /proc/1/stack');
  expect(readCommand('/proc/modules', false)).toBe('cat /proc/modules');
});

test('a reversal writes the opposite of what is under way', () => {
  const status = { ...settled, transition: transition() };
  expect(remedyCommand('reverse', null, status)).toBe(
    'echo 0 | sudo tee /sys/kernel/livepatch/livepatch_b/enabled',
  );
  expect(
    remedyCommand('reverse', null, {
      ...settled,
      transition: transition({ direction: 'unpatching' }),
    }),
  ).toBe('echo 1 | sudo tee /sys/kernel/livepatch/livepatch_b/enabled');
});

test('nothing is offered where it can’t be known or can’t be written safely', () => {
  expect(
    remedyCommand('reverse', null, { ...settled, transition: transition({ direction: null }) }),
  ).toBeNull();
  expect(remedyCommand('remove-module', '-f', settled)).toBeNull();
  expect(remedyCommand('remove-module', null, settled)).toBeNull();
  expect(forceCommand('evil\n')).toBeNull();
});
