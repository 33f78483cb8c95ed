/**
 * The secrets of tests. All begin alike, with what nothing else says by chance, so that one search
 * finds any of them in whatever a test run has written.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How every secret of a test begins. */
export const secretMark = 'Kq7zW2mXvT9';

export function newSecret(kind: 'password' | 'passphrase' | 'code'): string {
  return `${secretMark}-${kind}-${randomBytes(9).toString('hex')}`;
}

/** For ssh's programs, which ask a helper for a passphrase: it is neither argument nor variable. */
export function withAskpass(secret: string, run: (env: NodeJS.ProcessEnv) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-ask-'));
  const helper = join(folder, 'askpass');
  writeFileSync(helper, `#!/bin/sh\necho '${secret}'\n`, { mode: 0o700 });
  try {
    run({ ...process.env, SSH_ASKPASS: helper, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
