import { expect, test } from 'vitest';
import { finding, patch, settled } from '../../testing/shared/documents';
import type { StatusDocument } from '../report/statusDocument';
import { whatIf } from './whatIf';

const answer = (change: Partial<StatusDocument>, name = 'a') =>
  whatIf({ ...settled, patches: [patch('a')], ...change }, { do: 'disable', patch: name }, null);
const unread = (kind: NonNullable<StatusDocument['coverage']['unread']>[number]) => ({
  coverage: { ...settled.coverage, unread: [kind] },
});

test.each([
  ['modules', /^No other engine/],
  ['livepatches', /^There are no other livepatches/],
  ['functions', /^They have no other functions/],
  ['one-moment', /at one moment/],
  ['forcing', /^No transition was forced/],
] as const)('what was not read is taken for granted, and said: %s', (kind, sentence) => {
  const said = (change: Partial<StatusDocument>) =>
    answer(change).assumptions.filter((one) => sentence.test(one));
  expect(said({})).toEqual([]);
  expect(said(unread(kind))).toHaveLength(1);
});

test('what another engine changed plays no part', () => {
  const findings = [finding('other-live-patching', { subject: 'Ksplice' })];
  expect(answer({ findings }).assumptions.join(' ')).toContain('What Ksplice may have changed');
});

test('a livepatch that was not found is not said to be missing where not all were listed', () => {
  expect(answer({}, 'b').refusal?.why).toBe('no livepatch b is loaded');
  expect(answer(unread('livepatches'), 'b').refusal?.why).toMatch(/^among what was read/);
});
