/** Reads a .tar, .tar.gz or .tar.xz into memory, as far as a reader of livepatches can want it. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { XzReadableStream } from 'xz-decompress';
import { fail, succeed, type Problem, type Result } from '../../shared/readings/problem';
import { capText, visible } from '../../shared/readings/text';
import { ArchiveTree } from './archiveTree';

/** Entries, bytes unpacked, and bytes kept in memory at most: what a bomb runs into. */
export const archiveLimits = {
  entries: 3_000_000,
  unpackedBytes: 2 * 1024 ** 3,
  keptBytes: 512 * 1024 ** 2,
  fileBytes: 32 * 1024 ** 2,
} as const;

export type ArchiveLimits = { readonly [limit in keyof typeof archiveLimits]: number };

export interface ArchiveContent {
  readonly tree: ArchiveTree;
  readonly problems: readonly Problem[];
}

/** One entry of an archive: its header, and its content to be read to the end. */
interface Entry extends AsyncIterable<unknown> {
  readonly header: Header;
}

/** Folders at a host's root by which the host's tree is found in an archive. */
const rootFolders = new Set(['proc', 'sys', 'sos_commands', 'var', 'etc']);

const wanted =
  /^(?:proc\/(?:modules|uptime|sys\/kernel\/|\d+\/)|sys\/kernel\/(?:livepatch|tracing|debug)|sys\/module\/|sys\/kernel$|sys$|proc$|sos_commands\/kernel\/|var\/log\/dmesg)/;

/**
 * The archive is known by its content, not by its name. One top folder, as sosreports have, is taken
 * for the root. What ends early is used as far as it goes, with a problem `truncated`.
 */
export async function readArchive(
  path: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<Result<ArchiveContent>> {
  const stream = await openUnpacked(path);
  if (!stream.ok) return stream;
  const reader = new ArchiveReader(path, limits);
  const unpack = extract();
  stream.value.on('error', (error) => unpack.destroy(error));
  stream.value.pipe(unpack);
  try {
    for await (const entry of unpack) {
      if (!(await reader.take(entry))) break;
    }
  } catch (error) {
    reader.broken(error);
  } finally {
    stream.value.destroy();
    unpack.destroy();
  }
  return reader.result();
}

async function openUnpacked(path: string): Promise<Result<Readable>> {
  const head = await readHead(path);
  if (head.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) {
    const file = createReadStream(path);
    const gunzip = createGunzip();
    file.on('error', (error) => gunzip.destroy(error));
    gunzip.on('close', () => file.destroy());
    return succeed(file.pipe(gunzip));
  }
  if (head.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))) {
    return succeed(unpackXz(path));
  }
  if (head.toString('latin1', 257, 262) === 'ustar') return succeed(createReadStream(path));
  if (head.length === 0) return fail('truncated', path, `${path} is empty.`);
  return fail(
    'unsupported-format',
    path,
    `${path} is no archive that can be read: neither gzip, xz nor tar.`,
  );
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function unpackXz(path: string): Readable {
  const file = createReadStream(path);
  const unpacked = Readable.fromWeb(new XzReadableStream(Readable.toWeb(file)));
  unpacked.on('close', () => file.destroy());
  return unpacked;
}

/** Takes entries one by one and keeps those that can be wanted. */
class ArchiveReader {
  private readonly trees = new Map<string, ArchiveTree>();
  private readonly problems: Problem[] = [];
  private entries = 0;
  private unpacked = 0;
  private kept = 0;
  private tooLarge: string | null = null;

  constructor(
    private readonly path: string,
    private readonly limits: ArchiveLimits,
  ) {}

  /** @returns false once a limit is passed */
  async take(entry: Entry): Promise<boolean> {
    const { name, type, size, linkname } = entry.header;
    this.entries += 1;
    this.unpacked += 512 + size;
    if (this.entries > this.limits.entries)
      return this.refuse(`more than ${this.limits.entries} entries`);
    if (this.unpacked > this.limits.unpackedBytes) {
      return this.refuse(`more than ${this.limits.unpackedBytes} bytes unpacked`);
    }
    const place = this.placeOf(name);
    if (!place || !wanted.test(place.names.join('/'))) {
      for await (const _ of entry) continue;
      return true;
    }
    const tree = this.treeOf(place.prefix);
    switch (type) {
      case 'directory':
        tree.add(place.names, 'folder');
        break;
      case 'file':
      case 'contiguous-file':
        tree.add(place.names, { kind: 'file', ...(await this.textOf(entry)) });
        break;
      case 'symlink':
        tree.add(place.names, { kind: 'link', goal: linkname ?? '' });
        break;
      case 'link': {
        const goal = this.placeOf(linkname ?? '');
        if (goal) tree.add(place.names, { kind: 'link', goal: `/${goal.names.join('/')}` });
        break;
      }
      default:
        tree.add(place.names, { kind: 'other' });
    }
    for await (const _ of entry) continue;
    return this.kept <= this.limits.keptBytes
      ? true
      : this.refuse(`more than ${this.limits.keptBytes} bytes to keep`);
  }

  /** What an error of the stream means for what was read so far. */
  broken(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const isShort = /unexpected end|premature|truncat|Z_BUF_ERROR/i.test(why);
    this.problems.push({
      code: isShort ? 'truncated' : 'invalid-content',
      path: this.path,
      message: isShort
        ? `${this.path} ends early (${why}); what was there until then is shown.`
        : `${this.path} is damaged (${why}); what came before is shown.`,
    });
  }

  result(): Result<ArchiveContent> {
    if (this.tooLarge !== null) {
      return fail(
        'too-large',
        this.path,
        `${this.path} holds ${this.tooLarge}: it was not opened.`,
      );
    }
    const host = [...this.trees.values()].find((tree) => tree.has('sys') || tree.has('proc'));
    if (host) return succeed({ tree: host, problems: this.problems });
    const [broken] = this.problems;
    if (broken) return { ok: false, problem: broken };
    return fail(
      'not-found',
      this.path,
      `${this.path} holds neither sys/ nor proc/: it is no capture of a host.`,
    );
  }

  private refuse(why: string): false {
    this.tooLarge = why;
    return false;
  }

  private treeOf(prefix: string): ArchiveTree {
    const known = this.trees.get(prefix);
    if (known) return known;
    const tree = new ArchiveTree();
    this.trees.set(prefix, tree);
    return tree;
  }

  /** Where an entry lies below its host's root; null where that is nowhere we look. */
  private placeOf(name: string): { prefix: string; names: string[] } | null {
    const names = name.split('/').filter((part) => part !== '' && part !== '.');
    if (name.startsWith('/') || names.includes('..')) {
      this.noteRejected(name);
      return null;
    }
    const [first, second] = names;
    if (first === undefined) return null;
    if (rootFolders.has(first)) return { prefix: '', names };
    return second !== undefined && rootFolders.has(second)
      ? { prefix: first, names: names.slice(1) }
      : null;
  }

  private noteRejected(name: string): void {
    if (this.problems.some(({ code }) => code === 'invalid-content')) return;
    const shown = visible(capText(name, 200));
    this.problems.push({
      code: 'invalid-content',
      path: this.path,
      message: `${this.path} has entries with absolute paths or “..”, such as ${shown}; they were left out.`,
    });
  }

  private async textOf(entry: Entry): Promise<{ text: string; truncated: boolean }> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of entry) {
      if (!Buffer.isBuffer(chunk)) continue;
      if (length <= this.limits.fileBytes) chunks.push(chunk);
      length += chunk.length;
      if (this.kept + length > this.limits.keptBytes) break;
    }
    const bytes = Buffer.concat(chunks).subarray(0, this.limits.fileBytes);
    this.kept += bytes.length;
    return { text: bytes.toString('utf8'), truncated: length > this.limits.fileBytes };
  }
}
