import { describe, expect, it } from 'vitest';
import { parseUname, settingIn, stalledIn } from './sosCommands';

describe('sysctl -a', () => {
  const text = 'kernel.hostname = web9\nkernel.osrelease = 5.14.0-570.el9\nkernel.osrelease2 = x\n';
  it.each([
    ['kernel.osrelease', '5.14.0-570.el9'],
    ['kernel.hostname', 'web9'],
    ['kernel.os', null],
    ['osrelease', null],
  ])('%s is %s', (name, value) => {
    expect(settingIn(text, name)).toBe(value);
  });
});

it.each([
  ['Linux sles15 6.4.0-150600.23.14-default #1 SMP x86_64', 'sles15', '6.4.0-150600.23.14-default'],
  ['Linux h 5.14.0', null, null],
  ['GNU bash', null, null],
])('uname -a: %s', (text, name, release) => {
  expect(parseUname(text)).toEqual(name === null ? null : { name, release });
});

// kpatch/kpatch of kpatch 0.9.
describe('kpatch list', () => {
  const list = (...lines: readonly string[]) =>
    ['Loaded patch modules:', 'kpatch_a [enabling...]', '', ...lines].join('\n');

  it('names stalled processes with their stacks', () => {
    const text = list(
      'Stalled processes:',
      '2119 cifsd',
      'stack:',
      '[<0>] inet_recvmsg+0x5a/0x130',
      '[<0>] kthread+0xe0/0x100',
      '7 a b',
      '',
      'Installed patch modules:',
      '9 nobody',
    );
    expect(stalledIn(text)).toMatchObject([
      { pid: 2119, comm: 'cifsd', stack: [{ function: 'inet_recvmsg' }, { function: 'kthread' }] },
      { pid: 7, comm: 'a b', stack: null },
    ]);
  });

  it('names nobody where nobody is stalled', () => {
    expect(stalledIn(list('Installed patch modules:', '9 nobody'))).toEqual([]);
  });
});
