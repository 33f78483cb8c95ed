/** How sudo and pkexec are entered and answered, with a stand-in for them that the test plays. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import { answering } from '../../../testing/main/answering';
import { elevate, type Elevation, type ElevationOptions } from './elevation';
import type { ChannelEnd, Command, Transport } from '../transport';

const soon = () => new Promise((resolve) => setImmediate(resolve));

class Door {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  isClosed = false;
  end: (how: Partial<ChannelEnd>) => void = () => undefined;
  readonly ended = new Promise<ChannelEnd>((resolve) => {
    this.end = (how) => resolve({ status: 1, problem: null, ...how });
  });

  constructor(readonly command: Command) {}

  close(): void {
    this.isClosed = true;
    this.end({ status: null });
  }

  /** What was written to its input so far. */
  heard(): string {
    return String(this.stdin.read() ?? '');
  }

  /** The word that the root shell says, as the command has it. */
  get ready(): string {
    return /klpscope-ready-[0-9a-f]{16}/.exec(this.command.line)?.[0] ?? '';
  }

  get prompt(): string {
    return /klpscope-password-[0-9a-f]{16}:/.exec(this.command.line)?.[0] ?? '';
  }
}

function start(elevation: Elevation, more: Partial<ElevationOptions> = {}) {
  const doors: Door[] = [];
  const transport: Transport = {
    exec(command) {
      const door = new Door(command);
      doors.push(door);
      return Promise.resolve({ ok: true, value: door });
    },
    closed: new Promise(() => undefined),
    neededHuman: false,
    close: () => undefined,
  };
  const onHuman = vi.fn<() => void>();
  const entered = elevate(transport, elevation, {
    user: 'admin',
    host: 'db1',
    ask: answering(),
    startMs: 20_000,
    onHuman,
    ...more,
  });
  const nextDoor = async (index: number) => {
    await expect.poll(() => doors.length, { interval: 1 }).toBeGreaterThan(index);
    const door = doors[index];
    if (!door) throw new Error('no door');
    await soon();
    return door;
  };
  return { entered, onHuman, nextDoor, doors };
}

const wantsPassword = 'sudo: a password is required\n';

describe('sudo', () => {
  it('is first told to ask for nothing', async () => {
    const { entered, nextDoor, onHuman, doors } = start('sudo');
    const door = await nextDoor(0);
    expect(door.command.argv.slice(0, 6)).toEqual(['env', 'LC_ALL=C', 'sudo', '-n', '--', 'sh']);
    expect(door.command.line).toBe(
      `env LC_ALL=C sudo -n -- sh -c 'echo ${door.ready}; exec sh -s'`,
    );
    door.stdout.write(`Welcome\n${door.ready}\nthe rest`);
    const result = await entered;
    expect(result).toMatchObject({ ok: true });
    expect(String(door.stdout.read())).toBe('the rest');
    expect(door.stdout.isPaused() && door.stderr.isPaused()).toBe(true);
    expect(onHuman).not.toHaveBeenCalled();
    expect(doors).toHaveLength(1);
    expect(door.isClosed).toBe(false);
  });

  it('gets a password only at a prompt of our own, on its input, and again when it was wrong', async () => {
    const [wrong, right] = [newSecret('password'), newSecret('password')];
    const ask = answering([wrong], [right]);
    const { entered, nextDoor, onHuman, doors } = start('sudo', { ask });
    (await nextDoor(0)).stderr.write(wantsPassword);
    (await nextDoor(0)).end({ status: 1 });
    const door = await nextDoor(1);
    expect(door.command.argv.slice(2, 6)).toEqual(['sudo', '-S', '-p', door.prompt]);
    door.stderr.write('[sudo] password for admin: ');
    await soon();
    expect(door.heard()).toBe('');
    door.stderr.write(door.prompt.slice(0, 10));
    await soon();
    expect(door.heard()).toBe('');
    door.stderr.write(door.prompt.slice(10));
    await soon();
    expect(door.heard()).toBe(`${wrong}\n`);
    door.stderr.write('\nSorry, try again.\n');
    await soon();
    await soon();
    expect(door.heard()).toBe('');
    door.stderr.write(door.prompt);
    await soon();
    expect(door.heard()).toBe(`${right}\n`);
    door.stdout.write(`${door.ready}\n`);
    expect(await entered).toMatchObject({ ok: true });
    expect(ask.asked).toEqual(
      [false, true].map((again) => ({
        kind: 'sudo-password',
        user: 'admin',
        host: 'db1',
        again,
      })),
    );
    expect(onHuman).toHaveBeenCalledTimes(2);
    for (const { command } of doors) {
      expect(JSON.stringify(command)).not.toContain(wrong);
      expect(JSON.stringify(command)).not.toContain(right);
    }
  });

  it('is given three passwords, and left when it wants a fourth', async () => {
    const ask = answering(['a'], ['b'], ['c'], ['d'], ['e']);
    const { entered, nextDoor } = start('sudo', { ask });
    (await nextDoor(0)).stderr.write(wantsPassword);
    (await nextDoor(0)).end({ status: 1 });
    const door = await nextDoor(1);
    let heard = '';
    for (let times = 0; times < 4; times += 1) {
      door.stderr.write(door.prompt);
      await soon();
      await soon();
      heard += door.heard();
    }
    expect(heard).toBe('a\nb\nc\n');
    expect(await entered).toMatchObject({
      ok: false,
      problem: { code: 'sudo-refused', path: 'db1' },
    });
    expect(ask.asked).toHaveLength(3);
    expect(door.isClosed).toBe(true);
  });

  it('is not asked for again where nobody gives a password', async () => {
    const { entered, nextDoor, onHuman, doors } = start('sudo', { ask: answering(null) });
    (await nextDoor(0)).stderr.write(wantsPassword);
    (await nextDoor(0)).end({ status: 1 });
    expect(await entered).toMatchObject({
      problem: {
        code: 'sudo-password-needed',
        message: 'sudo on db1 wants a password of admin.',
      },
    });
    expect(doors).toHaveLength(1);
    expect(onHuman).not.toHaveBeenCalled();
  });

  it('that refuses for another reason is not asked with a password', async () => {
    const ask = answering(['a']);
    const { entered, nextDoor, doors } = start('sudo', { ask });
    const door = await nextDoor(0);
    door.stderr.write('admin is not in the sudoers file.\n');
    await soon();
    door.end({ status: 1 });
    expect(await entered).toMatchObject({ problem: { code: 'sudo-refused' } });
    expect({ asked: ask.asked, doors: doors.length }).toEqual({ asked: [], doors: 1 });
  });

  it('that floods is left', async () => {
    const { entered, nextDoor } = start('sudo');
    const door = await nextDoor(0);
    door.stdout.write('x'.repeat(140_000));
    door.stderr.write('x'.repeat(140_000));
    await soon();
    door.stderr.write('x');
    expect(await entered).toMatchObject({
      problem: { code: 'sudo-refused', message: expect.stringContaining('more than 256 KiB') },
    });
    expect(door.isClosed).toBe(true);
  });

  it('that is lost with the connection says why that was', async () => {
    const { entered, nextDoor } = start('sudo');
    const problem = { code: 'connection-lost', path: 'db1', message: 'Gone.' } as const;
    (await nextDoor(0)).end({ status: null, problem });
    expect(await entered).toEqual({ ok: false, problem });
  });
});

describe('a sudo that is silent', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is given up when its time has passed', async () => {
    const { entered, doors } = start('sudo');
    await vi.advanceTimersByTimeAsync(19_999);
    expect(doors[0]?.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await entered).toMatchObject({
      problem: { code: 'timeout', message: 'sudo on db1 did not answer within 20 s.' },
    });
    expect(doors[0]?.isClosed).toBe(true);
  });

  it('gets more time while a human is asked', async () => {
    const left = [5000, 0];
    const { entered, doors } = start('sudo', { extend: () => left.shift() ?? 0 });
    await vi.advanceTimersByTimeAsync(24_999);
    expect(doors[0]?.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await entered).toMatchObject({ problem: { code: 'timeout' } });
  });

  it('is waited for as long as the desktop’s dialog stays open', async () => {
    const { entered, doors, onHuman } = start('pkexec');
    await vi.advanceTimersByTimeAsync(3_600_000);
    const door = doors[0];
    expect(door?.isClosed).toBe(false);
    expect(onHuman).toHaveBeenCalledTimes(1);
    expect(door?.command.argv.slice(0, 4)).toEqual([
      'pkexec',
      '--disable-internal-agent',
      '/bin/sh',
      '-c',
    ]);
    door?.stdout.write(`${door.ready}\n`);
    expect(await entered).toMatchObject({ ok: true });
  });
});

describe('a doorkeeper that has asked', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is not given up while a password is thought about, nor once it lets in', async () => {
    const ask = answering(['right']);
    const { entered, doors } = start('sudo', { ask });
    await vi.advanceTimersByTimeAsync(0);
    doors[0]?.stderr.write(wantsPassword);
    await vi.advanceTimersByTimeAsync(0);
    doors[0]?.end({ status: 1 });
    await vi.advanceTimersByTimeAsync(0);
    const door = doors[1];
    door?.stderr.write(door.prompt);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(door?.isClosed).toBe(false);
    door?.stdout.write(`${door.ready}\n`);
    expect(await entered).toMatchObject({ ok: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(door?.isClosed).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and does not go when it is left is waited for no longer than two seconds', async () => {
    const { entered, doors } = start('sudo');
    await vi.advanceTimersByTimeAsync(0);
    const door = doors[0];
    if (door) door.close = () => undefined;
    const settled = vi.fn<() => void>();
    void entered.then(settled);
    await vi.advanceTimersByTimeAsync(21_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await entered).toMatchObject({ problem: { code: 'timeout' } });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('sudo, further', () => {
  it('is left where a wrong password is not followed by another', async () => {
    const ask = answering(['wrong'], null);
    const { entered, nextDoor, onHuman } = start('sudo', { ask });
    (await nextDoor(0)).stderr.write(wantsPassword);
    (await nextDoor(0)).end({ status: 1 });
    const door = await nextDoor(1);
    for (let times = 0; times < 2; times += 1) {
      door.stderr.write(door.prompt);
      await soon();
      await soon();
    }
    expect(door.heard()).toBe('wrong\n');
    expect(await entered).toMatchObject({
      problem: {
        code: 'sudo-password-needed',
        path: 'db1',
        message: 'sudo on db1 wants a password, and none was given.',
      },
    });
    expect(door.isClosed).toBe(true);
    expect(onHuman).toHaveBeenCalledTimes(1);
  });

  it('that asks twice in one breath is answered twice', async () => {
    const ask = answering(['a'], ['b']);
    const { nextDoor } = start('sudo', { ask });
    (await nextDoor(0)).stderr.write(wantsPassword);
    (await nextDoor(0)).end({ status: 1 });
    const door = await nextDoor(1);
    door.stderr.write(door.prompt);
    await soon();
    // Nothing new: the prompt that was answered is still among what was said.
    door.stderr.write('lecture');
    await soon();
    await soon();
    expect(door.heard()).toBe('a\n');
  });

  it('gets as much heard as is allowed, and no more', async () => {
    const { entered, nextDoor } = start('sudo');
    const door = await nextDoor(0);
    door.stdout.write('x'.repeat(262_144));
    await soon();
    door.stdout.write(`${door.ready}\n`);
    expect(await entered).toMatchObject({ ok: true });
  });

  it('is not started where no session is to be had', async () => {
    const problem = { code: 'no-shell', path: 'db1', message: 'No place.' } as const;
    const transport: Transport = {
      exec: () => Promise.resolve({ ok: false, problem }),
      closed: new Promise(() => undefined),
      neededHuman: false,
      close: () => undefined,
    };
    const onHuman = vi.fn<() => void>();
    const options = { user: 'admin', host: 'db1', ask: answering(), startMs: 1000, onHuman };
    for (const elevation of ['sudo', 'pkexec'] as const) {
      expect(await elevate(transport, elevation, options)).toEqual({ ok: false, problem });
    }
    expect(onHuman).not.toHaveBeenCalled();
  });

  it('says what it has printed on either output, complaints first', async () => {
    const { entered, nextDoor } = start('sudo');
    const door = await nextDoor(0);
    door.stdout.write('Hello\n');
    door.stderr.write('unknown trouble.\n');
    await soon();
    door.end({ status: 1 });
    expect(await entered).toMatchObject({
      problem: { message: 'sudo on db1 refused: unknown trouble.' },
    });
    const other = start('sudo');
    (await other.nextDoor(0)).stdout.write('This account is closed.\n');
    await soon();
    (await other.nextDoor(0)).end({ status: 1 });
    expect(await other.entered).toMatchObject({
      problem: { message: 'sudo on db1 refused: This account is closed.' },
    });
  });
});

describe('pkexec', () => {
  it('tells a dialog that was dismissed from a refusal', async () => {
    for (const [status, code] of [
      [126, 'sudo-password-needed'],
      [127, 'sudo-refused'],
    ] as const) {
      const { entered, nextDoor } = start('pkexec');
      (await nextDoor(0)).end({ status });
      expect(await entered).toMatchObject({ ok: false, problem: { code, path: 'db1' } });
    }
  });
});
