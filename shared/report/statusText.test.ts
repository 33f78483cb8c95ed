import { describe, expect, it } from 'vitest';
import { visible } from '../base/text';
import {
  dmesg,
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { statusOf } from './status';
import type { StatusDocument } from './statusDocument';
import { renderStatusText } from './statusText';
import type { TextStyle } from './text/page';

const plain: TextStyle = { width: 80, colour: false, unicode: true };

const textOf = (status: StatusDocument, style: TextStyle = plain) =>
  renderStatusText(status, style);
const textFrom = (files: Files, style: TextStyle = plain) =>
  textOf(statusOf(readingsOf(files)), style);

/** The lines of the section under a heading. */
function section(text: string, heading: string): string {
  const start = text.indexOf(`\n${heading}`);
  expect(start, `${heading} in ${text}`).toBeGreaterThan(-1);
  return text.slice(start + 1).split('\n\n')[0] ?? '';
}

const moving = livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' });
const blocked = (count: number, first = 100) =>
  Object.assign(
    {},
    ...Array.from({ length: count }, (_, index) =>
      thread(first + index, {
        comm: `reader-${index + 1}`,
        stack: ['seq_read_iter+0x1/0x2', 'cmdline_proc_show+0x1/0x2', 'vfs_read+0x3/0x4'],
      }),
    ),
  );

describe('the first lines', () => {
  it('are the headline with a mark that tells the tone without colour', () => {
    expect(textFrom(livepatch('livepatch_a', { vmlinux: ['a,1'] }))).toMatch(
      /^✔ livepatch_a is applied\n/,
    );
    expect(textFrom({ ...moving, ...blocked(1), ...thread(5, { state: '1' }) })).toMatch(
      /^◐ livepatch_a is being applied: 1 of 2 threads has not switched\n/,
    );
    const start = "[  100.000000] livepatch: 'livepatch_a': starting patching transition";
    const signal = '[  115.500000] livepatch: signaling remaining tasks';
    expect(textFrom({ ...moving, ...blocked(1), ...dmesg(start, signal) })).toMatch(
      /^✖ livepatch_a is being applied and is stuck on 1 thread\n/,
    );
    expect(textFrom({ '/sys/kernel/notes': '' })).toMatch(/^\? No livepatching was found here\n/);
  });

  it('tell the host, or that it is unknown', () => {
    const text = textFrom({
      ...moving,
      '/proc/sys/kernel/hostname': 'db1\n',
      '/proc/sys/kernel/osrelease': '6.12.117\n',
      '/proc/uptime': '93784.20 1.00\n',
    });
    expect(text).toContain('db1 · Linux 6.12.117 · up 1 d 2 h\n');
    expect(text).toContain('dir:/test · unknown whether read as root\n');
    expect(textFrom(moving)).toContain('host’s name unknown · kernel unknown · uptime unknown\n');
  });
});

describe('the transition', () => {
  it('has its direction, its counts, and a bar that is never full before the end', () => {
    const settled = Object.assign(
      {},
      ...Array.from({ length: 199 }, (_, index) => thread(1000 + index, { state: '1' })),
    );
    const text = section(textFrom({ ...moving, ...settled, ...blocked(1) }), 'Transition');
    expect(text).toContain('livepatch_a, patching');
    expect(text).toContain('199 of 200 threads switched · 1 blocking');
    expect(text).toMatch(/\[█{23}░\] 99\.50 %/);
  });

  it('says what can’t be seen', () => {
    const denied = textFrom(moving);
    expect(section(denied, 'Transition')).toContain('No thread’s state is known.');
    expect(section(denied, 'Transition')).toContain('More may block than can be seen from here');
    const undecided = textFrom({ ...moving, ...blocked(1), ...thread(2, { state: '-1' }) });
    expect(section(undecided, 'Transition')).toContain('1 thread undefined');
  });
});

describe('blocking threads', () => {
  it('have the frame to be left marked in the margin and in words, and no other', () => {
    const text = textFrom({ ...moving, ...blocked(1) });
    const frames = text.split('\n').filter((line) => line.includes('+0x'));
    expect(frames).toHaveLength(3);
    expect(frames.map((line) => line.indexOf('_'))).not.toContain(-1);
    expect(frames[1]).toMatch(/▶ cmdline_proc_show\+0x1\/0x2 ◀ must return first$/);
    expect(`${frames[0]}${frames[2]}`).not.toMatch(/[▶◀]|must return/);
    expect(textFrom({ ...moving, ...blocked(1) }, { ...plain, unicode: false })).toMatch(
      / > cmdline_proc_show\+0x1\/0x2 <- must return first\n/,
    );
  });

  it('tell state, user, unit, command, reason, certainty and what helps', () => {
    const text = textFrom({
      ...moving,
      ...blocked(1),
      '/proc/100/task/100/status': 'Name:\tx\nUid:\t1000\t1000\t1000\t1000\n',
      '/proc/100/cgroup': '0::/system.slice/reader.service\n',
      '/proc/100/cmdline': '/usr/bin/reader\0--all\0',
    });
    expect(text).toContain(
      'reader-1 (100) · interruptible sleep (S) · user 1000 · reader.service\n',
    );
    expect(text).toContain('command    /usr/bin/reader --all\n');
    expect(text).toContain('reason     sleeps in cmdline_proc_show, which is being patched\n');
    expect(text).toContain('certainty  Inferred from the thread’s state and kernel stack.\n');
    expect(text).toMatch(/helps {6}wait for the kernel’s signal; let the call return\n/);
  });

  it('are shown in full ten times, then a line each, and from the fifty-first on counted', () => {
    const text = textFrom({ ...moving, ...blocked(1234) });
    expect(text).toContain('Blocking threads: 1,234');
    expect(text.match(/◀ must return first/g)).toHaveLength(10);
    expect(text).toMatch(/^ {2}reader-11 \(110\) sleeps in cmdline_proc_show/m);
    expect(text).toMatch(/^ {2}reader-50 \(149\) sleeps in cmdline_proc_show/m);
    expect(text).not.toContain('reader-51');
    expect(text).toContain('and 1,184 threads more; --json lists them all.');
  });

  it('keep the marked frame of a deep stack', () => {
    const frames = Array.from({ length: 60 }, (_, index) => `frame_${index}+0x1/0x2`);
    frames[40] = 'cmdline_proc_show+0x1/0x2';
    const text = textFrom({ ...moving, ...thread(1, { stack: frames }) });
    expect(text).toContain('▶ cmdline_proc_show');
    expect(text).toContain('frame_43+0x1/0x2\n');
    expect(text).not.toContain('frame_44+');
    expect(text).toContain('… 16 more\n');
  });

  it('without a stack say whether there was none or it was not read', () => {
    expect(textFrom({ ...moving, ...thread(1, { stack: null }) })).toMatch(/stack {6}not read\n/);
    expect(textFrom({ ...moving, ...thread(1, { stack: [] }) })).toMatch(/stack {6}none: /);
  });

  it('explain each remedy once', () => {
    const text = textFrom({ ...moving, ...blocked(12) });
    expect(text.match(/Every 15 s kernels since 5\.1 send/g)).toHaveLength(1);
  });
});

describe('livepatches', () => {
  const stacked = {
    ...livepatch('livepatch_a', { vmlinux: ['shown,1'] }),
    ...livepatch('livepatch_b', { vmlinux: ['shown,1', 'other,2'], 'nf-conntrack': ['x,1'] }),
  };
  const loading = modules(
    'livepatch_b 1 1 - Live 0x0 (OEK)',
    'livepatch_a 1 1 - Live 0x0 (OEK)',
    'nf_conntrack 1 1 - Live 0x0',
  );

  it('stand as a stack, the top first, and say where the order comes from', () => {
    const text = textFrom({ ...stacked, ...loading });
    const part = section(text, 'Livepatches: 2');
    expect(part).toContain('inferred from the order of loading');
    expect(part.indexOf('livepatch_b')).toBeLessThan(part.indexOf('livepatch_a'));
    expect(part).toContain('├─ nf-conntrack: x\n');
    expect(part).toContain('└─ vmlinux: other,2, shown\n');
    expect(section(text, 'Functions of several')).toContain(
      'vmlinux:shown  livepatch_a → livepatch_b; livepatch_b runs',
    );
    expect(section(textFrom(stacked), 'Livepatches: 2')).toContain('their order is unknown');
    expect(section(textFrom(stacked), 'Functions of several')).toContain(
      'which one runs is unknown',
    );
  });

  it('that an atomic replace takes away are seen leaving, and its doubtful functions named', () => {
    const text = textFrom({
      ...livepatch('livepatch_a', { vmlinux: ['shown,1'] }),
      ...livepatch('cumulative', { vmlinux: ['shown,1'] }, { transition: '1', replace: '1' }),
      ...modules('cumulative 1 1 - Live 0x0 (OEK)', 'livepatch_a 1 1 - Live 0x0 (OEK)'),
      ...thread(1),
    });
    const part = section(text, 'Livepatches: 2');
    expect(part).toContain('cumulative · being applied · atomic replace\n');
    expect(part).toContain('shown (taken over or reverted)\n');
    expect(part).toContain('livepatch_a · leaving: replaced when the transition completes\n');
  });

  it('have objects that wait for their module, or are not patched', () => {
    const object = livepatch('livepatch_a', { ext4: ['x,1'], xfs: ['y,1'] });
    const text = textFrom({
      ...object,
      '/sys/kernel/livepatch/livepatch_a/ext4/patched': '0\n',
      '/sys/kernel/livepatch/livepatch_a/xfs/patched': '0\n',
      ...modules('livepatch_a 1 1 - Live 0x0 (OEK)', 'xfs 1 0 - Live 0x0'),
    });
    expect(text).toContain('ext4 (not loaded): x\n');
    expect(text).toContain('xfs (not patched): y\n');
  });

  it('with very many functions name the first and count the rest', () => {
    const many = Array.from({ length: 500 }, (_, index) => `function_${index},1`);
    expect(textFrom(livepatch('big', { vmlinux: many }))).toMatch(/and 460 functions more/);
  });
});

describe('ghosts, findings and problems', () => {
  it('name modules that are left over or pinned', () => {
    const ghost = (name: string, refcount: string) => ({
      [`/sys/module/${name}/taint`]: 'OEK\n',
      [`/sys/module/${name}/refcnt`]: `${refcount}\n`,
      [`/sys/module/${name}/initstate`]: 'live\n',
    });
    const text = textFrom({
      '/sys/kernel/livepatch/': '',
      ...ghost('livepatch_old', '0'),
      ...ghost('livepatch_stuck', '1'),
    });
    expect(text).toMatch(/livepatch_old {2}left over[^(]*\(reference\s+count\s+0\)/);
    expect(text).toMatch(/livepatch_stuck {2}pinned[^(]*\(reference count 1\)/);
  });

  it('put the gravest finding first, and proof under errors only', () => {
    const start = "[  100.000000] livepatch: 'livepatch_a': starting patching transition";
    const signal = '[  115.500000] livepatch: signaling remaining tasks';
    const text = textFrom({
      ...livepatch('livepatch_b', { vmlinux: ['cmdline_proc_show,1'] }, { replace: '0' }),
      ...moving,
      '/sys/kernel/livepatch/livepatch_a/replace': '0\n',
      ...blocked(1),
      ...dmesg(start, signal),
      ...modules('livepatch_a 1 1 - Live 0x0 (OEK)', 'livepatch_b 1 1 - Live 0x0 (OEK)'),
    });
    const part = section(text, 'Findings');
    expect(part.indexOf('Error: Transition stalled.')).toBeGreaterThan(0);
    expect(part.indexOf('Warning: Overlap.')).toBeGreaterThan(part.indexOf('Error:'));
    expect(part).toContain(`proof  ${start.slice(0, 40)}`);
    expect(part.match(/proof/g)).toHaveLength(1);
  });

  it('group problems by what they are, with the next step once', () => {
    const status = statusOf(readingsOf(moving));
    const problems = Array.from({ length: 40 }, (_, index) => ({
      code: 'permission-denied' as const,
      path: `/proc/${index}/stack`,
      message: `/proc/${index}/stack may not be read.`,
    }));
    const text = textOf({ ...status, problems });
    expect(text).toContain('Could not be read: 40');
    expect(text.match(/permission-denied {2}Read as root/g)).toHaveLength(1);
    expect(text).toContain('/proc/4/stack may not be read.');
    expect(text).not.toContain('/proc/5/stack');
    expect(text).toContain('and 35 more\n');
  });
});

describe('what a host says', () => {
  const hostile = 'x\u001b[2J\r\n\u202e<b>\u0000\u2028';

  it('is escaped wherever it stands', () => {
    const text = textFrom({
      ...livepatch(
        hostile.replaceAll('/', ''),
        { [hostile]: [`${hostile},1`] },
        { transition: '1', enabled: hostile },
      ),
      ...moving,
      '/sys/kernel/livepatch/livepatch_a/transition': '0\n',
      '/proc/sys/kernel/hostname': `${hostile}\n`,
      ...modules(`${hostile} 1 1 - Live 0x0 (OEK)`),
      ...blocked(1),
      '/proc/100/task/100/comm': hostile,
      '/proc/100/cmdline': hostile,
      '/proc/100/task/100/stack': `[<0>] ${hostile}+0x1/0x2\n`,
    });
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202e\u2028]/u);
    expect(text).toContain(visible(hostile).slice(0, 8));
  });
});
