import { truncateSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { livepatch } from '../../../testing/shared/memoryTree';
import {
  archiveFile,
  entriesOf,
  gzippedArchive,
  movingHost as host,
  tarOf,
  xzArchive,
} from '../../../testing/main/archives';
import { klpscope } from '../../../testing/main/cli';
import { problemFrom, readTarget, statusFrom } from '../../../testing/main/status';
import { contentOfFile } from '../content';
import { archiveLimits, readArchive } from './readArchive';

describe('an archive that is too large', () => {
  const roomy = {
    entries: 1000,
    unpackedBytes: 1_000_000,
    keptBytes: 1_000_000,
    fileBytes: 1000,
    logBytes: 1000,
  };

  it.each([
    ['entries', { ...roomy, entries: 5 }, /5 entries/],
    ['bytes unpacked', { ...roomy, unpackedBytes: 4000 }, /4000 bytes/],
    ['bytes to keep', { ...roomy, keptBytes: 100 }, /100 bytes/],
  ])('is refused for its %s, and the limit is told', async (_name, limits, told) => {
    const path = await gzippedArchive(entriesOf(host));
    const result = await readArchive(contentOfFile(path), limits);
    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'too-large', path, message: expect.stringMatching(told) },
    });
    expect((await readArchive(contentOfFile(path), roomy)).ok).toBe(true);
  });

  it('is none that has just as much as is allowed', async () => {
    const entries = entriesOf(host);
    const tar = await tarOf(entries);
    const path = archiveFile(gzipSync(tar));
    const limits = { ...roomy, entries: entries.length, unpackedBytes: tar.length };
    expect((await readArchive(contentOfFile(path), limits)).ok).toBe(true);
    const modules = await gzippedArchive(entriesOf({ ...host, '/proc/modules': 'x'.repeat(1000) }));
    const exact = await readArchive(contentOfFile(modules), roomy);
    if (!exact.ok) throw new Error(exact.problem.message);
    expect(exact.value.tree.readFile('/proc/modules', 1e6)).toMatchObject({ truncated: false });
  });

  it('is refused before a bomb is unpacked', async () => {
    const bomb = await tarOf([
      ...entriesOf(host),
      { header: { name: 'var/log/big' }, content: Buffer.alloc(64 * 1024 ** 2) },
    ]);
    const path = archiveFile(gzipSync(bomb));
    expect(
      await readArchive(contentOfFile(path), { ...archiveLimits, unpackedBytes: 8 * 1024 ** 2 }),
    ).toMatchObject({ ok: false, problem: { code: 'too-large', path } });
  });

  it('is refused for a header that promises more than the limit', async () => {
    const tar = await tarOf([{ header: { name: 'proc/modules' }, content: 'x' }]);
    const header = Buffer.from(tar.subarray(0, 512));
    header.write('77777777777\0', 124);
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const path = archiveFile(Buffer.concat([header, tar.subarray(512)]), 'short.tar');
    expect((await problemFrom(path)).path).toBe(path);
  });

  it('cuts a long file, and says so', async () => {
    const path = await gzippedArchive(
      entriesOf({ ...host, '/proc/modules': 'm 1 0 - Live 0x0\n'.repeat(100) }),
    );
    const result = await readArchive(contentOfFile(path), roomy);
    if (!result.ok) throw new Error(result.problem.message);
    const reading = result.value.tree.readFile('/proc/modules', 1e6);
    expect(reading).toMatchObject({ truncated: true });
    expect('text' in reading && reading.text.length).toBe(1000);
  });
});

describe('an archive that ends early', () => {
  it('gives what came before, with a problem, where that is a host', async () => {
    const tar = await tarOf(entriesOf(host));
    // Incompressible bytes behind the host, so that the cut lies behind what is wanted.
    const noise = Uint8Array.from(
      { length: 200_000 },
      (_, index) => (index * 7919 + (index >> 3)) % 251,
    );
    const whole = gzipSync(
      Buffer.concat([
        tar.subarray(0, -1024),
        await tarOf([{ header: { name: 'var/log/noise' }, content: noise }]),
      ]),
    );
    const path = archiveFile(whole);
    truncateSync(path, whole.length - 200);
    const status = await statusFrom(path);
    expect(status.patches).toMatchObject([{ name: 'livepatch_a', enabled: true }]);
    expect(status.problems).toContainEqual(
      expect.objectContaining({ code: 'truncated', path, message: expect.stringContaining(path) }),
    );
  });

  it('never takes what was lost for what was not there', async () => {
    const tar = await tarOf(entriesOf(host));
    const documents: StatusDocument[] = [];
    const failures: string[] = [];
    for (let length = 512; length < tar.length - 1024; length += 512) {
      const result = await readTarget(archiveFile(tar.subarray(0, length), 'cut.tar'));
      if (result.ok) documents.push(result.value);
      else failures.push(result.problem.code);
    }
    expect(new Set(failures)).toEqual(new Set(['truncated']));
    expect(documents.length).toBeGreaterThan(20);
    for (const { transitionState, patches, problems } of documents) {
      expect(problems[0]?.code).toBe('truncated');
      expect(['running', 'unknown']).toContain(transitionState);
      for (const { enabled, inTransition } of patches) {
        expect([null, true]).toContain(enabled);
        expect([null, true]).toContain(inTransition);
      }
    }
  });

  it('says neither “settled” nor “nothing else blocks” where the rest could tell otherwise', async () => {
    const settled = livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] });
    const lost = livepatch('livepatch_b', { vmlinux: [] }, { transition: '1' });
    const tar = await tarOf(entriesOf({ ...settled, ...lost }));
    const before = (await tarOf(entriesOf(settled))).length - 1024;
    const cut = await statusFrom(archiveFile(tar.subarray(0, before), 'cut.tar'));
    expect(cut.patches.map(({ name }) => name)).toEqual(['livepatch_a']);
    expect(cut.transitionState).toBe('unknown');

    const threads = await tarOf(entriesOf(host));
    const few = threads.subarray(0, threads.indexOf('proc/modules'));
    const { transition } = await statusFrom(archiveFile(few, 'few.tar'));
    expect(transition).toMatchObject({ threads: { blocking: 1 }, hiddenBlockersPossible: true });
  });

  it.each([20, 100])('by xz, after %i bytes of 288: no host', async (length) => {
    const path = archiveFile(xzArchive.subarray(0, length), 'capture.tar.xz');
    const { status, stdout, stderr } = await klpscope(['status', path, '--json']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr.join()).toMatch(/^truncated: /);
    expect(stderr.join()).toContain(path);
  });

  it('by xz, behind the livepatches: they are shown, with a problem', async () => {
    const path = archiveFile(xzArchive.subarray(0, 240), 'capture.tar.xz');
    const { patches, problems } = await statusFrom(path);
    expect(patches).toMatchObject([{ name: 'livepatch_a', enabled: true }]);
    expect(problems).toContainEqual(expect.objectContaining({ code: 'truncated', path }));
  });

  it('is no document where nothing of a host came before', async () => {
    const path = await gzippedArchive(entriesOf(host));
    truncateSync(path, 30);
    const { status, stdout, stderr } = await klpscope(['status', path]);
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr.join()).toContain(`truncated: ${path}`);
  });
});

describe('a file that is no archive of a host', () => {
  it.each([
    ['an empty file', new Uint8Array(), 'truncated'],
    ['text', Buffer.from('hello\n'.repeat(200)), 'unsupported-format'],
    [
      'a gzip of something else',
      gzipSync(Buffer.from('hello\n'.repeat(200))),
      'unsupported-format',
    ],
    [
      'damaged gzip',
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(600, 0x55)]),
      null,
    ],
    ['damaged xz', Buffer.concat([xzArchive.subarray(0, 40), Buffer.alloc(600, 0x55)]), null],
  ])('%s', async (_name, bytes, code) => {
    const path = archiveFile(bytes);
    const problem = await problemFrom(path);
    expect(problem.path).toBe(path);
    expect(problem.message).toContain(path);
    expect(code === null ? ['invalid-content', 'truncated'] : [code]).toContain(problem.code);
    const { status, stdout, stderr } = await klpscope(['status', path]);
    expect({ status, stdout, warnings: stderr.length }).toEqual({
      status: 3,
      stdout: '',
      warnings: 1,
    });
  });

  it('an archive without sys and proc', async () => {
    const path = await gzippedArchive(entriesOf({ '/etc/passwd': 'root:x:0:0\n' }));
    expect(await problemFrom(path)).toMatchObject({ code: 'not-found', path });
  });

  it('a file that is not there', async () => {
    const path = '/nowhere/capture.tar.gz';
    expect(await problemFrom(path)).toMatchObject({ code: 'not-found', path });
  });
});
