/** Which ways to root's rights there are on this machine. */
import { afterEach, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { nobody } from '../questions';
import { hasPkexec, waysHere } from './localRights';

const { programs } = vi.hoisted(() => ({ programs: new Set<string>() }));

vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  const accessSync: typeof real.accessSync = (path) => {
    if (!programs.has(String(path))) throw new Error('ENOENT');
  };
  return { ...real, accessSync };
});

afterEach(() => {
  programs.clear();
  vi.unstubAllEnvs();
});

const someone = answering();

function desktop(variables: Readonly<Record<string, string | undefined>>): void {
  vi.stubEnv('DISPLAY', variables['DISPLAY']);
  vi.stubEnv('WAYLAND_DISPLAY', variables['WAYLAND_DISPLAY']);
}

it('are none where none was asked for, and the one that was', () => {
  programs.add('/usr/bin/pkexec');
  desktop({ DISPLAY: ':0' });
  expect(waysHere({ sudo: false, pkexec: false }, someone)).toEqual([]);
  expect(waysHere({ sudo: false, pkexec: true }, someone)).toEqual(['pkexec']);
  expect(waysHere({ sudo: true, pkexec: true }, someone)).toEqual(['pkexec']);
});

it('are sudo, and a dialog where there is a person at a desktop that has one', () => {
  const ways = (ask = someone) => waysHere({ sudo: true, pkexec: false }, ask);
  programs.add('/usr/bin/pkexec');
  for (const variables of [{ DISPLAY: ':0' }, { WAYLAND_DISPLAY: 'wayland-0' }]) {
    desktop(variables);
    expect(ways()).toEqual(['sudo', 'pkexec']);
    expect(waysHere({ sudo: true, pkexec: false }, nobody)).toEqual(['sudo']);
  }
  for (const variables of [{}, { DISPLAY: '' }]) {
    desktop(variables);
    expect(ways()).toEqual(['sudo']);
  }
  desktop({ DISPLAY: ':0' });
  programs.clear();
  expect(ways()).toEqual(['sudo']);
});

it.each(['/usr/bin', '/run/wrappers/bin', '/usr/local/bin', '/run/current-system/sw/bin'])(
  'look for pkexec in %s, and not on the user’s own path',
  (folder) => {
    vi.stubEnv('PATH', '/home/ada/bin');
    programs.add('/home/ada/bin/pkexec');
    expect(hasPkexec()).toBe(false);
    programs.add(`${folder}/pkexec`);
    expect(hasPkexec()).toBe(true);
  },
);
