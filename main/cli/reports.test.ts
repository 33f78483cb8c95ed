/**
 * What is said of hosts that were rebuilt from public reports (testing/reports/README.md): other
 * architectures, older kernels and vendors' kernels.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { klpscope } from '../../testing/main/cli';
import { temporaryFolder } from '../../testing/main/folders';

function unpack(name: string): string {
  const folder = temporaryFolder();
  const archive = join(import.meta.dirname, '../../testing/reports', `${name}.tar.gz`);
  execFileSync('tar', ['xzf', archive, '-C', folder]);
  return folder;
}

interface Said {
  readonly document: StatusDocument;
  /** All that the terminal shows, without line breaks. */
  readonly text: string;
  readonly status: number;
}

async function said(name: string, ...args: readonly string[]): Promise<Said> {
  const target = `dir:${unpack(name)}`;
  const json = await klpscope(['status', target, ...args, '--json']);
  const { stdout, status } = await klpscope(['status', target, ...args]);
  return { document: JSON.parse(json.stdout), text: stdout.replace(/\s+/g, ' '), status };
}

const codes = ({ document }: Said) => document.blockers.map(({ reason }) => reason.code);
const remedies = ({ document }: Said) => document.blockers.flatMap((blocker) => blocker.remedies);
const finding = ({ document }: Said, code: string) =>
  document.findings.find((one) => one.code === code);

describe('stacks', () => {
  it('of ppc64le begin below the saved link register', async () => {
    const host = await said('01-ppc64le-first-frame');
    expect(codes(host)).toEqual(['waiting-to-return', 'waiting-to-return']);
    expect(remedies(host)).not.toContain('stop-tracer');
    expect(host.document.blockers[0]?.stack?.[0]?.function).toBe('do_wait');
  });

  it('of ppc64le keep nobody who would block', async () => {
    const target = `dir:${unpack('01b-ppc64le-what-if')}`;
    const { stdout } = await klpscope(['what-if', target, '--disable', 'livepatch_net', '--json']);
    expect(JSON.parse(stdout).wouldBlock).toEqual([]);
  });

  it('that the kernel can’t check are blamed on nobody who isn’t seen', async () => {
    const host = await said('02-bytedance-54250-unreliable');
    expect(host.document.blockers).toMatchObject([
      { reason: { code: 'unreliable-stack', certainty: 'certain' } },
    ]);
    expect(host.text).not.toMatch(/trac|BPF|signal round/i);
    expect(finding(host, 'transition-stalled')?.remedies).not.toContain('let-it-return');
    expect(remedies(host)).not.toContain('stop-tracer');
    expect(remedies(host)).not.toContain('wait-for-signal');
  });

  it('that end before a system call’s entry are not reliable', async () => {
    const host = await said('28-loongarch-vcpu-stack-ends-early');
    expect(host.document.blockers).toMatchObject([
      { reason: { code: 'unreliable-stack', certainty: 'likely' } },
    ]);
  });

  it('of older kernels and with modules and suffixes are understood', async () => {
    const host = await said('34-stack-forms-ok');
    expect(new Set(codes(host))).toEqual(new Set(['sleeping-on-function']));
  });
});

describe('threads', () => {
  it('that are workers of the kernel never return to user space', async () => {
    const host = await said('18-user-workers');
    const workers = host.document.blockers.filter(({ comm }) => /^(?:vhost|iou)-/.test(comm ?? ''));
    expect(workers.length).toBeGreaterThan(2);
    for (const { reason, remedies: help } of workers) {
      expect(reason.code).toBe('kthread-not-switching');
      expect(help).not.toContain('wait-for-signal');
      expect(help).not.toContain('let-it-return');
    }
  });

  it('that run in a function do not sleep in it', async () => {
    const { text } = await said('19-running-in-patched-function');
    expect(text).toContain('runs in');
    expect(text).not.toContain('sleeps in');
  });

  it('that only the log names block as well: an idle CPU', async () => {
    const host = await said('10-s390-idle-cpu-named-in-log');
    expect(host.document.blockers).toMatchObject([
      {
        pid: null,
        tid: null,
        cpu: 63,
        source: 'log',
        reason: { code: 'running', certainty: 'certain' },
      },
    ]);
    expect(finding(host, 'transition-stalled')).toMatchObject({
      severity: 'error',
      remedies: ['reverse', 'ask-vendor', 'force'],
    });
    expect(host.text).toContain('idle CPU 63 has not gone round its idle loop');
    expect(host.text).toContain('named by the kernel’s log');
    expect(host.text).not.toContain('about to');
    expect(host.document.transition?.threads).toMatchObject({ blocking: 0 });
  });
});

describe('kernels', () => {
  it.each(['06-ubuntu-4.4-no-transition-file', '24-debian-4.9-stack-of-three'])(
    'before 4.12 have no transitions: %s',
    async (name) => {
      const { document, status, text } = await said(name);
      expect(document).toMatchObject({ transitionState: 'none', problems: [] });
      expect(status).toBe(0);
      expect(text).not.toContain('Every thread');
      const functions = document.patches.flatMap(({ objects }) =>
        objects.flatMap((object) => object.functions),
      );
      expect(new Set(functions.map(({ nop }) => nop))).toEqual(new Set([false]));
    },
  );

  it('before 4.12 run what the top enabled livepatch has', async () => {
    const { document } = await said('24-debian-4.9-stack-of-three');
    expect(document.functions.map(({ active }) => active)).toEqual([
      'livepatch_4_9_88_1_20180510_1',
    ]);
  });

  it('from 4.15 to 5.0 signal nobody by themselves', async () => {
    const host = await said('27-kylin-4.19-signal-file');
    expect(host.text).not.toContain('next tries');
    expect(remedies(host)).not.toContain('wait-for-signal');
    expect(remedies(host)).toContain('write-signal');
    expect(host.text).toMatch(
      /only when 1 is written to \S*livepatch_cmdline\/signal: echo 1 \| sudo tee/,
    );
  });

  it('without reliable stacks switch threads at their boundary alone, which is said once', async () => {
    const host = await said('33-no-consistency-model-arch');
    expect(host.text).not.toContain('clean stack');
    expect(host.text.match(/kernel threads never/g)).toHaveLength(1);
    expect(host.document.livepatch.reliableStacks).toBe(false);
    // Its log, whole since the beginning, tells of no signal after 15 s and more.
    expect(remedies(host)).not.toContain('wait-for-signal');
    expect(remedies(host)).toContain('let-it-return');
  });
});

describe('a refusal', () => {
  it('tells its cause and error once, and nothing is promised beside it', async () => {
    const host = await said('12-nfsd-reload-refused');
    const refusals = host.document.findings.filter(({ code }) => code === 'load-refused');
    expect(refusals).toMatchObject([{ severity: 'error', subject: 'nfsd' }]);
    expect(refusals[0]?.message).toMatch(/Skipping invalid relocation target.*nfsd.*-8/);
    expect(refusals[0]?.evidence).toHaveLength(3);
    expect(host.text).not.toMatch(/will patch it|load-object|When it is/);
  });

  it('quotes the sentence about aliases', async () => {
    const host = await said('14-alias-2026');
    expect(remedies(host)).not.toContain('load-object');
    expect(host.document.findings.flatMap((one) => one.remedies)).not.toContain('load-object');
    expect(finding(host, 'load-refused')?.message).toMatch(
      /aliased symbols are not supported.*test_klp_mod_target.*-22/,
    );
  });
});

describe('logs beside a tree', () => {
  const log = (folder: string, name: string) =>
    klpscope(['status', `dir:${folder}`, '--json', '--log', join(folder, name)]).then(
      ({ stdout }): StatusDocument => JSON.parse(stdout),
    );

  it.each(['kern.log', 'kern-monotonic.log'])(
    'of two boots tell of the last one: %s',
    async (name) => {
      const { findings, problems } = await log(unpack('15-log-of-two-boots'), name);
      expect(findings.map(({ code }) => code)).not.toContain('was-forced');
      expect(JSON.stringify(findings)).not.toContain('reboot');
      expect(problems).toEqual([]);
    },
  );

  it('are read in any form, or named as not understood', async () => {
    const folder = unpack('16-log-formats');
    const names = readdirSync(join(folder, 'logs'));
    expect(names).toHaveLength(19);
    const said = new Map<string, string>();
    for (const name of names) {
      const { findings, problems } = await log(folder, `logs/${name}`);
      const isStalled = findings.some(({ code }) => code === 'transition-stalled');
      const refusal = problems.find(({ code }) => code === 'not-understood');
      said.set(name, isStalled ? 'stalled' : (refusal?.path ?? 'nothing'));
    }
    const refused = [...said].filter(([, what]) => what !== 'stalled');
    expect(refused).toEqual([['journal.journal', join(folder, 'logs/journal.journal')]]);
  });
});

it('livepatches that vendors of security software load are listed as they were', async () => {
  const { document } = await said('17-edr-tmhook-livepatch');
  expect(document.transitionState).toBe('none');
});

describe('what patches the kernel', () => {
  it('may be Ksplice, of which nothing else is read', async () => {
    const host = await said('08a-ksplice-uek');
    expect(finding(host, 'other-live-patching')).toMatchObject({
      severity: 'warning',
      subject: 'Ksplice',
    });
    expect(host.text).not.toMatch(/original code|as it was booted|Every thread/);
  });

  it('may be kGraft, whose modules are no ghosts', async () => {
    const host = await said('09a-kgraft-sle12sp3');
    expect(finding(host, 'other-live-patching')).toMatchObject({ subject: 'kGraft' });
    expect(host.text).toContain('in_progress reads 1');
    expect(host.document.ghosts).toEqual([]);
    expect(host.text).not.toMatch(/reboot|nothing can be patched/i);
  });
});

it('threads of a container do not tell of the host’s', async () => {
  const host = await said('21-container-view');
  expect(host.text).not.toContain('about to complete');
  expect(host.text).toContain('they may be a container’s');
  expect(host.document.transition?.hiddenBlockersPossible).toBe(true);
});

describe('a sosreport', () => {
  it('tells the host, the stall, and who blocks, by kpatch’s list and by the stacks', async () => {
    const host = await said('04-sosreport-rhel9-stall');
    expect(host.document.host).toMatchObject({
      kernel: '5.14.0-570.12.1.el9_6.x86_64',
      name: 'web9.example.com',
    });
    expect(finding(host, 'transition-stalled')?.message).toContain('for 69 s');
    expect(host.document.transition?.threads).toMatchObject({ total: null, blocking: null });
    expect(host.text).toContain('named by a report');
    expect(host.document.blockers).toMatchObject([
      {
        tid: 2119,
        comm: 'cifsd',
        state: 'S',
        kthread: true,
        source: 'report',
        reason: {
          code: 'sleeping-on-function',
          object: 'vmlinux',
          function: 'inet_recvmsg',
          certainty: 'likely',
        },
      },
    ]);
  });

  it('is searched for who would block', async () => {
    const target = `dir:${unpack('04-sosreport-rhel9-stall')}`;
    const patch = 'kpatch_5_14_0_570_12_1_1_2';
    const { stdout } = await klpscope(['what-if', target, '--reverse', patch, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ unchecked: 0, wouldBlock: [] });
  });

  it('reads the same from an archive', async () => {
    const archive = join(
      import.meta.dirname,
      '../../testing/reports/04-sosreport-rhel9-stall.tar.gz',
    );
    const { stdout } = await klpscope(['status', archive, '--json']);
    const { document } = await said('04-sosreport-rhel9-stall');
    expect(JSON.parse(stdout)).toEqual({ ...document, target: archive, source: 'archive' });
  });
});

it.each(['dir', 'archive'])('a supportconfig is read as a host: %s', async (form) => {
  const name = '05-supportconfig-scc_host';
  const archive = join(import.meta.dirname, '../../testing/reports', `${name}.tar.gz`);
  const target = form === 'dir' ? `dir:${unpack(name)}` : archive;
  const { status, stdout } = await klpscope(['status', target, '--json']);
  expect(status).toBe(2);
  const patch = 'livepatch_6_4_0_150600_23_14_default_5';
  expect(JSON.parse(stdout)).toMatchObject({
    host: { name: 'sles15', kernel: '6.4.0-150600.23.14-default', uptimeSeconds: null },
    livepatch: { tainted: null },
    patches: [{ name: patch, enabled: true, inTransition: true, replace: null, objects: [] }],
    coverage: { unread: expect.arrayContaining(['functions']) },
    transition: { patch, direction: 'patching', threads: { total: null, blocking: null } },
    blockers: [{ pid: 2119, comm: 'cifsd', source: 'report', stack: null }],
    findings: expect.arrayContaining([expect.objectContaining({ code: 'transition-stalled' })]),
    problems: [{ message: expect.stringContaining('supportconfig') }],
  });
});
