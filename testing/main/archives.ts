/** Archives written for one test: well-formed ones, and such as nobody packs by accident. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { livepatch, modules, thread } from '../shared/memoryTree';
import { inputFolder, type HostFiles } from './folders';

export interface ArchiveEntry {
  readonly header: Pick<Header, 'name'> & Partial<Header>;
  readonly content?: string | Uint8Array;
}

/** The entries of a host's files; folders end in `/`. */
export function entriesOf(files: HostFiles, top = ''): ArchiveEntry[] {
  return Object.entries(files).map(([path, content]): ArchiveEntry => {
    const name = `${top}${path.replace(/^\//, '')}`;
    return path.endsWith('/')
      ? { header: { name, type: 'directory' } }
      : { header: { name }, content };
  });
}

/** A tar of these entries, in their order. */
export async function tarOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { header, content = '' } of entries) tar.entry(header, Buffer.from(content));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes an archive. @returns its path */
export function archiveFile(bytes: Uint8Array, name = 'capture.tar.gz'): string {
  const path = join(inputFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

export async function gzippedArchive(entries: readonly ArchiveEntry[]): Promise<string> {
  return archiveFile(gzipSync(await tarOf(entries)));
}

/** `tar` of a folder with one applied livepatch on the host xzhost, by `xz`. */
export const xzArchive = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AOBdADmeSqlVYuVrvloidnukOkncVIbPiIbxr9BhQ9n3EdC66iDmjFavTPgv' +
    'luzms6GWls7ndQ5Nn5/s7cFz6XWM8fYAq6pNgnie4anqxb0f1p0TqvLoLMovO4fMmP/vQMY+dj+ctgL18xkalTM8ZMX8P4Ug' +
    'i1wXq8ORS4K/AE6Wv1j8if9jcOMPmvD+7QLE+HaLYV1VoE2DRUwX4CGZ8jeevLxYx5+Is/MsU0QEN7ece5/Nyp/WkSmhe+mc' +
    'bDwdRaVDwyF4DRBNnDO5uKz4QbeSFe/9WBooKLUs7RD2A37l2QAAAHFnVPlk42YeAAH8AYBQAACEvIAdscRn+wIAAAAABFla',
  'base64',
);

/** A host with a livepatch that is being applied, on which one of two threads waits. */
export const movingHost: Record<string, string> = {
  ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' }),
  ...thread(1, { state: '1' }),
  ...thread(2, { comm: 'reader', stack: ['cmdline_proc_show+0x1/0x10'] }),
  ...modules('livepatch_a 16384 1 - Live 0x0000000000000000 (OEK)'),
  '/proc/sys/kernel/hostname': 'db1\n',
};
