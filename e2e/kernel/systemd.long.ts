/**
 * The guest with systemd in full: boots that ended in both ways, and sessions of real logins. Takes
 * minutes; `npm run test:systemd` runs it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { skipping } from '../../testing/main/skipping';
import { startLab, unavailableWhy, type Lab } from '../lab/index.js';
import { clientOf, type Client } from './client';
import { bootsOf, said, statusOf, unitOf } from './systemdGuest';

const why = await unavailableWhy('6.12-systemd');

describe.skipIf(skipping(import.meta.filename, why))('a guest with systemd, in full', () => {
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

  beforeEach(async () => {
    await lab.scenario('none');
  }, 600_000);

  it('keeps the journal of boots that ended in order and of one whose plug was pulled', async () => {
    const known = await bootsOf(lab);
    await lab.scenario('one');
    await lab.reboot();
    await lab.scenario('two-stacked');
    // What the journal had written by then is on the disk, whatever happens to the guest.
    await said(lab, 'journalctl --sync && sync');
    process.kill(lab.qemuPid, 'SIGKILL');
    await lab.scenario('none');
    const boots = await bootsOf(lab);
    expect(boots.slice(0, known.length)).toEqual(known);
    expect(boots).toHaveLength(known.length + 2);
    expect(new Set(boots).size).toBe(boots.length);
    const logOf = (boot: number) => said(lab, `journalctl --boot ${boot} --dmesg --output cat`);
    expect(await logOf(-2)).toMatch(/'lp_one': patching complete/);
    expect(await logOf(-2)).not.toMatch(/lp_two/);
    expect(await logOf(-1)).toMatch(/'lp_two': patching complete/);
    expect(await logOf(0)).not.toMatch(/lp_/);
  });

  it('has sessions: what a terminal multiplexer keeps running is in the unit of the login that began it', async () => {
    const guest = await lab.guest();
    try {
      await guest.load('klp_busy');
      await said(lab, 'tmux new-session -d "exec cat /dev/klp_busy_d"', 'admin');
      await guest.run("until_true 60 'the reader of tmux runs' pgrep -x cat");
      const pid = Number(await guest.run('pgrep -x cat'));
      await guest.run(`until_true 60 'it sleeps' in_function ${pid} _wait_d`);
      await guest.load('lp_busy');
      await guest.namedByKernel(pid);
      const document = await statusOf();
      const [blocker, ...more] = document.blockers;
      expect(more).toEqual([]);
      expect(blocker).toMatchObject({ tid: pid, uid: 1000 });
      expect(blocker?.unit).toBe(await unitOf(lab, pid));
      expect(blocker?.unit).toMatch(/^session-\w+\.scope$/);
      expect(await said(lab, 'loginctl list-users --no-legend')).toMatch(/1000 admin/);
    } finally {
      await guest.letGo('all');
      await guest.close();
    }
  });
});
