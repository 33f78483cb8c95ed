/** The probe itself, on this machine, with ways to root's rights that a test plays. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { opensAtOnce, playTransport, type PlayedHost } from '../../../testing/main/playedTransport';
import { newSecret } from '../../../testing/sshd/secrets';
import { defaultLimits } from '../../probe/wire/limits';
import { nobody } from '../../ssh/questions';
import { startProbe, type ProbeOptions } from './startProbe';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const refusing = 'echo "ada is not in the sudoers file." >&2; exit 1';
const wanting = 'echo "sudo: a password is required" >&2; exit 1';
const dismissing = 'exit 126';
const lacking = 'echo "No authentication agent found." >&2; exit 127';

async function start(host: PlayedHost, more: Partial<ProbeOptions> = {}) {
  const transport = playTransport(host);
  ends.push(() => transport.close());
  const onHuman = vi.fn<() => void>();
  const steps: string[] = [];
  const options = {
    through: ['sudo', 'pkexec'] as const,
    user: 'ada',
    host: 'db1',
    ask: answering(),
    onHuman,
    trace: (step: string) => steps.push(step),
    ...more,
  };
  const started = await startProbe(transport, options);
  /** Which way each program was started. */
  const ways = transport.commands.map(({ argv }) =>
    argv.includes('sudo') ? `sudo ${argv[argv.indexOf('sudo') + 1]}` : (argv[0] ?? ''),
  );
  return { transport, onHuman, steps, started, ways };
}

function valueOf({ started }: Awaited<ReturnType<typeof start>>) {
  if (!started.ok) throw new Error(started.problem.message);
  return started.value;
}

describe('the probe', () => {
  it('has root’s rights where sudo opens at once, and no other way is tried', async () => {
    const run = await start({ sudo: opensAtOnce, pkexec: opensAtOnce });
    const { session, first, problem } = valueOf(run);
    expect(run.ways).toEqual(['sudo -n']);
    expect({ problem, uid: session.uid }).toEqual({ problem: null, uid: process.geteuid?.() });
    expect((await first).ok).toBe(true);
    expect(run.onHuman).not.toHaveBeenCalled();
    expect(run.steps).toEqual([
      'sudo: a root shell',
      `the probe answers, as uid ${process.geteuid?.()}`,
    ]);
    // sudo's own log shows a short command, and not the program.
    expect(JSON.stringify(run.transport.commands).length).toBeLessThan(1000);
  });

  it('starts without them where none are asked for, or the login is root', async () => {
    for (const more of [{ through: [] }, { user: 'root' }]) {
      const run = await start({ sudo: opensAtOnce, pkexec: opensAtOnce }, more);
      const { first, problem } = valueOf(run);
      expect(run.ways).toEqual(['sh']);
      expect(problem).toBeNull();
      expect((await first).ok).toBe(true);
    }
  });

  it('is given a password where sudo wants one, which a human has answered', async () => {
    const password = newSecret('password');
    const sudo = `case "$*" in *" -n "*) ${wanting} ;; esac
      for last; do :; done
      prompt=$(printf %s "$*" | sed 's/.*-p \\(klpscope-password-[0-9a-f]*:\\).*/\\1/')
      printf %s "$prompt" >&2; IFS= read -r given
      [ "$given" = "${password}" ] && exec sh -c "$last"; exit 1`;
    const ask = answering([password]);
    const run = await start({ sudo }, { ask });
    expect(valueOf(run).problem).toBeNull();
    expect(run.ways).toEqual(['sudo -n', 'sudo -S']);
    expect(ask.asked).toMatchObject([{ kind: 'sudo-password', user: 'ada', host: 'db1' }]);
    expect(run.onHuman).toHaveBeenCalledTimes(1);
    expect(run.steps.join()).not.toContain(password);
  });

  it('gets them by the next way where one refuses, and then nothing is missing', async () => {
    const run = await start({ sudo: refusing, pkexec: opensAtOnce });
    expect(valueOf(run).problem).toBeNull();
    expect(run.ways).toEqual(['sudo -n', 'pkexec']);
    expect(run.onHuman).toHaveBeenCalledTimes(1);
    expect(run.steps[0]).toBe('sudo: sudo-refused: ada may not use sudo on db1.');
  });

  it('starts with the login’s own where every way refuses, and says all that was said', async () => {
    const run = await start({ sudo: refusing, pkexec: lacking });
    const { problem, first } = valueOf(run);
    expect(run.ways).toEqual(['sudo -n', 'pkexec', 'sh']);
    expect(problem).toEqual({
      code: 'sudo-refused',
      path: 'db1',
      message:
        'ada may not use sudo on db1. pkexec on db1 found nobody to ask: this session has no ' +
        'authentication agent of polkit’s. Use sudo, or start one. What the login may read is shown.',
    });
    expect((await first).ok).toBe(true);
    expect(run.steps.slice(-2)).toEqual([
      'the probe starts with the rights of ada',
      `the probe answers, as uid ${process.geteuid?.()}`,
    ]);
  });

  it('asks in no other way whoever did not want to give a password', async () => {
    const run = await start({ sudo: wanting, pkexec: opensAtOnce }, { ask: answering(null) });
    expect(run.ways).toEqual(['sudo -n', 'sh']);
    expect(valueOf(run).problem).toMatchObject({ code: 'sudo-password-needed' });
    const dismissed = await start(
      { pkexec: dismissing, sudo: opensAtOnce },
      {
        through: ['pkexec', 'sudo'],
      },
    );
    expect(dismissed.ways).toEqual(['pkexec', 'sh']);
    expect(valueOf(dismissed).problem).toMatchObject({ code: 'sudo-password-needed' });
  });

  it('does not start where sudo wants a password and there is nobody to ask', async () => {
    const run = await start({ sudo: wanting, pkexec: opensAtOnce }, { ask: nobody });
    expect(run.started).toMatchObject({ ok: false, problem: { code: 'sudo-password-needed' } });
    expect(run.ways).toEqual(['sudo -n']);
    // Where it is refused for another reason the rest is read, whoever is there.
    const refused = await start({ sudo: refusing, pkexec: lacking }, { ask: nobody });
    expect(valueOf(refused).problem).toMatchObject({ code: 'sudo-refused' });
  });

  it('does not start where the way to sudo itself is gone', async () => {
    const problem = { code: 'connection-lost', path: 'db1', message: 'Gone.' } as const;
    const run = await start({ refuses: problem });
    expect(run.started).toEqual({ ok: false, problem });
    expect(run.ways).toEqual(['sudo -n']);
    const plain = await start({ refuses: problem }, { through: [] });
    expect(plain.started).toEqual({ ok: false, problem });
  });

  it('waits for sudo, and for its own first word, as long as it is told to', async () => {
    const limits = { ...defaultLimits, startMs: 50 };
    const silent = await start({ sudo: 'exec sleep 600' }, { limits });
    expect(silent.started).toMatchObject({
      problem: { code: 'timeout', message: 'sudo on db1 did not answer within 0.05 s.' },
    });
    const shell = 'exec sleep 600';
    const probe = await start({ shell }, { through: [], limits });
    expect(probe.started).toMatchObject({ ok: false, problem: { code: 'timeout' } });
    expect(probe.steps.at(-1)).toMatch(/^the probe does not start: timeout: /);
    await expect.poll(() => probe.transport.running()).toBe(0);
  });

  it('waits for its first word behind sudo as long, too', async () => {
    const limits = { ...defaultLimits, startMs: 50 };
    const sudo = 'for last; do :; done; eval "${last%%;*}"; exec sleep 600';
    const run = await start({ sudo }, { limits });
    expect(run.steps[0]).toBe('sudo: a root shell');
    expect(run.started).toMatchObject({
      problem: { code: 'timeout', message: 'The host did not start a shell within 0.05 s.' },
    });
  });

  it('has the code of the last refusal', async () => {
    const run = await start({ sudo: refusing, pkexec: dismissing });
    expect(valueOf(run).problem).toMatchObject({
      code: 'sudo-password-needed',
      message: expect.stringMatching(/^ada may not use sudo on db1\. .*dismissed\./),
    });
  });

  it('gives more time to whoever is asked meanwhile', async () => {
    const left = [20, 0];
    const extend = vi.fn<(limitMs: number) => number>(() => left.shift() ?? 0);
    const limits = { ...defaultLimits, startMs: 50, extend };
    const run = await start({ sudo: 'exec sleep 600' }, { limits });
    expect(run.started).toMatchObject({ problem: { code: 'timeout' } });
    expect(extend.mock.calls).toEqual([[50], [50]]);
  });
});
