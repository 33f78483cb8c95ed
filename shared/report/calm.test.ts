import { expect, test } from 'vitest';
import type { StatusDocument } from './statusDocument';
import { finding, patch, settled } from '../../testing/shared/documents';
import { headlineWords } from '../words/headlines';
import { calmText } from './calm';

const booted = (change: Partial<StatusDocument> = {}) =>
  calmText({ ...settled, ...change }, headlineWords.asBooted);
const sure = 'Every thread runs the kernel as it was booted.';
const ghost = (kind: 'leftover' | 'pinned' | 'unknown', refcount: number | null) => ({
  ghosts: [{ module: 'lp', refcount, kind }],
});

test('what threads run is said where all of them switched by themselves', () => {
  expect(booted()).toBe(sure);
  expect(booted(ghost('leftover', 0))).toBe(sure);
});

test('after a forced transition, and with a module in use, it is open', () => {
  expect(booted({ findings: [finding('was-forced')] })).toMatch(/forced .* nobody can tell/);
  expect(booted(ghost('pinned', 1))).toMatch(/in use, or may be: threads may still/);
  expect(booted(ghost('unknown', null))).toMatch(/in use, or may be: threads may still/);
});

test('what was not read leaves it open', () => {
  const unread = (kind: NonNullable<StatusDocument['coverage']['unread']>[number]) =>
    booted({ coverage: { ...settled.coverage, unread: [kind] } });
  expect(unread('modules')).toMatch(/another engine .* not known/);
  expect(unread('livepatches')).toMatch(/Not all .* not known/);
  expect(unread('one-moment')).toMatch(/changed while .* not known/);
  const coverage = { ...settled.coverage, unread: ['forcing' as const] };
  const unforced = { ...settled, coverage, patches: [patch('a')] };
  expect(calmText(unforced, headlineWords.newCode)).toMatch(/forced, .* only the kernel’s log/);
  const of = (loaded: boolean | null) => {
    const objects = [{ name: 'ext4', loaded, patched: null, functions: [] }];
    return calmText({ ...settled, patches: [patch('a', { objects })] }, headlineWords.newCode);
  };
  expect(of(true)).toBe('Every thread runs the new code.');
  expect(of(null)).toMatch(/counts as switched; .* could not be read/);
});
