/**
 * The guest with systemd, in short: units, the journal of an earlier boot and Debian's sos are real
 * there, and a blocking thread's unit is told as systemd has it. `systemd.long.ts` has the rest.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputFolder } from '../../testing/main/folders';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { skipping } from '../../testing/main/skipping';
import { startLab, unavailableWhy, type Lab } from '../lab/index.js';
import { clientOf, type Client } from './client';
import { bootsOf, fetched, said, statusOf, unitOf } from './systemdGuest';

const why = await unavailableWhy('6.12-systemd');

describe.skipIf(skipping(import.meta.filename, why))('a guest with systemd', () => {
  let lab: Lab;
  let client: Client;

  beforeAll(async () => {
    lab = await startLab('6.12-systemd', { say: (line) => console.log(line) });
    client = clientOf(lab);
    Object.assign(process.env, client.env);
  }, 1_800_000);

  afterAll(async () => {
    client?.remove();
    await lab?.stop();
  }, 60_000);

  it('runs as a Debian does: every unit, the journal on its disk, sos', async () => {
    expect(await said(lab, 'systemctl is-system-running --wait')).toBe('running');
    expect(await said(lab, 'systemctl list-units --failed --no-legend')).toBe('');
    expect(await said(lab, 'systemctl is-active ssh.service dbus.service')).toBe('active\nactive');
    expect(await said(lab, 'journalctl --header | grep -m 1 "^File path"')).toMatch(
      /: \/var\/log\/journal\//,
    );
    const version = await said(lab, "dpkg-query --show --showformat '${Version}' sosreport");
    // sos says its own version, Debian's package adds a revision.
    expect(await said(lab, 'python3 -c "import sos; print(sos.__version__)"')).toBe(
      version.replace(/-[^-]+$/, ''),
    );
    expect(await said(lab, 'sudo --non-interactive id -un', 'admin')).toBe('root');
  });

  it('is told by a report of its sos as by itself, while a transition is stalled', async () => {
    const { blocked } = await lab.scenario('object-unloaded-during-transition');
    const guest = await lab.guest();
    await guest.waitLog('livepatch: signaling remaining tasks', 60);
    await guest.close();
    // As it compresses by itself: what the minimal system lacks, python has.
    await said(
      lab,
      'sos report --batch --tmp-dir /var/tmp --only-plugins kernel,host,logs' +
        ' && ln /var/tmp/sosreport-*.tar.?z /var/tmp/report',
    );
    const archive = join(inputFolder(), 'sosreport.tar.xz');
    await fetched(lab, '/var/tmp/report', archive);
    const report = await statusOf(archive);
    const live = await statusOf();

    expect(live.patches.map(({ name }) => name)).toEqual(['lp_objects']);
    const { patches, order, livepatch, transitionState } = live;
    // No sos saves the list of kprobes, and none can ask for a function's other names.
    const functions = live.functions.map(({ object, name, sympos, stack, active, consumers }) => ({
      object,
      name,
      sympos,
      stack,
      active,
      consumers: consumers && { ...consumers, kprobe: null },
    }));
    expect(report).toMatchObject({ patches, order, functions, livepatch, transitionState });
    expect(report.transition).toMatchObject({ patch: 'lp_objects', direction: 'patching' });
    const { name, kernel, bootId } = live.host;
    expect(report.host).toMatchObject({ name, kernel, bootId });
    // The log: both have the same lines of this transition, and of nothing else.
    const stalled = live.findings.find(({ code }) => code === 'transition-stalled');
    expect(stalled?.evidence).toHaveLength(2);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'transition-stalled', evidence: stalled?.evidence }),
    );
    // This sos saves no thread's state and no stack; the kernel's log names who blocks.
    expect(report.transition?.threads.total).toBeNull();
    const named = (document: StatusDocument) =>
      document.blockers.map(
        ({ tid, comm, reason: { code, object, function: held, certainty } }) => ({
          tid,
          comm,
          reason: { code, object, function: held, certainty },
        }),
      );
    expect(live.blockers.map(({ tid }) => tid)).toEqual(blocked);
    expect(named(report)).toEqual(named(live));
    expect(report.blockers.map(({ source }) => source)).toEqual(blocked.map(() => 'log'));
  });

  it('names the unit of a blocking thread as systemd does, and keeps the log of an earlier boot', async () => {
    const { blocked } = await lab.scenario('object-unloaded-during-transition');
    const { blockers } = await statusOf();
    expect(blockers.map(({ tid }) => tid)).toEqual(blocked);
    expect(blockers.map(({ unit }) => unit)).toEqual(['reader-d@1.service']);
    expect(await unitOf(lab, blocked[0] ?? 0)).toBe('reader-d@1.service');

    const bootId = await said(lab, 'cat /proc/sys/kernel/random/boot_id');
    await lab.reboot();
    const [earlier, present, ...more] = await bootsOf(lab);
    expect(more).toEqual([]);
    expect(earlier).toBe(bootId.replaceAll('-', ''));
    expect(present).not.toBe(earlier);
    const log = await said(lab, 'journalctl --boot -1 --dmesg --output cat');
    expect(log).toContain("livepatch: 'lp_objects': starting patching transition");
    expect(await said(lab, 'journalctl --boot 0 --dmesg --output cat')).not.toContain('lp_objects');
    expect((await statusOf()).patches).toEqual([]);
  });
});
