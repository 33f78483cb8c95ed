/**
 * A report of sos 4.12 (github.com/sosreport/sos, commit 5c7e63ee22a9 of July 2026, run as it is), made in
 * the lab's guest with systemd while a transition was stalled: testing/reports/README.md says what was
 * left out of it. What is expected is what the guest's own files and its log said then.
 *
 * sos/report/plugins/kernel.py copies `/sys/kernel/livepatch/*`, whose functions are empty folders: they
 * are in the archive (sos/report/plugins/__init__.py, _copy_dir and _do_copy_path). plugins/process.py
 * copies `/proc/PID/{status,stack}` of processes, and nobody's `patch_state`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { klpscope } from '../../testing/main/cli';
import { inputFolder } from '../../testing/main/folders';
import { statusFrom } from '../../testing/main/status';

const archive = join(import.meta.dirname, '../../testing/reports/35-sos-4.12-stall.tar.gz');

function unpacked(): string {
  const folder = inputFolder();
  execFileSync('tar', ['xzf', archive, '-C', folder]);
  const [top = ''] = readdirSync(folder);
  return join(folder, top);
}

const stalled = {
  host: {
    name: 'klplab',
    kernel: '6.12.117+deb12-cloud-amd64',
    bootId: '939e1287-975b-47fe-9b49-6653bfe44ed0',
  },
  transitionState: 'running',
  transition: { patch: 'lp_objects', direction: 'patching', threads: { total: null } },
  patches: [
    {
      name: 'lp_objects',
      enabled: true,
      inTransition: true,
      objects: [
        { name: 'klp_busy', patched: true, functions: [{ name: 'klp_busy_wait_d', sympos: 1 }] },
        { name: 'klp_later', patched: false, functions: [{ name: 'klp_later_show', sympos: 1 }] },
      ],
    },
  ],
  blockers: [
    {
      pid: 222,
      tid: 222,
      comm: 'cat',
      state: 'D',
      uid: 1000,
      source: 'report',
      reason: {
        code: 'sleeping-on-function',
        object: 'klp_busy',
        function: 'klp_busy_wait_d',
        frame: 0,
        certainty: 'likely',
      },
      remedies: ['let-it-return', 'reverse'],
    },
  ],
};
const started = "livepatch: 'lp_objects': starting patching transition";

describe('a report of the newest sos', () => {
  it('tells transition, livepatches, who blocks, and the log', async () => {
    const document = await statusFrom(archive);
    expect(document).toMatchObject(stalled);
    expect(document.blockers).toHaveLength(1);
    const finding = document.findings.find(({ code }) => code === 'transition-stalled');
    expect(finding?.evidence).toEqual([
      `[  156.190658] ${started}`,
      '[  171.813711] livepatch: signaling remaining tasks',
    ]);
  });

  it.each([
    ['dmesg -T', ['sos_commands/kernel/dmesg']],
    ['the journal', ['sos_commands/kernel/dmesg', 'sos_commands/kernel/dmesg_-T']],
  ])('tells the same by the log of %s alone', async (_, without) => {
    const folder = unpacked();
    for (const file of without) rmSync(join(folder, file));
    const document = await statusFrom(`dir:${folder}`);
    expect(document).toMatchObject(stalled);
    const finding = document.findings.find(({ code }) => code === 'transition-stalled');
    expect(finding?.severity).toBe('error');
    expect(finding?.evidence.join('\n')).toContain(started);
  });

  it('without a log says no more of the transition than its files do', async () => {
    const folder = unpacked();
    rmSync(join(folder, 'sos_commands'), { recursive: true });
    const document = await statusFrom(`dir:${folder}`);
    const { host: _, ...rest } = stalled;
    expect(document).toMatchObject(rest);
    expect(document.findings.map(({ code }) => code)).not.toContain('transition-stalled');
    expect(document.host).toMatchObject({ name: null, kernel: null, bootId: stalled.host.bootId });
  });

  it('has with the kernel’s word what the files of the process say, too', async () => {
    const folder = unpacked();
    const log = join(folder, 'sos_commands/kernel/dmesg');
    const word = 'livepatch: klp_try_switch_task:';
    writeFileSync(
      log,
      [
        `[  156.190658] ${started}`,
        `[  170.000000] ${word} cat:222 is sleeping on function klp_busy_wait_d`,
        `[  170.000001] ${word} jbd2/vda-8:147 has an unreliable stack`,
        `[  170.000002] ${word} gone:99999 is sleeping on function klp_busy_wait_d`,
        '',
      ].join('\n'),
    );
    const { blockers } = await statusFrom(`dir:${folder}`);
    expect(blockers.map(({ tid, source, reason }) => [tid, source, reason.certainty])).toEqual([
      [222, 'report', 'certain'],
      [147, 'log', 'certain'],
      [99999, 'log', 'certain'],
    ]);
    const [, named, gone] = blockers;
    expect(named).toMatchObject({ pid: 147, comm: 'jbd2/vda-8', state: 'S', kthread: true });
    expect(named?.remedies).toEqual(['wait', 'reverse', 'ask-vendor']);
    expect(named?.stack?.length).toBeGreaterThan(2);
    // Nothing of this one is in the report, but the function is known.
    expect(gone).toMatchObject({
      pid: null,
      state: null,
      stack: null,
      reason: { object: 'klp_busy', function: 'klp_busy_wait_d' },
      remedies: ['let-it-return', 'reverse'],
    });
  });

  it('is looked through by what-if', async () => {
    const { stdout } = await klpscope(['what-if', archive, '--reverse', 'lp_objects', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ allowed: true, wouldBlock: [] });
  });
});
