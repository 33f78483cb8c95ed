/**
 * SUSE's reports. Headings, labels and names of files are those of supportutils: bin/supportconfig and
 * bin/supportconfig.rc (log_cmd, conf_files, log_files), of 2026 and of before 3.2 (October 2023).
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entriesOf, tarOf } from '../../testing/main/archives';
import { klpscope } from '../../testing/main/cli';
import { hostFolder, temporaryFolder, type HostFiles } from '../../testing/main/folders';
import { problemFrom, statusFrom } from '../../testing/main/status';

const command = (line: string, output: string) =>
  `#==[ Command ]======================================#\n# ${line}\n${output}\n\n`;
const file = (path: string, content: string) =>
  `#==[ Configuration File ]===========================#\n# ${path}\n${content}\n\n`;
const log = (path: string, content: string) =>
  `#==[ Log File ]=====================================#\n# ${path}\n${content}\n\n`;

/**
 * SLES 15 SP4 for SAP on EC2: the address in the name, `klp -v patches` and its package are those of
 * the workshop “SAP on AWS, Task 01. Live Patching”; `lsmod` and the log are made.
 */
const sp4: HostFiles = {
  '/basic-environment.txt':
    command('/usr/bin/date', 'Mon Aug 14 10:03:01 UTC 2023') +
    command(
      '/usr/bin/uname -a',
      'Linux ip-172-31-93-46 5.14.21-150400.24.33-default #1 SMP PREEMPT_DYNAMIC Fri Nov 4 13:55:06 UTC 2022 (76cfe60) x86_64 x86_64 x86_64 GNU/Linux',
    ),
  '/basic-health-check.txt':
    command(
      '/usr/bin/uptime',
      ' 10:03:02  up 12 days  3:04,  1 user,  load average: 0.00, 0.01, 0.00',
    ) + file('/proc/sys/kernel/tainted', '36864'),
  '/modules.txt': command(
    '/sbin/lsmod | sort',
    'Module                  Size  Used by\naf_packet              53248  2\nlivepatch_6_150400_2_2    28672  1\nxfs                  1978368  1',
  ),
  '/livepatch.txt':
    command(
      '/usr/bin/rpm -qa | grep livepatch',
      'kernel-livepatch-5_14_21-150400_24_33-default-6-150400.2.2.x86_64',
    ) +
    command('/usr/sbin/klp status', 'ready') +
    command(
      '/usr/sbin/klp -v patches',
      'livepatch_6_150400_2_2\n    active: 1\n    RPM: kernel-livepatch-5_14_21-150400_24_33-default-6-150400.2.2.x86_64\n    CVE: CVE-2023-26545 CVE-2023-1652\n    bug fixes and enhancements: (none)',
    ),
  '/boot.txt': command(
    '/usr/bin/dmesg -T',
    '[Wed Aug  2 06:59:10 2023] Linux version 5.14.21-150400.24.33-default (geeko@buildhost)',
  ),
};

/**
 * SLES 15 SP2: `livepatch_1_5_3_2` and its kernel are those of the sheet “KLP (Kernel Live Patching) for
 * SLES15”; its files are laid out by supportutils before 3.2 (kernel_livepatch_info, find and conf_files),
 * with an object and a function of SUSE's livepatches (SUSE/kernel-livepatch, klp_bsc…).
 */
const root = '/sys/kernel/livepatch/livepatch_1_5_3_2';
const sp2: HostFiles = {
  '/basic-environment.txt': command(
    '/bin/uname -a',
    'Linux sap1 5.3.18-24.34-default #1 SMP Wed Nov 11 11:16:19 UTC 2020 (8ec8c21) x86_64 x86_64 x86_64 GNU/Linux',
  ),
  '/kernel-livepatch.txt':
    command(
      '/usr/bin/find -L ' + root + ' -type d',
      `${root}\n${root}/vmlinux\n${root}/vmlinux/__sys_sendmsg,1`,
    ) +
    file(`${root}/transition`, '1') +
    file(`${root}/enabled`, '0') +
    file(`${root}/force - File not found`, ''),
  '/modules.txt': command(
    '/bin/sort /proc/modules',
    'livepatch_1_5_3_2 20480 1 - Live 0x0000000000000000 (OEEK)\nxfs 1978368 1 - Live 0x0000000000000000',
  ),
  '/messages.txt': log(
    '/var/log/messages',
    "2020-12-01T10:00:00.000000+01:00 sap1 kernel: [  900.000000] livepatch: 'livepatch_1_5_3_2': starting unpatching transition\n2020-12-01T10:02:00.000000+01:00 sap1 kernel: [ 1020.000000] usb 1-1: new device",
  ),
};

describe('a supportconfig', () => {
  it('tells of a settled host what klp says, and what it can’t tell is unknown', async () => {
    const status = await statusFrom(`dir:${hostFolder(sp4)}`);
    expect(status).toMatchObject({
      host: {
        name: 'ip-172-31-93-46',
        kernel: '5.14.21-150400.24.33-default',
        uptimeSeconds: ((12 * 24 + 3) * 60 + 4) * 60,
      },
      livepatch: { supported: true, tainted: true },
      patches: [
        { name: 'livepatch_6_150400_2_2', enabled: true, inTransition: false, replace: null },
      ],
      transitionState: 'none',
      ghosts: [],
    });
    expect(status.coverage.unread).toContain('functions');
    const { stdout } = await klpscope(['status', `dir:${hostFolder(sp4)}`]);
    expect(stdout).toContain('what it patches was not read');
    expect(stdout).not.toContain('no object');
  });

  it('of before 2023 has the kernel’s own files, with objects and functions', async () => {
    const status = await statusFrom(`dir:${hostFolder(sp2)}`);
    expect(status).toMatchObject({
      host: { name: 'sap1', kernel: '5.3.18-24.34-default' },
      patches: [
        {
          enabled: false,
          inTransition: true,
          objects: [{ name: 'vmlinux', functions: [{ name: '__sys_sendmsg', sympos: 1 }] }],
        },
      ],
      transition: { direction: 'unpatching' },
    });
    const stalled = status.findings.find(({ code }) => code === 'transition-stalled');
    expect(stalled?.message).toMatch(/120 s|2 min/);
  });

  it('in an archive, in its folder and in any packing, tells the same', async () => {
    const {
      target: _,
      source: __,
      problems: ___,
      ...fromFolder
    } = await statusFrom(`dir:${hostFolder(sp4)}`);
    const path = join(temporaryFolder(), 'scc_ip-172-31-93-46_230814_1003');
    writeFileSync(
      path,
      execFileSync('xz', ['-c'], { input: await tarOf(entriesOf(sp4, 'scc_db1_230814_1003/')) }),
    );
    expect(await statusFrom(path)).toMatchObject({ ...fromFolder, source: 'archive' });
  });

  it.each([
    ['no livepatch.txt', { '/livepatch.txt': null }],
    [
      'klp is not installed',
      {
        '/livepatch.txt': command(
          'rpm -V kernel-livepatch-tools',
          'package kernel-livepatch-tools is not installed',
        ),
      },
    ],
    [
      'klp failed',
      { '/livepatch.txt': command('klp -v patches', 'ERROR: Command not found or not executable') },
    ],
    [
      'klp says something else',
      {
        '/livepatch.txt': command(
          '/usr/sbin/klp -v patches',
          'klp: cannot open: Permission denied',
        ),
      },
    ],
  ] as const)('says nothing of livepatches where %s', async (_, change) => {
    const files = Object.fromEntries(
      Object.entries({ ...sp4, ...change }).flatMap(([path, text]) =>
        text === null ? [] : [[path, text]],
      ),
    );
    const status = await statusFrom(`dir:${hostFolder(files)}`);
    expect(status).toMatchObject({ patches: [], transitionState: 'unknown' });
    expect(status.coverage.unread).toContain('livepatches');
  });

  it('with an empty list of klp has no livepatch', async () => {
    const text = command('/usr/sbin/klp status', 'ready') + command('/usr/sbin/klp -v patches', '');
    const status = await statusFrom(`dir:${hostFolder({ ...sp4, '/livepatch.txt': text })}`);
    expect(status).toMatchObject({ patches: [], transitionState: 'none' });
  });

  it('with two livepatches takes the order of a sorted list for none, and the log for which one moves', async () => {
    const patches = 'livepatch_a\n    active: 1\nlivepatch_b\n    active: 1';
    const text = (status: string) =>
      command('/usr/sbin/klp status', status) + command('/usr/sbin/klp -v patches', patches);
    const modules = command(
      '/bin/sort /proc/modules',
      'livepatch_a 1 1 - Live 0x0 (OEK)\nlivepatch_b 1 1 - Live 0x0 (OEK)',
    );
    const boot = (line: string) => command('/usr/bin/dmesg', `[  100.000000] ${line}`);
    const read = (status: string, line: string) =>
      statusFrom(
        `dir:${hostFolder({ ...sp4, '/livepatch.txt': text(status), '/modules.txt': modules, '/boot.txt': boot(line) })}`,
      );
    expect(await read('ready', 'usb 1-1: new device')).toMatchObject({
      order: 'unknown',
      transitionState: 'none',
    });
    expect(
      await read('in_progress', "livepatch: 'livepatch_b': starting patching transition"),
    ).toMatchObject({
      transition: { patch: 'livepatch_b', direction: 'patching' },
    });
    expect((await read('in_progress', 'usb 1-1: new device')).transitionState).toBe('unknown');
  });

  it('names who blocks, by number, by command line and with a stack', async () => {
    const blocking =
      '219 /usr/sbin/nfsd -d\n220 [kworker/0:1]\n    [<0>] rpc_wait_bit_killable+0x24/0xb0\n221';
    const text =
      command('/usr/sbin/klp status', 'in_progress') +
      command('/usr/sbin/klp -v blocking', blocking) +
      command('/usr/sbin/klp -v patches', 'livepatch_6_150400_2_2\n    active: 1');
    const { blockers } = await statusFrom(`dir:${hostFolder({ ...sp4, '/livepatch.txt': text })}`);
    expect(blockers.map(({ pid, comm, source }) => ({ pid, comm, source }))).toEqual([
      { pid: 219, comm: 'nfsd', source: 'report' },
      { pid: 220, comm: 'kworker/0:1', source: 'report' },
      { pid: 221, comm: null, source: 'report' },
    ]);
    expect(blockers[1]?.stack).toMatchObject([{ function: 'rpc_wait_bit_killable' }]);
  });

  it('is one by its headings, not by the names of its files', async () => {
    expect(await problemFrom(`dir:${hostFolder({ '/boot.txt': 'rotten\n' })}`)).toMatchObject({
      code: 'not-found',
    });
    const four = Object.fromEntries(
      Object.entries(sp4).filter(([path]) => path !== '/basic-environment.txt'),
    );
    expect(await statusFrom(`dir:${hostFolder(four)}`)).toMatchObject({
      host: { kernel: null },
      patches: [{ enabled: true }],
    });
  });
});

/**
 * SLES 12 SP5: `kgr -v patches` is of a public note on SUSE's live patching, its kernel by the package;
 * the rest is made. What `kgr status` prints: kgr(8) of the package kgraft.
 */
describe('of SLE 12', () => {
  const sle12 = (status: string): HostFiles => ({
    '/basic-environment.txt': command(
      '/bin/uname -a',
      'Linux sap2 4.12.14-122.46-default #1 SMP Wed Sep 30 13:01:26 UTC 2020 x86_64 GNU/Linux',
    ),
    '/livepatch.txt':
      command('/usr/bin/kgr status', status) +
      command(
        '/usr/bin/kgr -v patches',
        'kgraft_patch_1_8_5_1\n    active: 1\n    RPM: kgraft-patch-4_12_14-122_46-default-1-8.5.1.x86_64\n    CVE: (none - this is an initial kGraft patch)\n    bug fixes and enhancements: (none)',
      ),
  });

  it.each([
    ['ready', 'It waits for nobody'],
    ['in_progress', 'It waits for threads'],
    ['what', ''],
  ])('kGraft is named where kgr says %s', async (status, said) => {
    const { findings, patches } = await statusFrom(`dir:${hostFolder(sle12(status))}`);
    expect(patches).toEqual([]);
    const engine = findings.find(({ code }) => code === 'other-live-patching');
    expect(engine).toMatchObject({ subject: 'kGraft' });
    expect(engine?.message).toContain(said);
    expect(/It waits/.test(engine?.message ?? '')).toBe(said !== '');
  });
});
