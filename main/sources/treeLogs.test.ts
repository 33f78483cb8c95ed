/**
 * Logs that lie in a saved tree, whatever they are compressed with and written in. Names are those of
 * logrotate (`compresscmd` and `dateext`), of Debian's and Red Hat's syslog, of sos
 * (sos/report/plugins/{kernel,logs}.py) and of Red Hat Insights (insights/specs/default.py).
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { savedLogsIn } from '../../shared/readings/savedLogs';
import { entriesOf, gzippedArchive, movingHost } from '../../testing/main/archives';
import { hostFolder } from '../../testing/main/folders';
import { statusFrom } from '../../testing/main/status';
import { MemoryTree } from '../../testing/shared/memoryTree';
import { contentOfFile } from './content';
import { readArchive, archiveLimits } from './archive/readArchive';

const text = [
  "[  600.100000] livepatch: 'livepatch_a': starting patching transition",
  '[  616.200000] livepatch: signaling remaining tasks',
  '[  690.000000] usb 1-1: new device',
  '',
].join('\n');

/** `text` by xz -c, zstd -c and bzip2 -c. */
const packed = {
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ACcAG1dAC2ILGwwwVMN2nUpBVQiyMYWK41nXuQGpzNUHdIQab0TEzLlwK29hwOqL7mRA6MJrWneMHHJKJyg1yXyN59/FR7g0PT9Mescmo94LNEkXywDGm6l5rA56Ck00CZJwdmd4MK38mbv5njEPy/PjgAAAAAA5sdFW2h2D9kAAYkBnQEAADPrYomxxGf7AgAAAAAEWVo=',
  zst: 'KLUv/QRYdQMAggYWGoA5bY3ChCHwm1IkbOEDTcJOA1BOVtegxQkBBypv0OAGphUCIBeUYccEitDLXwIZr/xyua6Bk1CykyMV32ses155r/wyt2qFHAGxOih7C2y+eGDomCU7CQcAIMlVjeAqrEnwRqimvKiywBFWzyx5',
  bz2: 'QlpoOTFBWSZTWZp5zdkAAB5bgDAQQINxMAAKvu/fgCAAdQ0k2iaAAekDQ9QGJNIajI008pgIMlZnr8vN8+h58h8ggg3qOFomjRAMjClKlGjRcvm1iIWgQ4yj4oUDfpoF0n/F3QQncAcIK+zY3OJjahh943e4ipRMJJ+OYXO3VMB4lAIyH8XckU4UJCaec3ZA',
} as const;
const unpackable = (form: keyof typeof packed) => Buffer.from(packed[form], 'base64');

/** The same as entries of the journal (https://systemd.io/JOURNAL_EXPORT_FORMATS). */
const exported = text
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [, stamp = '', message = ''] = /^\[ *([\d.]+)\] (.*)$/.exec(line) ?? [];
    const micro = stamp.replace('.', '');
    return `__CURSOR=s=1;i=${micro}\n__REALTIME_TIMESTAMP=1757830${micro}\n_SOURCE_MONOTONIC_TIMESTAMP=${micro}\n_TRANSPORT=kernel\nMESSAGE=${message}\n`;
  })
  .join('\n');

const syslog = text.replaceAll(/^(?=.)/gm, 'Sep 14 03:50:00 db1 kernel: ');

const logs: readonly (readonly [path: string, content: Uint8Array | string])[] = [
  ['/var/log/dmesg', text],
  ['/var/log/dmesg.gz', gzipSync(text)],
  ['/var/log/dmesg.0.gz', gzipSync(text)],
  ['/var/log/dmesg', Buffer.from(`\u{feff}${text}`, 'utf16le')],
  ['/var/log/dmesg', Buffer.from(text, 'utf16le').swap16()],
  ['/var/log/messages-20260914.xz', unpackable('xz')],
  ['/var/log/messages.1.bz2', unpackable('bz2')],
  ['/var/log/kern.log.1.zst', unpackable('zst')],
  ['/var/log/syslog', syslog],
  ['/var/log/journal.export', exported],
  ['/var/log/journalctl-k.export.gz', gzipSync(exported)],
  ['/sos_commands/kernel/dmesg', unpackable('xz')],
  ['/sos_commands/logs/journalctl_--no-pager_--boot_-o_export', exported],
  ['/insights_commands/dmesg', text],
];

const stalled = (findings: readonly { readonly code: string }[]) =>
  findings.some(({ code }) => code === 'transition-stalled');

describe('a log in a tree', () => {
  it('is what tells that a transition is stalled', async () => {
    expect(stalled((await statusFrom(`dir:${hostFolder(movingHost)}`)).findings)).toBe(false);
  });

  it.each(logs)('%s is read, in a folder and in an archive', async (path, content) => {
    const files = { ...movingHost, [path]: content };
    for (const target of [`dir:${hostFolder(files)}`, await gzippedArchive(entriesOf(files))]) {
      const { findings, problems } = await statusFrom(target);
      expect(problems).toEqual([]);
      expect(stalled(findings)).toBe(true);
    }
  });

  it('that can’t be unpacked is told by its name, and why', async () => {
    const path = '/var/log/messages-20260914.xz';
    const files = { ...movingHost, [path]: unpackable('xz').fill(0x55, 20) };
    const { problems } = await statusFrom(`dir:${hostFolder(files)}`);
    expect(problems).toMatchObject([{ path, message: expect.stringMatching(/damaged/) }]);
  });

  it('is the one that tells of livepatches, among several', async () => {
    const files = {
      ...movingHost,
      '/var/log/kern.log': '[    1.0] usb\n',
      '/var/log/messages': text,
    };
    expect(stalled((await statusFrom(`dir:${hostFolder(files)}`)).findings)).toBe(true);
  });

  it('is looked for in the order of how surely it is this boot’s, the newest of each first', () => {
    const names = [
      'dmesg.0',
      'messages-20260901.xz',
      'messages-20260914.xz',
      'kern.log.2.gz',
      'kern.log.1',
      'messages',
      'dmesg.gz',
      'auth.log',
      'messages.txt.exe',
    ];
    const tree = new MemoryTree(Object.fromEntries(names.map((name) => [`/var/log/${name}`, ''])));
    const inOrder = savedLogsIn(tree).map((path) => path.slice('/var/log/'.length));
    expect(inOrder).toEqual([
      'dmesg.gz',
      'messages',
      'messages-20260914.xz',
      'messages-20260901.xz',
      'kern.log.1',
      'kern.log.2.gz',
    ]);
    // That of the boot before, where a boot rotates it.
    const other = new MemoryTree({ '/var/log/dmesg.0': '', '/var/log/auth.log': '' });
    expect(savedLogsIn(other)).toEqual(['/var/log/dmesg.0']);
  });

  it('takes no more of an archive than logs may, and the host is read without the rest', async () => {
    const logsOf = Object.fromEntries(
      Array.from({ length: 5 }, (_, index) => [`/var/log/messages.${index}`, 'x'.repeat(400)]),
    );
    const path = await gzippedArchive(entriesOf({ ...movingHost, ...logsOf }));
    const read = await readArchive(contentOfFile(path), { ...archiveLimits, logBytes: 1000 });
    if (!read.ok) throw new Error(read.problem.message);
    const { tree } = read.value;
    const kept = Object.keys(logsOf).filter((log) => 'text' in tree.readFile(log, 1));
    expect(kept).toHaveLength(3);
  });
});

/**
 * An archive of Red Hat Insights: the output of commands lies in `insights_commands`, under the name
 * that is made of the command (insights-core, insights/core/spec_factory.py, mangle_command). Who is
 * stalled is written as by `show_stalled_processes` of kpatch/kpatch.
 */
it('the output of kpatch list tells who blocks, in an archive of Insights too', async () => {
  const { '/proc/sys/kernel/hostname': _, ...host } = Object.fromEntries(
    Object.entries(movingHost).filter(([path]) => !path.endsWith('/patch_state')),
  );
  const list = [
    'Loaded patch modules:',
    'livepatch_a [enabling...]',
    '',
    'Stalled processes:',
    '2119 cifsd',
    'stack:',
    '[<0>] sk_wait_data+0x11f/0x130',
    '',
    'Installed patch modules:',
    '',
  ].join('\n');
  const files = {
    ...host,
    '/insights_commands/kpatch_list': list,
    '/insights_commands/uname_-a':
      'Linux db7 5.14.0-570.12.1.el9_6.x86_64 #1 SMP PREEMPT_DYNAMIC\n',
  };
  // The newer layout keeps what was collected in a folder of its own (insights/core/serde.py, Hydration).
  const top = 'insights-db7-20260914/';
  const marks = [
    { header: { name: `${top}insights_archive.txt` }, content: '' },
    { header: { name: `${top}meta_data/insights.specs.Specs.uname.json` }, content: '{}' },
  ];
  for (const entries of [entriesOf(files, top), [...marks, ...entriesOf(files, `${top}data/`)]]) {
    const status = await statusFrom(await gzippedArchive(entries));
    expect(status.host.name).toBe('db7');
    expect(status.blockers).toContainEqual(
      expect.objectContaining({ pid: 2119, comm: 'cifsd', source: 'report' }),
    );
  }
});
