/** Lines of the probe's sections and what they mean; the probe's text says how they are written. */
import { expect, it } from 'vitest';
import { readComplaints, readSection, readThreadFiles } from './answerText';

it('takes values of the files that are asked for, folders, and reasons', () => {
  const { files, folders, unknown } = readSection(
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
  expect(unknown.problems()).toEqual([
    {
      code: 'protocol-error',
      path: null,
      message:
        'The host sent what this version does not know, and it was left out: “/sys/kernel/livepatch/a/other”, “/etc/passwd”, “whatever /proc/2/patch_state”.',
    },
  ]);
});

it('puts the lines of a thread’s file together, which end as the kernel ends them', () => {
  const { files, unknown } = readThreadFiles(
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
  const [problem] = unknown.problems();
  expect(problem?.message).toContain(
    '“/proc/1/task/2/environ”, “grep: /proc/1/task/2/stat: No such',
  );
  expect(problem?.message).not.toContain('SECRET');
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
  expect([...readComplaints(`grep: ${path}: ${reason}\n`).missing]).toEqual([[path, missing]]);
  expect([...readComplaints(`x\n${path}: ${reason}\ny`).missing]).toEqual([[path, missing]]);
});

it('takes a file of the second process for a thread’s where it is sent with the threads', () => {
  const { files, unknown } = readThreadFiles(`/proc/2/task/2/stat:2 (kthreadd) S\n`);
  expect([...files.keys()]).toEqual(['/proc/2/task/2/stat']);
  expect(unknown.problems()).toEqual([]);
  // Of the first process only that the kernel can patch is asked, and nothing with the threads.
  expect(readThreadFiles('/proc/1/patch_state:-1\n').files.size).toBe(0);
});

it('names what is not known once each time, cut and made safe, and counts what is more', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `/proc/1/task/1/x${index}\u001b[1m:1`);
  const { unknown } = readThreadFiles(`${lines.join('\n')}\n${'y'.repeat(100_000)}\n`);
  const [problem, ...others] = unknown.problems();
  expect(others).toEqual([]);
  expect(problem?.message).toContain('“/proc/1/task/1/x4');
  expect(problem?.message).toMatch(/, 36 more\.$/);
  expect(problem?.message).not.toContain('\u001b');
  const [cut] = readSection('z'.repeat(100_000)).unknown.problems();
  expect(cut?.message.length).toBeLessThan(400);
});

it('names a file that was asked for in vain and is not in the list', () => {
  const { missing, unknown } = readComplaints('grep: /proc/1/task/1/new_file: Permission denied\n');
  expect(missing.size).toBe(0);
  expect(unknown.problems()[0]?.message).toContain('“/proc/1/task/1/new_file”');
});

it('takes a last line that breaks off for no name', () => {
  const { files, unknown } = readThreadFiles('/proc/1/task/2/stat:2 (x)\n/proc/1/task/2/sta');
  expect(files.size).toBe(1);
  expect(unknown.problems()).toEqual([]);
});

it('takes folders with colons and names of files in them for what they are', () => {
  const { files, unknown } = readSection('/sys/kernel/livepatch/enabled:/transition:1\n');
  expect([...files.keys()]).toEqual(['/sys/kernel/livepatch/enabled:/transition']);
  expect(unknown.problems()).toEqual([]);
});
