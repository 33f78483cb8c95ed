import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  archiveFile,
  entriesOf,
  gzippedArchive,
  movingHost as host,
  tarOf,
  xzArchive,
} from '../../../testing/main/archives';
import { klpscope } from '../../../testing/main/cli';
import { hostFolder } from '../../../testing/main/folders';
import { problemFrom, statusFrom } from '../../../testing/main/status';
import { openSource } from '../openSource';

describe('an archive', () => {
  it('reads as the folder that it was made of', async () => {
    const fromFolder = await statusFrom(`dir:${hostFolder(host)}`);
    const plain = archiveFile(await tarOf(entriesOf(host)), 'capture.tar');
    const paths = [
      await gzippedArchive(entriesOf(host)),
      await gzippedArchive(entriesOf(host, './')),
      await gzippedArchive(entriesOf(host, 'sosreport-db1-2026-11-21/')),
      plain,
    ];
    for (const path of paths) {
      expect(await statusFrom(path)).toEqual({ ...fromFolder, target: path, source: 'archive' });
    }
  });

  it('may be compressed by xz', async () => {
    const status = await statusFrom(archiveFile(xzArchive, 'capture.tar.xz'));
    expect(status.host.name).toBe('xzhost');
    expect(status.patches).toMatchObject([{ name: 'livepatch_a', enabled: true }]);
    expect(status.problems).toEqual([]);
  });

  it('is known by its content, whatever its name says', async () => {
    const tar = await tarOf(entriesOf(host));
    for (const [bytes, name] of [
      [tar, 'a.tar.gz'],
      [gzipSync(tar), 'b.tar.xz'],
      [xzArchive, 'c.tgz'],
    ] as const) {
      expect((await statusFrom(archiveFile(bytes, name))).patches).toHaveLength(1);
    }
  });

  it('needs no entries for its folders, and no order', async () => {
    const entries = entriesOf(host).toReversed();
    const path = await gzippedArchive(entries);
    const { patches, blockers } = await statusFrom(path);
    expect(patches[0]?.objects[0]?.functions).toHaveLength(1);
    expect(blockers.map(({ comm }) => comm)).toEqual(['reader']);
  });
});

describe('several in one', () => {
  const tar = async (name: string) =>
    tarOf(entriesOf({ '/proc/sys/kernel/hostname': `${name}\n`, ...host }, './'));

  it('parts of what is packed are one, as pigz, xz and zstd write them', async () => {
    const whole = await tar('db1');
    const parts = [whole.subarray(0, 700), whole.subarray(700)];
    for (const packing of ['gzip', 'xz', 'zstd', 'bzip2']) {
      const packed = parts.map((part) => execFileSync(packing, ['-c'], { input: part }));
      const {
        host: read,
        patches,
        problems,
      } = await statusFrom(archiveFile(Buffer.concat(packed)));
      expect([packing, read.name, patches.length, problems]).toEqual([packing, 'db1', 1, []]);
    }
  });

  it('of archives one behind the other the first is read, and it is said', async () => {
    const both = [await tar('db1'), await tar('db2')];
    for (const bytes of [
      Buffer.concat(both),
      gzipSync(Buffer.concat(both)),
      Buffer.concat(both.map((one) => gzipSync(one))),
    ]) {
      const status = await statusFrom(archiveFile(bytes));
      expect(status.host.name).toBe('db1');
      expect(status.problems.map(({ message }) => message)).toEqual([
        expect.stringContaining('what follows is left out'),
      ]);
    }
  });

  it('what holds a report as an archive says which to take out', async () => {
    const inner = gzipSync(await tar('db1'));
    const path = await gzippedArchive([
      { header: { name: 'case/readme.txt' }, content: 'see there' },
      { header: { name: 'case/sosreport-db1.tar.xz' }, content: inner },
    ]);
    const problem = await problemFrom(path);
    expect(problem).toMatchObject({ code: 'not-found' });
    expect(problem.message).toContain('case/sosreport-db1.tar.xz');
  });
});

describe('entries that lead out of an archive', () => {
  it.each([
    ['an absolute path', '/proc/sys/kernel/hostname'],
    ['a path upwards', 'proc/../../proc/sys/kernel/hostname'],
    ['a path upwards behind a folder', 'sos/../proc/sys/kernel/hostname'],
  ])('are left out, and told: %s', async (_name, name) => {
    const { '/proc/sys/kernel/hostname': _, ...rest } = host;
    const path = await gzippedArchive([
      ...entriesOf(rest),
      { header: { name }, content: 'intruder\n' },
    ]);
    const status = await statusFrom(path);
    expect(status.host.name).toBeNull();
    expect(status.patches).toHaveLength(1);
    const problem = status.problems.find(({ code }) => code === 'invalid-content');
    expect(problem?.path).toBe(path);
    expect(problem?.message).toContain(name);
    expect((await klpscope(['status', path])).stdout).not.toContain('intruder');
  });

  it('give no document where there is nothing else', async () => {
    const path = await gzippedArchive(
      ['/proc/uptime', '../sys/kernel/livepatch/x/enabled'].map((name) => ({
        header: { name },
        content: '1\n',
      })),
    );
    expect(await problemFrom(path)).toMatchObject({ path, code: 'invalid-content' });
    const { status, stdout } = await klpscope(['status', path, '--json']);
    expect(status).toBe(3);
    expect(stdout).toBe('');
  });

  it.each([
    ['symlink', '/etc/hostname'],
    ['symlink', '../../../../../../etc/hostname'],
    ['link', '/etc/hostname'],
    ['link', '../etc/hostname'],
  ] as const)('a %s to %s is not followed to this machine', async (type, linkname) => {
    const path = '/proc/sys/kernel/hostname';
    const { [path]: _, ...rest } = host;
    const archive = await gzippedArchive([
      ...entriesOf(rest),
      { header: { name: path.slice(1), type, linkname } },
    ]);
    const status = await statusFrom(archive);
    expect(status.host.name).toBeNull();
    expect(status.problems.map((problem) => problem.path)).toContain(path);
    const own = readFileSync('/etc/hostname', 'utf8').trim();
    expect(JSON.stringify({ ...status, target: '' })).not.toContain(`"${own}"`);
  });

  it.each(['symlink', 'link'] as const)('a %s within it is followed', async (type) => {
    const { '/proc/sys/kernel/hostname': _, ...rest } = host;
    const linkname = type === 'link' ? 'proc/sys/kernel/name' : '../kernel/name';
    const entries = [
      ...entriesOf(rest),
      { header: { name: 'proc/sys/kernel/hostname', type, linkname } },
      ...entriesOf({ '/proc/sys/kernel/name': 'linked\n' }),
    ];
    expect((await statusFrom(await gzippedArchive(entries))).host.name).toBe('linked');
  });

  it('a loop of links ends', async () => {
    const link = (name: string, linkname: string) => ({
      header: { name, type: 'symlink' as const, linkname },
    });
    const path = await gzippedArchive([
      ...entriesOf(host),
      link('proc/uptime', 'up'),
      link('proc/up', 'uptime'),
      link('sys/kernel/livepatch/loop', '.'),
    ]);
    const { patches, host: facts } = await statusFrom(path);
    expect(patches.map(({ name }) => name)).toEqual(['livepatch_a']);
    expect(facts.uptimeSeconds).toBeNull();
  });
});

describe('entries that are neither file nor folder', () => {
  it.each(['fifo', 'character-device', 'block-device'] as const)('%s', async (type) => {
    const enabled = '/sys/kernel/livepatch/livepatch_a/enabled';
    const { [enabled]: _, ...rest } = host;
    const path = await gzippedArchive([
      ...entriesOf(rest),
      { header: { name: enabled.slice(1), type } },
    ]);
    const { patches, problems } = await statusFrom(path);
    expect(patches[0]?.enabled).toBeNull();
    expect(problems.map((problem) => problem.path)).toContain(enabled);
  });
});

describe('a log beside an archive', () => {
  it('is read with it, by the name that it was given', async () => {
    const path = await gzippedArchive(entriesOf(host));
    const log = join(
      hostFolder({ 'saved.log': '[    1.000000] livepatch: beside\n' }),
      'saved.log',
    );
    for (const name of [log, relative(process.cwd(), log)]) {
      const source = openSource({ kind: 'file', text: path, path }, { log: name });
      if (!source.ok) throw new Error(source.problem.message);
      const sampled = await source.value.sample();
      expect(sampled).toMatchObject({ ok: true, value: { logPath: name, source: 'archive' } });
      const text = sampled.ok ? sampled.value.files.get(name) : undefined;
      expect(text).toMatchObject({ text: expect.stringContaining('livepatch: beside') });
    }
  });

  it('is read with a folder as well, before the log that lies in it', async () => {
    const folder = hostFolder({ ...host, '/var/log/dmesg': '[    1.000000] livepatch: within\n' });
    const log = join(
      hostFolder({ 'saved.log': '[    1.000000] livepatch: beside\n' }),
      'saved.log',
    );
    const logOf = async (options: { log?: string }) => {
      const source = openSource({ kind: 'directory', text: 'x', path: folder }, options);
      if (!source.ok) throw new Error(source.problem.message);
      const sampled = await source.value.sample();
      return sampled.ok ? sampled.value.logPath : sampled.problem.code;
    };
    expect([await logOf({ log }), await logOf({})]).toEqual([log, '/var/log/dmesg']);
  });
});
