/** What a file is, its content says: under any name it opens as what it is, and nothing else opens. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { whatOpens } from '../../shared/api/fileKinds';
import { entriesOf, movingHost, tarOf, xzArchive } from '../../testing/main/archives';
import { klpscope } from '../../testing/main/cli';
import { hostFolder, temporaryFolder } from '../../testing/main/folders';
import { problemFrom, statusFrom } from '../../testing/main/status';
import { meantHere } from './wordHere';

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

let tar: Uint8Array = new Uint8Array();
let recording: Uint8Array = new Uint8Array();
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-kinds-'));
  tar = await tarOf(entriesOf(movingHost));
  const kept = join(folder, 'kept.klprec');
  const source = join(folder, 'source');
  writeFileSync(source, tar);
  await klpscope(['record', source, '-o', kept]);
  recording = readFileSync(kept);
  rmSync(folder, { recursive: true });
});

/** Writes a file of that name and tells its path. */
function file(name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

const scenario = readFileSync(
  join(import.meta.dirname, '../../samples/scenarios/backup-and-database.json'),
);

const packed = (program: string) => () => execFileSync(program, ['-qc'], { input: tar });

/** Each under the name of another. */
const files: readonly (readonly [
  what: string,
  name: string,
  source: string,
  content: () => Uint8Array,
])[] = [
  ['a tar', 'db1.klprec', 'archive', () => tar],
  ['a tar in gzip', 'db1', 'archive', () => gzipSync(tar)],
  ['a tar in xz', 'db1.json', 'archive', () => xzArchive],
  ['a tar in zstd', 'db1.tar.gz', 'archive', packed('zstd')],
  ['a tar in bzip2', 'db1.txt', 'archive', packed('bzip2')],
  ['a recording', 'db1.tar.gz', 'recording', () => recording],
  ['a scenario', 'db1.tar.xz', 'demo', () => scenario],
  [
    'a scenario behind a byte order mark',
    'story',
    'demo',
    () => Buffer.concat([Buffer.from('\u{feff}\n'), scenario]),
  ],
];

describe('a file', () => {
  it.each(files)(
    'that holds %s opens as what it is, called %s: %s',
    async (_, name, source, content) => {
      const status = await statusFrom(file(name, content()), { demo: 'end' });
      expect(status.source).toBe(source);
      expect(status.patches.length).toBeGreaterThan(0);
    },
  );

  it('by its path without dir: may be a folder', async () => {
    const path = hostFolder(movingHost);
    const { target, ...rest } = await statusFrom(path);
    expect(target).toBe(path);
    expect(rest).toEqual({ ...(await statusFrom(`dir:${path}`)), target: undefined });
  });

  it.each([
    ['nothing', '', 'truncated', /is empty/],
    ['few bytes', 'x', 'unsupported-format', /nothing that opens/],
    ['a log', '[    1.0] livepatch: x\n', 'unsupported-format', /--log/],
    [
      'gzip of a log',
      gzipSync('[    1.0] livepatch: x\n'.repeat(60)),
      'unsupported-format',
      /gzip/,
    ],
    ['something short in gzip', gzipSync('x'), 'unsupported-format', /compressed by gzip/],
    ['gzip that was cut', gzipSync('x').subarray(0, 12), 'truncated', /ends before/],
    ['zip', Buffer.from('PK\u{3}\u{4}abcdefgh'), 'unsupported-format', /zip.*dir:PATH/],
    ['a journal', 'LPKSHHRHabcdefgh', 'unsupported-format', /journalctl --file/],
    ['a dump', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]), 'unsupported-format', /memory dump/],
    [
      'zstd of no tar',
      Buffer.from([...zstdMagic, 0x20, 1, 9, 0, 0, 65]),
      'truncated',
      /can’t be used/,
    ],
    ['zeros', Buffer.alloc(2048), 'unsupported-format', /nothing that opens/],
    ['JSON that is no scenario', '{"msg": 1}', 'invalid-content', /no scenario/],
  ] as const)('that holds %s is told so, with what to do', async (_, content, code, sentence) => {
    const path = file('capture.tar.gz', content);
    const problem = await problemFrom(path);
    expect(problem).toMatchObject({ code, path });
    expect(problem.message).toMatch(sentence);
    const { status, stdout } = await klpscope(['status', path]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  });

  it('that is unknown is told all that opens', async () => {
    expect((await problemFrom(file('x.tar', 'x'))).message).toContain(whatOpens);
  });

  it.each(['status', 'watch', 'what-if', 'record'])(
    '%s of a FIFO reads nothing of it',
    async (command) => {
      const path = join(temporaryFolder(), 'capture.tar.gz');
      execFileSync('mkfifo', [path]);
      const more = command === 'record' ? ['-o', `${path}.klprec`] : [];
      const asked = command === 'what-if' ? ['--disable', 'x'] : [];
      const { status, stderr } = await klpscope([command, path, ...more, ...asked]);
      expect(status).toBe(3);
      expect(stderr.join()).toMatch(/no regular file; .*standard input/);
    },
  );

  it('that is a recording by its content is not recorded again', async () => {
    const path = file('db1.tar.gz', recording);
    const { status, stderr } = await klpscope(['record', path, '-o', `${path}.klprec`]);
    expect(status).toBe(64);
    expect(stderr.join()).toMatch(/is a recording already/);
  });
});

describe('a word', () => {
  it.each([
    ['renamed', './renamed', /^renamed is the file .\/renamed; a host .* is ssh:\/\/renamed\.$/],
    ['tree', './tree', /^tree is the folder .\/tree; a host .* is ssh:\/\/tree\.$/],
    ['web1', 'web1', /^web1 is a host of your SSH configuration; the file .* is .\/web1\.$/],
    ['db1', 'db1', /^db1 is a host of your SSH configuration; the folder .* is .\/db1\.$/],
    ['notes', 'notes', /^notes is taken for a host; the file .* does not open/],
    ...['absent', 'root@renamed', 'ssh://renamed', 'renamed:22', './renamed', '-', 'local'].map(
      (text) => [text, text, /^null$/] as const,
    ),
  ] as const)('%s, beside files, folders and hosts of such names', (text, target, note) => {
    const here = temporaryFolder();
    for (const name of ['renamed', 'web1']) writeFileSync(join(here, name), tar);
    writeFileSync(join(here, 'notes'), 'x');
    for (const name of ['tree', 'db1']) mkdirSync(join(here, name));
    const meant = meantHere(text, here, () => ['web1', 'db1', 'absent']);
    expect(meant.target).toBe(target);
    expect(String(meant.note)).toMatch(note);
  });
});
