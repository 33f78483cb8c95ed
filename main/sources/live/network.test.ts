/** What networks do to a connection, against Debian's own sshd behind a relay, over both transports. */
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hostOf, type HostOptions } from '../../../testing/sshd/client';
import { startRelay, type Relay } from '../../../testing/sshd/relay';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import type { Readings } from '../../../shared/readings/readings';
import type { Result } from '../../../shared/base/problem';
import { statusDocumentSchema } from '../../../shared/report/statusDocument';
import { klpscope } from '../../../testing/main/cli';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { skipping } from '../../../testing/main/skipping';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import type { LiveSource } from './connectedSource';
import type { Question } from '../../ssh/questions';
import { defaultLiveOptions, openSsh, type LiveOptions } from './sshSource';

const impossible = skipping(import.meta.filename, cannotServe());

let server: SshServer;
const others: SshServer[] = [];
const opened: LiveSource[] = [];
const relays: Relay[] = [];

async function relayed(): Promise<Relay> {
  const relay = await startRelay(server.port);
  relays.push(relay);
  return relay;
}

function open(more: HostOptions & Partial<LiveOptions> & { server?: SshServer }): LiveSource {
  const { server: to = server, address, port, user, lines, ...options } = more;
  const place = {
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(lines === undefined ? {} : { lines }),
  };
  const env = hostOf(to, place);
  const source = openSsh(
    { kind: 'ssh', text: 'db1', user: null, host: 'db1', port: null },
    {
      ...defaultLiveOptions(),
      config: { configFile: env.KLPSCOPE_SSH_CONFIG },
      accepted: new AcceptedKeys(`${env.XDG_CONFIG_HOME}/accepted.json`),
      ...options,
    },
  );
  opened.push(source);
  return source;
}

function codeOf(result: Result<Readings>): string {
  return result.ok ? 'read' : result.problem.code;
}

const next = (source: LiveSource) => async () => codeOf(await source.sample());

describe.skipIf(impossible)('a network', () => {
  beforeAll(async () => {
    server = await startSshd({ addresses: ['127.0.0.1', '::1'] });
  });
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
    for (const relay of relays.splice(0)) relay.stop();
    vi.unstubAllEnvs();
    releaseTime();
  });
  afterAll(async () => {
    await Promise.all([server, ...others].map((each) => each.stop()));
  });

  describe.each(['ssh2', 'openssh'] as const)('with %s', (transport) => {
    it('that is late by 300 ms a round trip answers, and tells how long a round takes', async () => {
      const relay = await relayed();
      relay.delay(150);
      const source = open({ transport, port: relay.port });
      expect(codeOf(await source.sample())).toBe('read');
      expect(codeOf(await source.sample())).toBe('read');
      expect(source.roundMs).toBeGreaterThanOrEqual(300);
    });

    it('that stalls for less than keepalive bears goes on', async () => {
      const relay = await relayed();
      const lines = ['ServerAliveInterval 1', 'ServerAliveCountMax 60'];
      const source = open({ transport, port: relay.port, lines });
      expect(codeOf(await source.sample())).toBe('read');
      relay.halt();
      const sampled = source.sample();
      // The request, and then asking after the server, more than once.
      await expect.poll(() => relay.heldUp).toBeGreaterThan(3);
      relay.goOn();
      expect(codeOf(await sampled)).toBe('read');
      expect(relay.connections).toBe(1);
    });

    it('that stalls for longer is lost by keepalive', async () => {
      const relay = await relayed();
      const lines = ['ServerAliveInterval 1', 'ServerAliveCountMax 3', 'ConnectTimeout 4'];
      const source = open({ transport, port: relay.port, lines });
      expect(codeOf(await source.sample())).toBe('read');
      relay.halt();
      expect(codeOf(await source.sample())).toBe('connection-lost');
      await expect.poll(next(source)).toBe('timeout');
      relay.goOn();
      await expect.poll(next(source)).toBe('read');
    });

    it('that stalls in the middle of connecting, wherever, is a timeout', async () => {
      // From the greeting of the server to the opening of the session.
      const bytes = [10, 200, 1200, 1500, 1800, 2100, 2500];
      const codes = bytes.map(async (limit) => {
        const relay = await relayed();
        relay.haltAfter(limit);
        return codeOf(await open({ transport, port: relay.port, timeoutMs: 1500 }).sample());
      });
      expect(new Set(await Promise.all(codes))).toEqual(new Set(['timeout']));
    });

    it('in which a human takes time to answer waits for nothing else', async () => {
      const strict = await startSshd({
        config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
      });
      others.push(strict);
      const passTime = controlTime();
      // Shorter than keepalive takes to lose what answers nothing meanwhile.
      const ask = () => passTime(25_000).then(() => [strict.password]);
      const source = open({ transport, server: strict, timeoutMs: 20_000, ask });
      expect(codeOf(await source.sample())).toBe('read');
      const rights = { user: 'operator', sudo: true };
      const asRoot = open({ transport, server: strict, timeoutMs: 20_000, ask, ...rights });
      expect(await asRoot.sample()).toMatchObject({ ok: true, value: { privileged: true } });
    });

    it('whose server stands still is lost by keepalive', async () => {
      const lines = ['ServerAliveInterval 1', 'ServerAliveCountMax 2'];
      const stopped = await startSshd();
      others.push(stopped);
      const source = open({ transport, server: stopped, lines });
      expect(codeOf(await source.sample())).toBe('read');
      stopped.signal('SIGSTOP');
      expect(codeOf(await source.sample())).toBe('connection-lost');
    });

    it('in which a connection is given up while it is made lets go of it', async () => {
      const relay = await relayed();
      relay.halt();
      const source = open({ transport, port: relay.port });
      const first = source.sample();
      await expect.poll(() => relay.connections).toBe(1);
      source.cancel();
      expect(await first).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
      source.retry();
      const second = source.sample();
      await expect.poll(() => relay.connections).toBe(2);
      // Somebody who tries again does not wait for the try before.
      relay.goOn();
      source.retry();
      await second;
      expect(codeOf(await source.sample())).toBe('read');
    });

    it('in which a connection is closed while it is made leaves no process behind', async () => {
      const relay = await relayed();
      relay.halt();
      const source = open({ transport, port: relay.port });
      const sampled = source.sample();
      await expect.poll(() => relay.connections).toBe(1);
      source.close();
      await sampled;
      await expect.poll(() => connectionsTo(relay.port)).toBe(0);
    });

    it('that leads to another server now is refused once and for all, with no secret sent', async () => {
      const host = await startSshd();
      others.push(host);
      const asked: Question[] = [];
      const ask = (question: Question) => {
        asked.push(question);
        return Promise.resolve(['accept']);
      };
      const source = open({ transport, server: host, ask, acceptNew: true });
      expect(codeOf(await source.sample())).toBe('read');
      host.signal('SIGKILL');
      const impostor = await startSshd({
        port: host.port,
        config: ['LogLevel DEBUG1', 'PasswordAuthentication yes'],
      });
      others.push(impostor);
      await expect.poll(next(source)).toBe('host-key-changed');
      const before = connectionsIn(impostor.log());
      const passTime = controlTime();
      for (let more = 0; more < 8; more += 1) {
        // Longer than any wait before another try.
        await passTime(60_000);
        expect(codeOf(await source.sample())).toBe('host-key-changed');
      }
      expect(connectionsIn(impostor.log())).toBe(before);
      source.retry();
      expect(codeOf(await source.sample())).toBe('host-key-changed');
      expect(connectionsIn(impostor.log())).toBe(before + 1);
      expect(impostor.log()).not.toContain('userauth-request');
      expect(asked).toEqual([]);
    });

    it('whose server gives one session only is enough, through sudo with a password too', async () => {
      const narrow = await startSshd({ config: ['MaxSessions 1'] });
      others.push(narrow);
      const plain = open({ transport, server: narrow });
      expect(codeOf(await plain.sample())).toBe('read');
      expect(codeOf(await plain.sample())).toBe('read');
      const ask = () => Promise.resolve([narrow.password]);
      const through = open({ transport, server: narrow, user: 'operator', sudo: true, ask });
      expect(await through.sample()).toMatchObject({ ok: true, value: { privileged: true } });
    });

    it('of IPv6 is one like any other', async () => {
      const env = hostOf(server, { address: '::1' });
      vi.stubEnv('KLPSCOPE_SSH_CONFIG', env.KLPSCOPE_SSH_CONFIG);
      vi.stubEnv('XDG_CONFIG_HOME', env.XDG_CONFIG_HOME);
      const options = ['--json', '--transport', transport, '--identity', server.keys.ed25519];
      const byAlias = await klpscope(['status', ...options, 'db1']);
      expect(byAlias).toMatchObject({ status: 0, stderr: [] });
      expect(statusDocumentSchema.parse(JSON.parse(byAlias.stdout)).source).toBe('ssh');
      // An address is a host of its own, of which the configuration knows nothing.
      const address = `root@[::1]:${server.port}`;
      const unknown = await klpscope(['status', ...options, address]);
      expect(unknown).toMatchObject({ status: 3, stdout: '' });
      expect(unknown.stderr).toEqual([expect.stringMatching(/^host-key-unknown: /)]);
      for (const target of [address, `ssh://${address}`]) {
        const accepted = await klpscope(['status', ...options, '--accept-new', target]);
        expect(accepted).toMatchObject({ status: 0, stderr: [] });
      }
    });
  });
});

/** Processes and sockets of this machine that are connected to a port, or about to be. */
function connectionsTo(port: number): number {
  const sockets = execFileSync('ss', ['-Htn', `dport = :${port}`]).toString();
  return sockets.split('\n').filter((line) => /^(?:ESTAB|SYN-SENT)/.test(line)).length;
}

/** sshd says so of each, after its own part of the greeting. */
function connectionsIn(log: string): number {
  return log.match(/^Connection from /gm)?.length ?? 0;
}
