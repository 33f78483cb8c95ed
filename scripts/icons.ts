/** `npm run icons`: draws the sized icons, which are committed, from `build/icon*.svg`. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './lib/paths';
import { main, runQuietly, Stop } from './lib/process';
import { ensureSystemPackages } from './lib/system-packages';

const folder = join(root, 'build');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512] as const;

main(async () => {
  await ensureSystemPackages(['icons']);
  await mkdir(join(folder, 'icons'), { recursive: true });
  const pictures = new Map<number, Buffer>();
  for (const size of sizes) pictures.set(size, await draw(size));
  await copyFile(pathOf(512), join(folder, 'icon.png'));
  await writeFile(join(folder, 'icon.ico'), windowsIcon(pictures));
  await writeFile(join(folder, 'icon.icns'), macIcon(pictures));
  return 0;
});

function pathOf(size: number): string {
  return join(folder, 'icons', `${size}x${size}.png`);
}

async function draw(size: number): Promise<Buffer> {
  const source = join(folder, size < 32 ? 'icon-small.svg' : 'icon.svg');
  const target = pathOf(size);
  const args = ['-w', `${size}`, '-h', `${size}`, source, '-o', target];
  const { status, output } = await runQuietly('rsvg-convert', args);
  if (status !== 0) throw new Stop(output);
  return readFile(target);
}

/** An .ico: a directory of 16 bytes for each picture, then the pictures as PNG. */
function windowsIcon(pictures: Map<number, Buffer>): Buffer {
  const fitting = [...pictures].filter(([size]) => size <= 256);
  const header = Buffer.alloc(6 + 16 * fitting.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(fitting.length, 4);
  let offset = header.length;
  for (const [index, [size, png]] of fitting.entries()) {
    const at = 6 + 16 * index;
    // 256 is written as 0.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...fitting.map(([, png]) => png)]);
}

/** Apple's names for the pictures' places, those at double resolution included. */
const macPlaces: [string, number][] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
];

/** An .icns: each picture as PNG, with its place and length before it. */
function macIcon(pictures: Map<number, Buffer>): Buffer {
  const chunks = macPlaces.map(([place, size]) => chunk(place, pictures.get(size)));
  return chunk('icns', Buffer.concat(chunks));
}

function chunk(name: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([header, content]);
}
