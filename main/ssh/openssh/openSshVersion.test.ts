/** Versions as `ssh -V` prints them: OpenSSH's version.h, and Windows' own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { handsOverKeys } from './openSshVersion';

afterEach(() => void vi.unstubAllEnvs());

it.each([
  ['OpenSSH_7.9p1, OpenSSL 1.1.1', false],
  ['OpenSSH_8.4p1 Debian-5+deb11u3', false],
  ['OpenSSH_8.5p1', true],
  ['OpenSSH_8.10p1', true],
  ['OpenSSH_9.0p1', true],
  ['OpenSSH_10.0p2, OpenSSL 3.5.0', true],
  ['OpenSSH_for_Windows_8.6p1, LibreSSL 3.4.3', true],
  ['OpenSSH_for_Windows_8.1p1', false],
  ['Sun_SSH_1.1.5 OpenSSH_9.0', false],
  ['', false],
])('%s hands a host’s key over: %s', async (version, isSo) => {
  const folder = temporaryFolder();
  const script = `#!/bin/sh\n[ "$*" = -V ] && echo '${version}' >&2\n`;
  writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  expect(await handsOverKeys()).toBe(isSo);
});

it('of no ssh at all nothing is expected', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  expect(await handsOverKeys()).toBe(false);
});
