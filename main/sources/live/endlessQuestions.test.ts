/** A server that asks and asks: people are asked so many times a login, and then it has ended. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { promptLimits } from '../../../shared/api/prompts';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { skipping } from '../../../testing/main/skipping';
import { askingServer } from '../../../testing/sshd/askingServer';
import { codeOf, messageOf } from '../../../testing/sshd/source';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { hasOpenSsh } from '../../ssh/openssh/openSshNeeds';
import { defaultLiveOptions, openSsh } from './sshSource';

const lacking = skipping(import.meta.filename, hasOpenSsh() ? undefined : 'there is no ssh');

const open: { stop(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.stop();
});

async function read(transport: 'ssh2' | 'openssh', rounds: readonly (readonly string[])[]) {
  const server = await askingServer(rounds, []);
  open.push(server);
  const folder = temporaryFolder();
  const configFile = join(folder, 'ssh_config');
  writeFileSync(
    configFile,
    'IdentityAgent none\nPubkeyAuthentication no\nGlobalKnownHostsFile /dev/null\nUserKnownHostsFile /dev/null\n',
  );
  const ask = answering(...Array.from({ length: 100 }, () => ['x']));
  const source = openSsh(
    { kind: 'ssh', text: 'db1', user: 'root', host: '127.0.0.1', port: server.port },
    {
      ...defaultLiveOptions(),
      transport,
      acceptNew: true,
      ask,
      config: { configFile },
      accepted: new AcceptedKeys(join(folder, 'accepted.json')),
    },
  );
  open.push({ stop: () => source.close() });
  const sampled = await source.sample();
  return { code: codeOf(sampled), message: messageOf(sampled), asked: ask.asked.length };
}

describe.skipIf(lacking)('a server that asks without end', () => {
  const one = ['Again: '];

  it.each(['ssh2', 'openssh'] as const)(
    'is left after three full rounds by %s',
    async (transport) => {
      const refused = await read(
        transport,
        Array.from({ length: 1000 }, () => one),
      );
      expect(refused).toMatchObject({
        code: 'authentication-failed',
        asked: promptLimits.perLogin,
      });
      expect(refused.message).toContain('asks more than 48 questions; nobody is asked any more.');
      const most = await read(
        transport,
        Array.from({ length: promptLimits.perLogin }, () => one),
      );
      expect(most).toEqual({ code: 'read', message: '', asked: promptLimits.perLogin });
    },
  );

  it('in one round is left by OpenSSH too, which asks each question by itself', async () => {
    const refused = await read('openssh', [Array.from({ length: 1000 }, (_, at) => `${at}: `)]);
    expect(refused).toMatchObject({ code: 'authentication-failed', asked: promptLimits.perLogin });
  });
});
