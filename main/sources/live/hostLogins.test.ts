/** Hosts that are nothing but busybox behind a real sshd, and hosts that flood whoever logs in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../../testing/sshd/fabricatedRoot';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { buildState } from '../../../shared/model/buildState';
import type { Readings } from '../../../shared/readings/readings';
import { captureScript } from '../../probe/program/captureScript';
import { openSource } from '../openSource';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { defaultLiveOptions, openSsh, type LiveOptions } from './sshSource';
import type { LiveSource } from './connectedSource';

const impossible = skipping(import.meta.filename, cannotServe());
const opened: LiveSource[] = [];

function open(server: SshServer, user: string, options: Partial<LiveOptions> = {}): LiveSource {
  const path = join(server.folder, 'ssh_config-host');
  const lines = [
    'IdentityAgent none',
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${server.knownHostsFile}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  writeFileSync(path, `Host *\n${lines.join('\n')}\n`);
  const { port } = server;
  const source = openSsh(
    { kind: 'ssh', text: `${user}@127.0.0.1:${port}`, user, host: '127.0.0.1', port },
    {
      ...defaultLiveOptions(),
      identity: server.keys.ed25519,
      config: { configFile: path },
      accepted: new AcceptedKeys(join(server.folder, 'accepted.json'), () => undefined),
      ...options,
    },
  );
  opened.push(source);
  return source;
}

async function read(source: Pick<LiveSource, 'sample'>): Promise<Readings> {
  const sampled = await source.sample();
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return sampled.value;
}

/** What is known of the host, however it was read. */
function facts(readings: Readings) {
  const { transition, patches, order, host, livepatch, ghosts, log } = buildState(readings);
  // The probe sends only the lines of the log that matter, so that their numbers are others.
  const said = log?.entries.map(({ seconds, event }) => ({ seconds, event }));
  return { transition, patches, order, host, livepatch, ghosts, said };
}

describe.skipIf(impossible)('a host that is nothing but busybox, over SSH', () => {
  let root: FabricatedRoot;
  let server: SshServer;

  beforeAll(async () => {
    root = fabricateRoot(stalledCapture);
    execFileSync('chmod', ['-R', 'a+rX', root.path]);
    writeFileSync(join(root.path, 'bin/bash'), '#!/bin/sh\nexec sh "$@"\n', { mode: 0o755 });
    // sshd wants every folder above the new root to be root's alone, which /tmp isn't.
    server = await startSshd({
      config: ['ChrootDirectory /mnt'],
      prepare: [`mount --bind '${root.path}' /mnt`],
    });
  });
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
  });
  afterAll(async () => {
    await server.stop();
    root.remove();
  });

  it.each(['ssh2', 'openssh'] as const)('says with %s what its files say', async (transport) => {
    const source = open(server, 'root', { transport });
    const readings = await read(source);
    expect(readings.privileged).toBe(true);
    const files = openSource({ kind: 'directory', text: `dir:${root.path}`, path: root.path });
    if (!files.ok) throw new Error(files.problem.message);
    expect(facts(readings).transition).toEqual(facts(await read(files.value)).transition);
    expect(facts(await read(source))).toEqual(facts(readings));
  });

  it('reads what the login may where there is no sudo, and says that there is none', async () => {
    const readings = await read(open(server, 'operator', { sudo: true }));
    expect(readings.privileged).toBe(false);
    const [problem] = readings.problems;
    expect(problem?.code).toBe('sudo-refused');
    expect(problem?.message).toContain('There is no sudo on 127.0.0.1');
    expect(buildState(readings).transition?.patch).toBe('lp_busy');
  });

  it.each([
    ['gzip', []],
    ['no gzip', ['gzip']],
    ['neither gzip nor timeout', ['gzip', 'timeout']],
  ])(
    'tells a capture, with %s, what it tells over SSH, and keeps nothing else',
    async (_, tools) => {
      const there = await read(open(server, 'root'));
      const list = () => execFileSync('find', ['.', '-type', 'f'], { cwd: root.path }).toString();
      const hide = (tool: string) => `rm -f /bin/${tool}`;
      const show = (tool: string) => `ln -sf /bin/busybox /bin/${tool}`;
      writeFileSync(join(root.path, 'capture.sh'), captureScript);
      const before = list();
      const [chroot = '', ...args] = root.busyboxOnly;
      const run = (script: string) =>
        execFileSync(chroot, [...args, 'sh', '-c', script]).toString();
      const away = mkdtempSync(join(tmpdir(), 'klpscope-host-'));
      run(tools.map(hide).join('; ') || 'true');
      const archive = run('cd / && PATH=/bin sh /capture.sh').trim();
      run(tools.map(show).join('; ') || 'true');
      const after = list();
      const kept = join(away, archive);
      execFileSync('mv', [join(root.path, archive), kept]);
      expect(after.split('\n').toSorted()).toEqual(
        [...before.split('\n'), `./${archive}`].toSorted(),
      );
      const source = openSource({ kind: 'file', text: kept, path: kept });
      if (!source.ok) throw new Error(source.problem.message);
      const captured = await read(source.value);
      rmSync(away, { recursive: true });
      expect(facts(captured)).toEqual(facts(there));
    },
  );
});

describe.skipIf(impossible)('a host that floods whoever logs in', () => {
  const servers: SshServer[] = [];
  const mark = '00000000-0000-0000-0000-000000000000';

  afterEach(async () => {
    for (const source of opened.splice(0)) source.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  it.each(['ssh2', 'openssh'] as const)(
    'is let go by %s in the middle of an answer',
    async (transport) => {
      const folder = mkdtempSync(join(tmpdir(), 'klpscope-flood-'));
      const script = join(folder, 'flood');
      // It knows what it was asked to repeat, since that is in the command.
      const nonce = `$(printf %s "$SSH_ORIGINAL_COMMAND" | tr -d "' " | sed -n 's/.*serve\\([0-9a-f]\\{16\\}\\).*/\\1/p')`;
      const said = `printf '\\nklpscope-probe 1 %s ${mark} 0\\n' "${nonce}"`;
      writeFileSync(script, `#!/bin/sh\n${said}\nexec yes flood\n`, { mode: 0o755 });
      execFileSync('chmod', ['755', folder]);
      const server = await startSshd({ config: [`ForceCommand ${script}`] });
      servers.push(server);
      const sampled = await open(server, 'root', { transport }).sample();
      rmSync(folder, { recursive: true });
      expect(sampled).toMatchObject({ ok: false, problem: { code: 'too-large' } });
    },
  );

  it('is read without root where it is sudo that floods', async () => {
    const server = await startSshd({
      prepare: [
        `printf '#!/bin/sh\\nexec yes flood\\n' >/run/flood`,
        'chmod 755 /run/flood',
        'mount --bind /run/flood /usr/bin/sudo',
      ],
    });
    servers.push(server);
    const readings = await read(open(server, 'admin', { sudo: true }));
    expect(readings.privileged).toBe(false);
    expect(readings.problems[0]).toMatchObject({ code: 'sudo-refused' });
    expect(readings.problems[0]?.message).toContain('more than 256 KiB');
  });
});
