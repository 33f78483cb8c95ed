import { expect, test } from 'vitest';
import type { StatusDocument } from './statusDocument';
import { settled } from '../../testing/shared/documents';
import { calmText } from './calm';

const sure = 'Every thread runs the kernel as it was booted.';
const wasForced: StatusDocument['findings'] = [
  {
    code: 'was-forced',
    severity: 'warning',
    subject: 'lp',
    message: '',
    evidence: [],
    remedies: [],
  },
];

test('what threads run is said where all of them switched by themselves', () => {
  expect(calmText(settled, sure)).toBe(sure);
  const ghosts: StatusDocument['ghosts'] = [{ module: 'lp', refcount: 0, kind: 'leftover' }];
  expect(calmText({ ...settled, ghosts }, sure)).toBe(sure);
});

test('after a forced transition, and with a module in use, it is open', () => {
  expect(calmText({ ...settled, findings: wasForced }, sure)).toMatch(/forced .* nobody can tell/);
  const ghosts: StatusDocument['ghosts'] = [{ module: 'lp', refcount: 1, kind: 'pinned' }];
  expect(calmText({ ...settled, ghosts }, sure)).toMatch(/in use: threads may still/);
});
