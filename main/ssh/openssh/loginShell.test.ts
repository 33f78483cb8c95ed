/**
 * `ssh` has the user's own shell tell us that the login is over. Where that shell runs nothing, what the
 * program there says must not be lost all the same: sudo's prompt is among it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { skipping } from '../../../testing/main/skipping';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { codeOf, openSource } from '../../../testing/sshd/source';

const impossible = skipping(import.meta.filename, cannotServe());

describe.skipIf(impossible)('over OpenSSH, by a user whose shell is', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => server.stop());

  it.each(['/bin/false', '/bin/true', '/bin/rbash', '/not/there', '', '/usr/bin/fish'])(
    '“%s”, sudo’s prompt is heard',
    async (shell) => {
      vi.stubEnv('SHELL', shell);
      const ask = answering(['wrong'], [server.password]);
      const source = openSource(server, {
        transport: 'openssh',
        user: 'operator',
        sudo: true,
        ask,
      });
      const sampled = await source.sample();
      source.close();
      expect(codeOf(sampled)).toBe('read');
      expect(sampled).toMatchObject({ value: { privileged: true } });
      expect(ask.asked.map(({ kind }) => kind)).toEqual(['sudo-password', 'sudo-password']);
    },
  );
});
