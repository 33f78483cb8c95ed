import { expect, it } from 'vitest';
import { settled, transition } from '../../testing/shared/documents';
import type { StatusDocument } from '../report/statusDocument';
import { commandOf } from './command';
import type { WhatIfAction } from './document';

const moving = (direction: 'patching' | 'unpatching' | null): StatusDocument => ({
  ...settled,
  transitionState: 'running',
  transition: transition({ patch: 'a', direction }),
});
const enabled = '/sys/kernel/livepatch/a/enabled';

// Documentation/ABI/testing/sysfs-kernel-livepatch.
const commands: readonly (readonly [StatusDocument, WhatIfAction, string | null])[] = [
  [settled, { do: 'disable', patch: 'a' }, `echo 0 | sudo tee ${enabled}`],
  [moving('patching'), { do: 'reverse', patch: 'a' }, `echo 0 | sudo tee ${enabled}`],
  [moving('unpatching'), { do: 'reverse', patch: 'a' }, `echo 1 | sudo tee ${enabled}`],
  [moving(null), { do: 'reverse', patch: 'a' }, null],
  [moving('patching'), { do: 'reverse', patch: 'b' }, null],
  [settled, { do: 'reverse', patch: 'a' }, null],
  [
    moving('patching'),
    { do: 'force', patch: 'a' },
    'echo 1 | sudo tee /sys/kernel/livepatch/a/force',
  ],
  [settled, { do: 'replace', functions: [] }, null],
];

it.each(commands)('%#', (status, action, command) => {
  expect(commandOf(status, action)).toBe(command);
});

it.each([
  ['kpatch-5.14_1:2,3@4%5+6=7.x', 'kpatch-5.14_1:2,3@4%5+6=7.x', ''],
  ['a b', 'a b', "'"],
  ['$(reboot)', '$(reboot)', "'"],
  ['a;b', 'a;b', "'"],
  ['a>b', 'a>b', "'"],
  ['*', '*', "'"],
  ['ä', 'ä', "'"],
  ["it's", String.raw`it'\''s`, "'"],
])('a name is quoted for a shell where it needs it: %s', (name, inside, quote) => {
  expect(commandOf(settled, { do: 'disable', patch: name })).toBe(
    `echo 0 | sudo tee ${quote}/sys/kernel/livepatch/${inside}/enabled${quote}`,
  );
});

it.each(['x\u001b[2J', 'x\ry', 'x\ny', 'x\u202ey', 'x\u0007'])(
  'nothing is given to type for a name that a terminal would obey: %j',
  (patch) => {
    expect(commandOf(settled, { do: 'disable', patch })).toBeNull();
    expect(commandOf(settled, { do: 'force', patch })).toBeNull();
    const status = { ...moving('patching'), transition: transition({ patch }) };
    expect(commandOf(status, { do: 'reverse', patch })).toBeNull();
  },
);
