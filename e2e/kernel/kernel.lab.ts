/**
 * What Klpscope says of a real kernel with real livepatches, over real SSH: each state of the lab,
 * read by the command line, held against the guest's own files and the kernel's own words.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../main/cli/run';
import { watchEventSchema } from '../../shared/history/events';
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import { startLab, unavailableWhy, type Lab } from '../lab/index.js';

const kernel = process.env['KLPSCOPE_LAB_KERNEL'] === '6.1' ? '6.1' : '6.12';
const why = await unavailableWhy(kernel);
if (why !== undefined) console.warn(`SKIPPED: no stories on a real kernel: ${why}`);

let lab: Lab;
const folder = mkdtempSync(join(tmpdir(), 'klpscope-kernel-'));

/** Everything below /sys/kernel/livepatch, with content; `force` can't be read. */
const sysfs =
  'cd /sys/kernel/livepatch && find . | sort && find . -type f ! -name force -exec grep -H . {} + | sort';

async function klpscope(
  ...args: readonly string[]
): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await run(args, {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => {
      out += text;
    },
    complain: (line) => {
      err += `${line}\n`;
    },
  });
  return { status, out, err };
}

async function read(
  ...options: readonly string[]
): Promise<{ document: StatusDocument; status: number }> {
  const { status, out, err } = await klpscope('status', 'guest', '--json', ...options);
  expect(err).toBe('');
  return { document: statusDocumentSchema.parse(JSON.parse(out)), status };
}

describe.skipIf(why !== undefined)(`a real kernel ${kernel}`, { timeout: 180_000 }, () => {
  beforeAll(async () => {
    lab = await startLab(kernel);
    const config = join(folder, 'config');
    const host = (name: string, user: string) =>
      `Host ${name}\n  HostName ${lab.host}\n  Port ${lab.port}\n  User ${user}\n  IdentityFile ${lab.keyFile}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${lab.knownHostsFile}\n`;
    const hosts = [host('guest', 'root'), host('admin', 'admin'), host('viewer', 'viewer')];
    writeFileSync(config, hosts.join('\n'));
    process.env['KLPSCOPE_SSH_CONFIG'] = config;
    process.env['XDG_CONFIG_HOME'] = folder;
  }, 600_000);

  afterAll(async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('with nothing loaded is settled and untainted', async () => {
    await lab.scenario('none');
    const { document, status } = await read();
    expect(status).toBe(0);
    expect(document).toMatchObject({
      source: 'ssh',
      host: { kernel: lab.release },
      livepatch: { supported: true },
      coverage: { privileged: true, threadsRead: null },
      patches: [],
      transitionState: 'none',
    });
  });

  it('with two livepatches on one function names the later one as running', async () => {
    await lab.scenario('two-stacked');
    const { document, status } = await read();
    expect(status).toBe(0);
    expect(document.patches.map(({ name }) => name)).toEqual(['lp_one', 'lp_two']);
    expect(document.functions).toEqual([
      {
        object: 'vmlinux',
        name: 'cmdline_proc_show',
        sympos: 1,
        stack: ['lp_one', 'lp_two'],
        active: 'lp_two',
      },
    ]);
    expect(document.findings.map(({ code }) => code)).toContain('overlap');
  });

  it.each([
    'stalled-patching',
    'stalled-disabling',
    'reversed-stalled',
    'stalled-atomic-replace',
    'stalled-replace-over-livepatched-sleeper',
    'kthread',
  ] as const)(
    '%s: names who blocks and why, as the kernel does, and leaves no trace',
    async (name) => {
      const { inTransition, blocked } = await lab.scenario(name);
      const before = await lab.ssh(sysfs);
      const { document, status } = await read();
      const words = await lab.kernelWords();
      expect((await lab.ssh(sysfs)).stdout).toBe(before.stdout);
      expect(status).toBeGreaterThanOrEqual(1);
      expect(document.transition?.patch).toBe(inTransition);
      expect(document.blockers.map(({ tid }) => tid)).toEqual([...blocked].sort((a, b) => a - b));
      for (const { tid, reason, stack } of document.blockers) {
        const word = words.find((one) => one.tid === tid);
        expect(word?.reason).toBe('sleeping on');
        expect(reason).toMatchObject({
          code: 'sleeping-on-function',
          function: word?.functionName,
        });
        expect(stack?.[reason.frame ?? -1]?.function).toBe(reason.symbol);
      }
    },
  );

  it('read through sudo says the same as root; without rights it says what is missing', async () => {
    const { blocked } = await lab.scenario('stalled-patching');
    const bySudo = await klpscope('status', 'admin', '--sudo', '--json');
    const asAdmin = statusDocumentSchema.parse(JSON.parse(bySudo.out));
    expect(asAdmin.coverage.privileged).toBe(true);
    expect(asAdmin.blockers.map(({ tid }) => tid)).toEqual([...blocked].sort((a, b) => a - b));
    const plain = await klpscope('status', 'viewer', '--json');
    const asViewer = statusDocumentSchema.parse(JSON.parse(plain.out));
    expect(asViewer.coverage).toMatchObject({ privileged: false });
    expect(asViewer.coverage.threadsDenied).toBeGreaterThan(0);
    expect(asViewer.transition?.hiddenBlockersPossible).toBe(true);
    expect(asViewer.findings.map(({ code }) => code)).toContain('partial-view');
  });

  it('completed a replace: what it replaced is left over', async () => {
    await lab.scenario('after-atomic-replace');
    const { document } = await read();
    expect(document.patches.map(({ name }) => name)).toEqual(['lp_cumul_busy']);
    expect(document.ghosts).toEqual([
      { module: 'lp_one', refcount: 0, kind: 'leftover' },
      { module: 'lp_two', refcount: 0, kind: 'leftover' },
    ]);
  });

  it('disabled one in the middle: the function’s top stays', async () => {
    await lab.scenario('middle-of-stack-disabled');
    const { document } = await read();
    expect(document.functions[0]).toMatchObject({
      stack: ['lp_one', 'lp_three'],
      active: 'lp_three',
    });
    expect(document.ghosts).toEqual([{ module: 'lp_two', refcount: 0, kind: 'leftover' }]);
  });

  it('waits for a module, and patches it when it comes', async () => {
    await lab.scenario('object-not-loaded');
    const { document } = await read();
    const object = (of: StatusDocument) =>
      of.patches[0]?.objects.find(({ name }) => name === 'klp_later');
    expect(object(document)).toMatchObject({ loaded: false, patched: false });
    await lab.scenario('object-loaded-late');
    expect(object((await read()).document)).toMatchObject({ loaded: true, patched: true });
  });

  it('watched, tells of a livepatch that comes and goes', async () => {
    await lab.scenario('one');
    const watching = klpscope('watch', 'guest', '--json', '--for', '12', '--interval', '0.5');
    await lab.ssh(
      'insmod /usr/lib/klplab/lp_two.ko && sleep 3 && echo 0 > /sys/kernel/livepatch/lp_two/enabled',
    );
    const { out, status } = await watching;
    expect(status).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => watchEventSchema.parse(JSON.parse(line)))
      .map(({ event, subject }) => `${event} ${subject}`);
    expect(events[0]).toBe('state null');
    expect(events).toContain('patch-appeared lp_two');
    expect(events).toContain('patch-gone lp_two');
  });

  it('forced while it was being disabled: its module is pinned for ever', async () => {
    await lab.scenario('forced-disable');
    const { document } = await read();
    expect(document.patches).toEqual([]);
    expect(document.ghosts).toEqual([{ module: 'lp_cumul_busy', refcount: 1, kind: 'pinned' }]);
    expect(document.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['pinned-module', 'was-forced']),
    );
  });
});
