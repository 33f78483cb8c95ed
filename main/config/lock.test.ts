/** A race of the lock's that no other process can be made to win at will: the test wins it. */
import type * as fs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whileLocked } from './lock';

let meanwhile: () => void = () => undefined;
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const statSync = (path: string) => {
    const stats = real.statSync(path);
    meanwhile();
    return stats;
  };
  return { ...real, statSync };
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-lock-'));
});
afterEach(() => {
  meanwhile = () => undefined;
  rmSync(folder, { recursive: true });
});

it('that is new by the time an old one is taken away is given back', async () => {
  const path = join(folder, 'file');
  const lock = `${path}.lock`;
  writeFileSync(lock, 'dead');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  meanwhile = () => {
    meanwhile = () => undefined;
    rmSync(lock);
    writeFileSync(lock, 'living');
  };
  const action = vi.fn<() => void>();
  expect(await whileLocked(path, action, 500)).toMatchObject({ ok: false });
  expect(action).not.toHaveBeenCalled();
  expect(readFileSync(lock, 'utf8')).toBe('living');
  expect(readdirSync(folder)).toEqual(['file.lock']);
});

it('that is not given back is reported, and nothing is done', async () => {
  const path = join(folder, 'file');
  const lock = `${path}.lock`;
  writeFileSync(lock, 'another');
  const secondsAgo = new Date(Date.now() - 4000);
  utimesSync(lock, secondsAgo, secondsAgo);
  const action = vi.fn<() => void>();
  const warning = `${path} cannot be written: ${lock} is held by another process`;
  expect(await whileLocked(path, action, 100)).toEqual({ ok: false, warning });
  expect(action).not.toHaveBeenCalled();
  expect(readdirSync(folder)).toEqual(['file.lock']);
  expect(readFileSync(lock, 'utf8')).toBe('another');
});

it('is waited for until one that was left behind is old enough to be taken away', async () => {
  const path = join(folder, 'file');
  const lock = `${path}.lock`;
  writeFileSync(lock, 'dead');
  const earlier = new Date(Date.now() - 9000);
  utimesSync(lock, earlier, earlier);
  expect(await whileLocked(path, () => 'done')).toEqual({ ok: true, value: 'done' });
  expect(readdirSync(folder)).toEqual([]);
});
