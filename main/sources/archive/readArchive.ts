/** Reads a tar, packed or not, into memory, as far as a reader of livepatches can want it. */
import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import { supportconfigFiles } from '../../../shared/readings/paths';
import { isSavedLog } from '../../../shared/readings/savedLogs';
import { isWanted, placeOf, type Place } from './archiveEntries';
import { ArchiveTree } from './archiveTree';
import { headOf, type Content } from '../content';
import { unreadable } from '../missing';
import { packingOf } from '../packing/magic';
import { isEncoded } from '../packing/packedLog';
import { breakageOf, unpacked, type Breakage } from '../packing/packing';

/**
 * What a bomb runs into: entries at most, bytes unpacked at most, bytes kept in memory at most, bytes
 * kept of one file (a longer one is cut), and bytes of logs, behind which no more of them are kept.
 */
export const archiveLimits = {
  entries: 3_000_000,
  unpackedBytes: 2 * 1024 ** 3,
  keptBytes: 512 * 1024 ** 2,
  fileBytes: 32 * 1024 ** 2,
  logBytes: 128 * 1024 ** 2,
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

/** An archive that is larger than the limits. */
class TooLarge extends Error {}

/**
 * One top folder, as sosreports have, is taken for the root. An archive that ends early is used as
 * far as it goes, with a problem; one beyond the limits is not used at all.
 */
export async function readArchive(
  content: Content,
  limits: ArchiveLimits = archiveLimits,
): Promise<Result<ArchiveContent>> {
  const reader = new ArchiveReader(content.name, limits);
  const stream = unpackedStream(content);
  if (!stream.ok) return stream;
  const unpack = extract();
  stream.value.on('error', (error) => unpack.destroy(error));
  const end = watchEnd(stream.value, limits.unpackedBytes);
  stream.value.pipe(unpack);
  try {
    for await (const entry of unpack) await reader.take(entry);
    if (!end.isMarked()) throw new Error('Unexpected end of data');
  } catch (error) {
    reader.breakOff(error);
  } finally {
    stream.value.destroy();
    unpack.destroy();
  }
  return reader.result();
}

function unpackedStream(content: Content): Result<Readable> {
  try {
    return succeed(unpacked(packingOf(headOf(content, 16)), content.chunks()));
  } catch (error) {
    return { ok: false, problem: unreadable(error, content.name) };
  }
}

const block = 512;

/** Counts what is unpacked, and sees whether it ends with the block of zeros that ends a tar. */
function watchEnd(stream: Readable, limit: number): { isMarked(): boolean } {
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limit) stream.destroy(new TooLarge(`more than ${limit} bytes unpacked`));
    tail = chunk.length >= block ? chunk : Buffer.concat([tail, chunk]);
    tail = tail.subarray(-block);
  });
  return { isMarked: () => tail.length === block && tail.every((byte) => byte === 0) };
}

/** Takes entries one by one and keeps those that can be wanted. */
class ArchiveReader {
  private readonly trees = new Map<string, ArchiveTree>();
  private readonly rejected: string[] = [];
  private rejectedCount = 0;
  private breakage: Breakage | null = null;
  private last: Place | null = null;
  private entries = 0;
  private kept = 0;
  private logBytes = 0;
  private first: string | null = null;
  /** What it begins with has come again. */
  private beginsAnew = false;
  private readonly archives: string[] = [];

  constructor(
    private readonly path: string,
    private readonly limits: ArchiveLimits,
  ) {}

  /** @throws TooLarge once a limit is passed */
  async take(entry: Entry): Promise<void> {
    this.entries += 1;
    if (this.entries > this.limits.entries) {
      throw new TooLarge(`more than ${this.limits.entries} entries`);
    }
    const { name } = entry.header;
    if (name === this.first) this.beginsAnew = true;
    this.first ??= name;
    if (!this.beginsAnew) await this.takeOwn(entry);
    for await (const _ of entry) continue;
  }

  private async takeOwn(entry: Entry): Promise<void> {
    const { name } = entry.header;
    if (archiveName.test(name) && this.archives.length < namedArchives) this.archives.push(name);
    const place = placeOf(name);
    if (place) this.last = place;
    else this.reject(name);
    if (place && isWanted(place)) await this.keep(entry, place);
  }

  private reject(name: string): void {
    this.rejectedCount += 1;
    if (this.rejected.length < namedEntries) this.rejected.push(name);
  }

  private async keep(entry: Entry, { prefix, names }: Place): Promise<void> {
    const tree = this.treeOf(prefix);
    const { type, linkname } = entry.header;
    switch (type) {
      case 'directory':
        return tree.add(names, 'folder');
      case 'file':
      case 'contiguous-file':
        return this.keepFile(entry, tree, names);
      case 'symlink':
        return tree.add(names, { kind: 'link', goal: linkname ?? '' });
      case 'link': {
        const goal = placeOf(linkname ?? '');
        return tree.add(
          names,
          goal ? { kind: 'link', goal: `/${goal.names.join('/')}` } : { kind: 'other' },
        );
      }
      default:
        return tree.add(names, { kind: 'other' });
    }
  }

  private async keepFile(entry: Entry, tree: ArchiveTree, names: readonly string[]): Promise<void> {
    const isLog = isSavedLog(`/${names.join('/')}`);
    if (isLog && this.logBytes >= this.limits.logBytes) return;
    const { bytes, truncated } = await this.bytesOf(entry);
    if (isLog) this.logBytes += bytes.length;
    const isText = !isLog || !isEncoded(bytes.subarray(0, 1024));
    tree.add(names, {
      kind: 'file',
      text: isText ? bytes.toString('utf8') : '',
      truncated,
      ...(isText ? {} : { bytes }),
    });
  }

  private treeOf(prefix: string): ArchiveTree {
    const known = this.trees.get(prefix);
    if (known) return known;
    const tree = new ArchiveTree();
    this.trees.set(prefix, tree);
    return tree;
  }

  private async bytesOf(entry: Entry): Promise<{ bytes: Buffer; truncated: boolean }> {
    const { fileBytes, keptBytes } = this.limits;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of entry) {
      if (!Buffer.isBuffer(chunk)) continue;
      if (length <= fileBytes) chunks.push(chunk);
      length += chunk.length;
      if (this.kept + Math.min(length, fileBytes) > keptBytes) {
        throw new TooLarge(`more than ${keptBytes} bytes to keep`);
      }
    }
    const bytes = Buffer.concat(chunks).subarray(0, fileBytes);
    this.kept += bytes.length;
    return { bytes, truncated: length > fileBytes };
  }

  /** What an error of the stream means for what was read so far. */
  breakOff(error: unknown): void {
    this.breakage =
      error instanceof TooLarge
        ? { code: 'too-large', why: `it holds ${error.message}` }
        : breakageOf(error);
    for (const tree of this.trees.values()) tree.breakOffAt(this.last?.names ?? []);
  }

  result(): Result<ArchiveContent> {
    const hosts = [...this.trees].filter(([, tree]) => isHost(tree));
    const host = hosts.find(([prefix]) => prefix === '') ?? hosts[0];
    if (this.breakage?.code === 'too-large' || (this.breakage && !host)) {
      return fail(
        this.breakage.code,
        this.path,
        `${this.path} can’t be used: ${this.breakage.why}.`,
      );
    }
    const [rejected] = this.rejected;
    if (!host && rejected !== undefined) {
      return fail(
        'invalid-content',
        this.path,
        `${this.path} can’t be used: ${visible(capText(rejected, 200))} and all else in it leads out of the archive, or belongs to no host.`,
      );
    }
    if (!host && this.archives.length > 0) {
      const names = this.archives.map((name) => visible(capText(name, 200))).join(', ');
      return fail(
        'not-found',
        this.path,
        `${this.path} is no capture of a host itself, but holds what may be one: ${names}. Take it out (tar -xf) and open that.`,
      );
    }
    if (!host) {
      return fail(
        'not-found',
        this.path,
        `${this.path} holds neither sys/ nor proc/: it is no capture of a host.`,
      );
    }
    if (host[0] !== '' && hosts.length > 1) {
      const names = hosts.map(([name]) => visible(capText(name, 60))).join(', ');
      return fail(
        'invalid-content',
        this.path,
        `${this.path} holds several hosts (${names}): extract it and give one of them as dir:PATH.`,
      );
    }
    return succeed({ tree: host[1], problems: this.problems() });
  }

  private problems(): Problem[] {
    const problems = this.rejected.map((name): Problem => {
      const message = `${this.path}: the entry ${visible(capText(name, 200))} was left out: its path leads out of the archive.`;
      return { code: 'invalid-content', path: this.path, message };
    });
    const more = this.rejectedCount - this.rejected.length;
    if (more > 0) {
      const message = `${this.path}: ${more} more entries were left out for their paths.`;
      problems.push({ code: 'invalid-content', path: this.path, message });
    }
    if (this.beginsAnew) {
      const message = `${this.path} begins anew in its middle, as where archives are put one behind the other; what follows is left out. Take them apart and open each.`;
      problems.unshift({ code: 'invalid-content', path: this.path, message });
    }
    if (this.breakage) {
      const message = `${this.path} breaks off (${this.breakage.why}): what is shown may lack what came after.`;
      problems.unshift({ code: this.breakage.code, path: this.path, message });
    }
    return problems;
  }
}

/** Whether a tree holds files of a host, or a report on one. */
function isHost(tree: ArchiveTree): boolean {
  return (
    tree.has('sys') ||
    tree.has('proc') ||
    supportconfigFiles.some((path) => 'text' in tree.readFile(path, 1))
  );
}

/** An archive within an archive, as support cases have them. */
const archiveName = /\.(?:tar|tar\.(?:gz|xz|zst|bz2)|tgz|txz|tzst|tbz2?|klprec)$/i;
/** Those that are named. */
const namedArchives = 3;

/** Rejected entries that are named one by one. */
const namedEntries = 10;
