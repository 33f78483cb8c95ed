/** Lines of the probe's sections and what they mean; the probe's text says how they are written. */
import { expect, it } from 'vitest';
import { readComplaints, readSection, readThreadFiles } from './answerText';

it('takes values of the files that are asked for, folders, and reasons', () => {
  const { files, folders } = readSection(
    [
      '/sys/kernel/livepatch/a:b/transition:1',
      '/sys/kernel/livepatch/a:b/enabled:',
      '/sys/kernel/livepatch/a:b/vmlinux/patched:0',
      '/sys/module/x/refcnt:3:4',
      '/proc/uptime:1.00 2.00',
      '/sys/kernel/livepatch/a/other:1',
      '/etc/passwd:root',
      ' denied /sys/kernel/livepatch/a/enabled',
      ' unreadable /sys/kernel/livepatch/b/enabled',
      ' empty /sys/kernel/livepatch/c/enabled',
      ' exists /proc/1/patch_state',
      ' whatever /proc/2/patch_state',
      ' folder /sys/kernel',
      '/sys/kernel/livepatch/a/',
      '/sys/kernel/livepatch/a/vmlinux/f,1/',
      '/sys/kernel/livepatch/*/*/',
      '',
    ].join('\n'),
  );
  const text = (value: string) => ({ text: value, truncated: false });
  expect([...files]).toEqual([
    ['/sys/kernel/livepatch/a:b/transition', text('1\n')],
    ['/sys/kernel/livepatch/a:b/enabled', text('\n')],
    ['/sys/kernel/livepatch/a:b/vmlinux/patched', text('0\n')],
    ['/sys/module/x/refcnt', text('3:4\n')],
    ['/proc/uptime', text('1.00 2.00\n')],
    ['/sys/kernel/livepatch/a/enabled', { missing: 'denied' }],
    ['/sys/kernel/livepatch/b/enabled', { missing: 'unreadable' }],
    ['/sys/kernel/livepatch/c/enabled', text('')],
    ['/proc/1/patch_state', text('')],
  ]);
  expect(folders).toEqual([
    '/sys/kernel',
    '/sys/kernel/livepatch/a',
    '/sys/kernel/livepatch/a/vmlinux/f,1',
  ]);
});

it('puts the lines of a thread’s file together, which end as the kernel ends them', () => {
  const files = readThreadFiles(
    [
      '/proc/1/task/2/stack:[<0>] f+0x1/0x2',
      '/proc/1/task/2/stack:[<0>] g:h+0x1/0x2',
      '/proc/1/task/2/wchan:do_wait',
      '/proc/1/cmdline:a\0b\0',
      '/proc/1/cgroup:0::/x',
      '/proc/1/task/2/environ:SECRET',
      'grep: /proc/1/task/2/stat: No such process',
      '',
    ].join('\n'),
  );
  expect(
    Object.fromEntries([...files].map(([path, file]) => [path, 'text' in file && file.text])),
  ).toEqual({
    '/proc/1/task/2/stack': '[<0>] f+0x1/0x2\n[<0>] g:h+0x1/0x2\n',
    '/proc/1/task/2/wchan': 'do_wait',
    '/proc/1/cmdline': 'a\0b\0',
    '/proc/1/cgroup': '0::/x\n',
  });
});

// strerror(3), in the words of the C locale.
it.each([
  ['Permission denied', 'denied'],
  ['Operation not permitted', 'denied'],
  ['No such file or directory', 'absent'],
  ['No such process', 'vanished'],
  ['slow', 'timed-out'],
  ['Input/output error', 'unreadable'],
])('tells why a file was not read: %s', (reason, missing) => {
  const path = '/proc/7/task/7/stack';
  expect([...readComplaints(`grep: ${path}: ${reason}\n`)]).toEqual([[path, missing]]);
  expect([...readComplaints(`x\n${path}: ${reason}\ny`)]).toEqual([[path, missing]]);
});
