/**
 * The command line, as it is built, on a host behind a real cable: one that is pulled, leads into the
 * void, or is thin.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostOf } from '../../../testing/sshd/client';
import { cannotSeparate, makeNet, type Net } from '../../../testing/sshd/netns';
import {
  cannotServe,
  unclaimedPort,
  startSshd,
  type SshServer,
} from '../../../testing/sshd/server';
import { statusDocumentSchema } from '../../../shared/report/statusDocument';
import { keepOrRemove } from '../../../testing/main/kept';
import { buildProgram, startProgram, type Running } from '../../../testing/main/program';
import { skipping } from '../../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotServe() ?? cannotSeparate());

const quick = [
  'ConnectTimeout 5',
  'ServerAliveInterval 1',
  'ServerAliveCountMax 5',
] as const satisfies readonly string[];

let folder = '';
let program = '';
let net: Net;
let server: SshServer;
const running: Running[] = [];

function klpscope(args: readonly string[], lines: readonly string[] = quick): Running {
  const env = hostOf(server, { address: net.address, lines });
  const started = startProgram([process.execPath, program, ...args], {
    ...env,
    TMPDIR: join(folder, 'tmp'),
  });
  running.push(started);
  return started;
}

function kindsOf(watching: Running): string[] {
  return watching.events().map(({ event }) => event);
}

describe.skipIf(impossible)('a host behind a network of its own', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'klpscope-cut-'));
    chmodSync(folder, 0o755);
    net = makeNet();
    program = await buildProgram(folder);
    mkdirSync(join(folder, 'tmp'));
    server = await startSshd({ addresses: [net.address], inside: net.inside });
  });
  afterEach(async () => {
    for (const started of running.splice(0)) {
      started.interrupt();
      await started.ended;
    }
  });
  afterAll(async () => {
    await server.stop();
    net.remove();
    keepOrRemove(folder);
  });

  describe.each(['ssh2', 'openssh'] as const)('over %s', (transport) => {
    const watch = ['watch', '--json', '--interval', '0.2', '--transport', transport, 'db1'];

    it.each([
      ['whose cable is pulled', () => net.unplug(), () => net.plug()],
      ['whose way back leads nowhere', () => net.swallow(), () => net.release()],
    ] as const)('%s is lost, and back by itself', async (_what, cut, mend) => {
      const watching = klpscope(watch);
      await expect.poll(() => kindsOf(watching)).toEqual(['state']);
      cut();
      try {
        await expect.poll(() => kindsOf(watching)).toEqual(['state', 'lost']);
        expect(watching.events()[1]?.problem?.code).toBe('connection-lost');
      } finally {
        mend();
      }
      await expect.poll(() => kindsOf(watching)).toEqual(['state', 'lost', 'back']);
      watching.interrupt();
      expect({ status: await watching.ended, stderr: watching.stderr() }).toEqual({
        status: 0,
        stderr: '',
      });
    });

    it('that stays lost ends with status 3 and one line that says why', async () => {
      const watching = klpscope(watch);
      await expect.poll(() => kindsOf(watching)).toEqual(['state']);
      net.unplug();
      try {
        await expect.poll(() => kindsOf(watching)).toEqual(['state', 'lost']);
        watching.interrupt();
        expect(await watching.ended).toBe(3);
        expect(watching.stderr()).toMatch(
          /^klpscope: (?:connection-lost|timeout|unreachable): [^\n]+\n$/,
        );
        await expect.poll(leftBehind).toEqual([]);
      } finally {
        net.plug();
      }
    });

    it.each([
      ['ConnectTimeout', [], ['ConnectTimeout 1']],
      ['--timeout', ['--timeout', '1'], []],
    ] as const)('that does not answer at all is given up after %s', async (_limit, args, lines) => {
      net.swallow();
      try {
        const reading = klpscope(['status', ...args, '--transport', transport, 'db1'], lines);
        expect(await reading.ended).toBe(3);
        expect(reading.stdout()).toBe('');
        expect(reading.stderr()).toMatch(/^klpscope: timeout: [^\n]+\n$/);
        await expect.poll(leftBehind).toEqual([]);
      } finally {
        net.release();
      }
    });

    it('behind a wire that gets thin is read more rarely, which is said once', async () => {
      const text = ['watch', '--interval', '0.05', '--transport', transport, 'db1'];
      const watching = klpscope(text, ['ServerAliveInterval 5']);
      await expect.poll(() => watching.stdout()).toMatch(/^[\d:]+Z {2}.+\n/);
      net.throttle(32);
      try {
        const slow = /\n[\d:]+Z {2}read every [\d.]+ s: a round takes [\d.]+ s\n/;
        await expect.poll(() => watching.stdout()).toMatch(slow);
        watching.interrupt();
        expect({ status: await watching.ended, stderr: watching.stderr() }).toEqual({
          status: 0,
          stderr: '',
        });
        expect(watching.stdout().match(/read every/g)).toHaveLength(1);
      } finally {
        net.throttle(null);
      }
    });

    it('behind a thin wire is read', async () => {
      net.throttle(128);
      try {
        const reading = klpscope(['status', '--json', '--transport', transport, 'db1']);
        expect({ status: await reading.ended, stderr: reading.stderr() }).toEqual({
          status: 0,
          stderr: '',
        });
        expect(statusDocumentSchema.parse(JSON.parse(reading.stdout())).source).toBe('ssh');
        expect(leftBehind()).toEqual([]);
      } finally {
        net.throttle(null);
      }
    });

    it('whose name nobody resolves is given up in time', async () => {
      const nowhere = join(folder, 'resolv.conf');
      // Nothing but SSH listens there, and nothing comes back.
      writeFileSync(nowhere, `nameserver ${net.address}\noptions timeout:30 attempts:3\n`);
      net.swallow();
      try {
        const inside = `mount --bind '${nowhere}' "$(readlink -f /etc/resolv.conf)" && exec "$@"`;
        const target = `root@slow.klpscope.example:${await unclaimedPort()}`;
        const elsewhere = ['unshare', '-m', 'sh', '-c', inside, 'sh', process.execPath, program];
        const status = ['status', '--timeout', '2', '--transport', transport, target];
        const env = hostOf(server, { address: net.address });
        const reading = startProgram([...elsewhere, ...status], env);
        running.push(reading);
        expect(await reading.ended).toBe(3);
        expect(reading.stderr()).toMatch(/^klpscope: timeout: [^\n]+\n$/);
        // By itself it would go on asking for a minute and a half.
        await expect.poll(() => asking('slow.klpscope.example'), { timeout: 20_000 }).toEqual([]);
      } finally {
        net.release();
      }
    });
  });

  it('that is interrupted before its first answer does not keep anybody waiting', async () => {
    net.swallow();
    try {
      const watching = klpscope(['watch', 'db1'], ['ConnectTimeout 60']);
      await expect.poll(() => connecting(net.address)).toBe(true);
      watching.interrupt();
      expect(await watching.ended).toBe(3);
      expect(watching.stderr()).toBe('klpscope: db1: interrupted before the first answer.\n');
    } finally {
      net.release();
    }
  });
});

/** Commands of programs that still ask for the address of a name. */
function asking(name: string): readonly string[] {
  const commands = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return commands.filter((command) => command.startsWith('getent ') && command.endsWith(name));
}

/** Files of programs that have ended, and an `ssh` that goes on by itself. */
function leftBehind(): string[] {
  const files = readdirSync(join(folder, 'tmp'));
  return connecting(net.address) ? [...files, 'a connection'] : files;
}

function connecting(address: string): boolean {
  return execFileSync('ss', ['-Htn', 'state', 'syn-sent', `dst ${address}`]).toString() !== '';
}
