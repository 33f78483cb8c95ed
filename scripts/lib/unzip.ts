import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  name: string;
  method: number;
  compressedSize: number;
  /** Unix permission bits; 0 when the archive was made on a system without them. */
  mode: number;
  offset: number;
}

/**
 * Unpacks those files of a zip archive for which `place` names a destination.
 *
 * @param place receives a file's name in the archive and answers its path below `directory`, or
 *   undefined to leave it out. Folders are made as their files need them.
 */
export async function unzip(
  archive: string,
  directory: string,
  place: (name: string) => string | undefined,
): Promise<void> {
  const file = await open(archive, 'r');
  try {
    for (const entry of await listEntries(file)) {
      const relative = entry.name.endsWith('/') ? undefined : place(entry.name);
      if (relative === undefined) continue;
      const target = join(directory, relative);
      if (!target.startsWith(normalize(directory) + sep)) {
        throw new Error(`${entry.name} would be unpacked outside of ${directory}`);
      }
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await readEntry(file, entry), { mode: entry.mode || 0o644 });
    }
  } finally {
    await file.close();
  }
}

async function listEntries(file: FileHandle): Promise<Entry[]> {
  const { size } = await file.stat();
  // The end record may be followed by a comment of up to 64 kB.
  const tail = await readAt(file, Math.max(0, size - END_SIZE - 0xffff), size);
  const end = tail.lastIndexOf(signature(END_SIGNATURE));
  if (end < 0) throw new Error('Not a zip archive: it has no end record');
  const directorySize = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (directoryOffset === 0xffffffff) throw new Error('Zip64 archives are not read');
  const directory = await readAt(file, directoryOffset, directoryOffset + directorySize);

  const entries: Entry[] = [];
  let at = 0;
  while (at < directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const commentLength = directory.readUInt16LE(at + 32);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_SIZE + nameLength + extraLength + commentLength;
  }
  return entries;
}

async function readEntry(file: FileHandle, entry: Entry): Promise<Buffer> {
  // The lengths here may differ from those of the central directory: the extra field does.
  const local = await readAt(file, entry.offset, entry.offset + LOCAL_SIZE);
  const start = entry.offset + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
  const data = await readAt(file, start, start + entry.compressedSize);
  if (entry.method === STORED) return data;
  if (entry.method === DEFLATED) return inflate(data);
  throw new Error(`${entry.name} is compressed by the unknown method ${entry.method}`);
}

async function readAt(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  if (bytesRead !== end - start) throw new Error('The zip archive ends too early');
  return buffer;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
