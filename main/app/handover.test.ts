import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/main/folders';
import { fitsHandover, isRunningAlready } from './handover';

test('what is handed over counts in bytes, twice', () => {
  const fits = (text: string, count: number) => {
    const targets = Array<string>(count).fill(text);
    return fitsHandover(['klpscope', ...targets], '/', targets);
  };
  expect(fits('x'.repeat(100), 150)).toBe(true);
  expect(fits('x'.repeat(100), 160)).toBe(false);
  // Three bytes of UTF-8 and two of UTF-16 each.
  expect(fits('語'.repeat(100), 62)).toBe(true);
  expect(fits('語'.repeat(100), 66)).toBe(false);
});

test('who has the profile is known by its lock', async () => {
  const profile = temporaryFolder();
  const lock = join(profile, 'SingletonLock');
  const lockedBy = (target: string) => {
    rmSync(lock, { force: true });
    symlinkSync(target, lock);
    return isRunningAlready(profile);
  };
  expect(isRunningAlready(profile)).toBe(false);
  expect(lockedBy(`${hostname()}-${process.pid}`)).toBe(true);
  expect(lockedBy(`elsewhere.example-${process.pid}`)).toBe(false);
  expect(lockedBy('nonsense')).toBe(false);
  const gone = spawn('true');
  await new Promise((resolve) => gone.once('close', resolve));
  expect(lockedBy(`${hostname()}-${gone.pid}`)).toBe(false);
  rmSync(lock);
  mkdirSync(lock);
  expect(isRunningAlready(profile)).toBe(false);
});
