import { expect, test } from 'vitest';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';
import { whatIf } from '../../shared/whatif/whatIf';
import { patch, settled, transition } from '../../testing/renderer/documents';
import { askedOf, firstChoice, toggled, writtenKeys } from './choice';
import { rowsOf } from './rows';
import { sideBySide } from './stacks';

const three: StatusDocument = {
  ...settled,
  order: 'reported',
  patches: [patch('livepatch_a'), patch('livepatch_b'), patch('livepatch_c')],
};

function names(status: StatusDocument, answer: WhatIf) {
  const { now, then } = sideBySide(status, answer);
  return {
    now: now.map(({ name, note, is }) => [name, note, is]),
    then: then.map(({ name, note, is }) => [name, note, is]),
  };
}

test('both stacks lie top first, as they would on a host', () => {
  const answer = whatIf(three, { do: 'disable', patch: 'livepatch_b' }, null);
  expect(names(three, answer)).toEqual({
    now: [
      ['livepatch_c', '', 'staying'],
      ['livepatch_b', 'leaves', 'leaving'],
      ['livepatch_a', '', 'staying'],
    ],
    then: [
      ['livepatch_c', '', 'staying'],
      ['livepatch_a', '', 'staying'],
    ],
  });
});

test('a replacement comes on top of whatever stays', () => {
  const asked = {
    do: 'replace' as const,
    functions: [{ object: 'vmlinux', name: 'f', sympos: 1 }],
  };
  const answer = { ...whatIf(three, asked, null), leaving: ['livepatch_a', 'livepatch_c'] };
  const { then } = sideBySide(three, answer);
  expect(then).toMatchObject([
    { name: 'replacement', functions: 1, note: 'comes', is: 'coming' },
    { name: 'livepatch_b', is: 'staying' },
  ]);
});

test('who may leave stands in both, and says so', () => {
  const answer = whatIf(three, { do: 'disable', patch: 'livepatch_b' }, null);
  const open = { ...answer, leaving: [], maybe: { ...answer.maybe, leaving: ['livepatch_b'] } };
  const { now, then } = names(three, open);
  expect(now[1]).toEqual(['livepatch_b', 'may leave', 'maybe']);
  expect(then[1]).toEqual(['livepatch_b', 'may have left', 'maybe']);
});

test.each([
  [{ enabled: false }, 'disabled'],
  [{ enabled: null }, ''],
  [{ inTransition: true }, 'is being applied'],
  [{ inTransition: true, enabled: null }, 'is being applied'],
  [{ inTransition: true, enabled: false }, 'is leaving'],
  [{ inTransition: null }, ''],
])('a livepatch that is %j is noted %j', (change, note) => {
  const status = { ...three, patches: [patch('livepatch_a', change), patch('livepatch_b')] };
  const answer = whatIf(status, { do: 'force', patch: 'livepatch_b' }, null);
  expect(names(status, { ...answer, leaving: [] }).now[1]?.[1]).toBe(note);
});

test('an order is open where it is not known and there is more than one', () => {
  const answer = whatIf(three, { do: 'disable', patch: 'livepatch_a' }, null);
  const isOpen = (status: StatusDocument) => sideBySide(status, answer).isOrderOpen;
  expect(isOpen(three)).toBe(false);
  expect(isOpen({ ...three, order: 'unknown' })).toBe(true);
  expect(isOpen({ ...three, order: 'inferred' })).toBe(false);
  expect(isOpen({ ...three, order: 'unknown', patches: [patch('livepatch_a')] })).toBe(false);
});

test('a layer counts its functions, and its name is written out', () => {
  const [object] = patch('x').objects;
  if (!object) throw new Error('no object');
  const two = { ...object, name: 'nfs', functions: [...object.functions, ...object.functions] };
  const status = { ...three, patches: [patch('a\u202e', { objects: [object, two] })] };
  const answer = whatIf(status, { do: 'disable', patch: 'other' }, null);
  expect(sideBySide(status, answer).now).toMatchObject([{ name: 'a\\u202e', functions: 3 }]);
});

test('what is asked about first, and what of the chosen becomes a question', () => {
  const moving = { ...three, transition: transition({ patch: 'livepatch_b' }) };
  expect(firstChoice(moving)).toEqual({ action: 'reverse', patch: 'livepatch_b', written: '' });
  expect(firstChoice(three)).toEqual({ action: 'disable', patch: 'livepatch_c', written: '' });
  const asked = (action: 'disable' | 'force', name: string | null) =>
    askedOf(three, { action, patch: name, written: '' });
  expect(asked('force', 'livepatch_a')).toEqual({
    ok: true,
    action: { do: 'force', patch: 'livepatch_a' },
  });
  expect(asked('disable', null)).toEqual({
    ok: true,
    action: { do: 'disable', patch: 'livepatch_c' },
  });
  expect(askedOf(three, { action: 'replace', patch: 'nobody', written: '' })).toEqual({
    ok: true,
    action: { do: 'replace', functions: [] },
  });
});

test('a tick adds a line at the end and keeps what else is written', () => {
  const f = { object: 'vmlinux', name: 'f', sympos: 0 };
  expect(toggled('', f)).toBe('vmlinux:f\n');
  expect(toggled('wrong line\n\nvmlinux:g', f)).toBe('wrong line\n\nvmlinux:g\nvmlinux:f\n');
  expect(toggled('vmlinux:g\n', { ...f, sympos: 2 })).toBe('vmlinux:g\nvmlinux:f,2\n');
  expect(toggled('vmlinux:f\nnfs:f\nvmlinux:f\n', f)).toBe('nfs:f\n');
  expect(writtenKeys('no function here').size).toBe(0);
});

test('changed rows say how; what is not known depends', () => {
  const answer = whatIf(three, { do: 'disable', patch: 'livepatch_c' }, null);
  const change = (now: string | null, then: string | null) =>
    rowsOf(three, {
      ...answer,
      functions: [{ object: 'vmlinux', name: 'f', sympos: 1, now, then, cases: [] }],
    })[0]?.change;
  expect(change('livepatch_a', 'original')).toBe('falls back');
  expect(change('original', 'livepatch_a')).toBe('patched anew');
  expect(change('livepatch_a', 'livepatch_b')).toBe('changes');
  expect(change(null, 'livepatch_b')).toBe('depends');
  expect(change('livepatch_a', null)).toBe('depends');
});
