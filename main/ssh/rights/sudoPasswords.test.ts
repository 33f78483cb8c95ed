/** Passwords for a real sudo, which asks as often as its own configuration says. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { answering } from '../../../testing/main/answering';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { defaultLiveOptions, openSsh } from '../../sources/live/sshSource';

const impossible = skipping(import.meta.filename, cannotServe());

describe.skipIf(impossible)('a sudo that asks six times', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
    appendFileSync(join(server.folder, 'sudoers'), 'Defaults passwd_tries=6\n');
  });
  afterAll(() => server.stop());

  it('is given three passwords, and nobody is asked for one that is not sent', async () => {
    const configFile = join(server.folder, 'ssh_config');
    writeFileSync(
      configFile,
      `Host *\n  UserKnownHostsFile ${server.knownHostsFile}\n  IdentityAgent none\n`,
    );
    const wrong = () => [newSecret('password')];
    const ask = answering(wrong(), wrong(), wrong(), wrong(), wrong());
    const source = openSsh(
      { kind: 'ssh', text: 'db1', user: 'operator', host: '127.0.0.1', port: server.port },
      {
        ...defaultLiveOptions(),
        identity: server.keys.ed25519,
        config: { configFile },
        accepted: new AcceptedKeys(join(server.folder, 'accepted.json')),
        sudo: true,
        ask,
      },
    );
    const sampled = await source.sample();
    source.close();
    expect(ask.asked.map((question) => 'again' in question && question.again)).toEqual([
      false,
      true,
      true,
    ]);
    const problems = sampled.ok ? sampled.value.problems : [sampled.problem];
    expect(problems).toContainEqual(expect.objectContaining({ code: 'sudo-refused' }));
    expect(problems.map(({ message }) => message).join()).toMatch(
      /did not accept the password of operator, 3 times/,
    );
  });
});
